#include "model/files/tflite.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "model/files/tflite_graph.h"
#include "model/files/tflite_lstm.h"

namespace imps::files {
namespace {

using tflite::Constant;
using tflite::Graph;
using tflite::LstmLayer;
using tflite::Op;
using tflite::Operator;
using tflite::Scope;

// One of the three dense layers that the output is put together from.
struct DensePart {
  DenseWeights weights;
  std::uint64_t in = 0;
  std::uint64_t out = 0;
  bool has_elu = false;  // sigmas
};

// Back from one input of the CONCATENATION to its dense layer; nothing if there is none.
Result<std::optional<DensePart>> dense_before(Graph& graph, Scope scope, int tensor) {
  constexpr int kLongestWay = 16;
  DensePart part;
  for (int step = 0; step < kLongestWay; ++step) {
    tensor = graph.before_reshaping(scope.subgraph, tensor);
    const Operator* const made = graph.producer(scope.subgraph, tensor);
    if (made == nullptr) return std::optional<DensePart>{};
    const Op kind = graph.op(*made);
    if (kind == Op::elu) {
      part.has_elu = true;
    } else if (kind == Op::fully_connected) {
      auto kernel = graph.constant(scope, Graph::input(*made, 1).value_or(-1));
      if (!kernel) return kernel.error();
      if (kernel->shape.size() != 2) {
        return Error{
            fmt::format("tensor {}: has {} axes, expected 2", kernel->name, kernel->shape.size())};
      }
      part.out = kernel->shape[0];
      part.in = kernel->shape[1];
      part.weights.kernel = tflite::transposed(kernel->values, part.out, part.in);
      auto bias = graph.constant(scope, Graph::input(*made, 2).value_or(-1));
      if (!bias) return in(fmt::format("the bias beside {}", kernel->name), bias.error());
      if (bias->values.size() != part.out) {
        return Error{fmt::format("tensor {}: {} values, expected {}", bias->name,
                                 bias->values.size(), part.out)};
      }
      part.weights.bias = std::move(bias->values);
      return std::optional(std::move(part));
    } else if (kind != Op::add) {
      return std::optional<DensePart>{};
    }
    // Through ADD, which brings elu's offset 1 + 1e-7, along what is not constant.
    const auto first = Graph::input(*made, 0);
    const auto second = Graph::input(*made, 1);
    if (kind == Op::add && first && second && graph.is_constant(scope, *first)) {
      tensor = *second;
    } else if (first) {
      tensor = *first;
    } else {
      return std::optional<DensePart>{};
    }
  }
  return std::optional<DensePart>{};
}

struct Head {
  std::optional<DensePart> mus;
  std::optional<DensePart> sigmas;
  std::optional<DensePart> pi;
};

// The head that a CONCATENATION joins, if it joins one.
Result<std::optional<Head>> head_before(Graph& graph, Scope scope, const Operator& joined) {
  Head head;
  for (std::size_t i = 0; i < 3; ++i) {
    auto part = dense_before(graph, scope, *Graph::input(joined, i));
    if (!part) return in("mixture density layer", part.error());
    if (!*part) return std::optional<Head>{};
    auto& role = (*part)->has_elu && !head.sigmas ? head.sigmas : !head.mus ? head.mus : head.pi;
    role = std::move(*part);
  }
  if (!head.sigmas || !head.mus || !head.pi) return std::optional<Head>{};
  // M·D means to M logits, and D is at least 2.
  if (head.mus->out < head.pi->out) std::swap(head.mus, head.pi);
  return std::optional(std::move(head));
}

// In the main graph, or in a loop of it: a converted training model runs the layer for every step.
Result<Head> mixture_head(Graph& graph) {
  constexpr int kMostTries = 32;
  std::vector<Scope> scopes{{}};
  for (const Operator* const op : graph.operators(0)) {
    if (graph.op(*op) != Op::while_loop || scopes.size() > kMaxLayers + 1) continue;
    if (const auto body = graph.body(*op)) scopes.push_back({.subgraph = *body, .loop = op});
  }
  int tries = 0;
  for (const Scope scope : scopes) {
    for (const Operator* const op : graph.operators(scope.subgraph)) {
      if (graph.op(*op) != Op::concatenation || !Graph::input(*op, 2) || Graph::input(*op, 3)) {
        continue;
      }
      if (++tries > kMostTries) break;
      auto head = head_before(graph, scope, *op);
      if (!head) return head.error();
      if (*head) return std::move(**head);
    }
  }
  return Error{
      "has no mixture density layer (mus, sigmas through ELU, and pi, joined by a CONCATENATION): "
      "it is not an MDRNN"};
}

Error size_wrong(const std::string& tensor, std::uint64_t is, const std::string& what,
                 std::uint64_t expected) {
  return Error{fmt::format("tensor {}: {} {}, expected {}", tensor, is, what, expected)};
}

}  // namespace

Result<ModelFile> read_tflite(std::span<const std::byte> bytes) {
  auto graph = Graph::open(bytes);
  if (!graph) return graph.error();
  for (const Operator* const op : graph->operators(0)) {
    if (graph->op(*op) == Op::var_handle) {
      return Error{
          "keeps its weights as variables, which is not read: convert it again with the weights as "
          "constants, as IMPSY does"};
    }
  }
  ModelFile file;
  auto layers = tflite::lstm_layers(*graph, file.notes);
  if (!layers) return layers.error();
  if (layers->empty()) {
    return Error{
        "has no LSTM layer (a loop that splits its gates, or a fused LSTM): it is not an MDRNN"};
  }
  auto head = mixture_head(*graph);
  if (!head) return head.error();

  const std::uint64_t units = layers->front().units;
  const std::uint64_t dimension = layers->front().in;
  const std::uint64_t mixtures = head->pi->out;
  if (dimension > kMaxDimension || units > kMaxUnits || mixtures > kMaxMixtures) {
    return Error{
        fmt::format("dimension {}, {} units, {} mixtures: at most {}, {} and {} are accepted",
                    dimension, units, mixtures, kMaxDimension, kMaxUnits, kMaxMixtures)};
  }
  for (std::size_t i = 0; i < layers->size(); ++i) {
    const LstmLayer& layer = (*layers)[i];
    const std::string name = fmt::format("kernel of LSTM layer {}", i);
    if (layer.units != units) return size_wrong(name, layer.units, "units", units);
    if (i > 0 && layer.in != units) return size_wrong(name, layer.in, "inputs", units);
  }
  for (const auto& [name, part, out] : {std::tuple{"mus", &*head->mus, mixtures * dimension},
                                        std::tuple{"sigmas", &*head->sigmas, mixtures * dimension},
                                        std::tuple{"pi", &*head->pi, mixtures}}) {
    if (part->in != units) return size_wrong(name, part->in, "inputs", units);
    if (part->out != out) return size_wrong(name, part->out, "outputs", out);
  }

  Weights& weights = file.weights;
  weights.sizes = {.dimension = static_cast<int>(dimension),
                   .layers = static_cast<int>(layers->size()),
                   .units = static_cast<int>(units),
                   .mixtures = static_cast<int>(mixtures)};
  for (LstmLayer& layer : *layers)
    weights.lstm.push_back(std::move(layer.weights));
  weights.mus = std::move(head->mus->weights);
  weights.sigmas = std::move(head->sigmas->weights);
  weights.pi = std::move(head->pi->weights);

  file.format = graph->had_int8()      ? "TensorFlow Lite, int8 weights"
                : graph->had_float16() ? "TensorFlow Lite, float16 weights"
                                       : "TensorFlow Lite";
  if (const std::string made_by = graph->description(); !made_by.empty()) {
    file.notes.emplace_back("description", made_by);
  }
  return file;
}

}  // namespace imps::files
