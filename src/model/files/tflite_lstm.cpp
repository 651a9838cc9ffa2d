#include "model/files/tflite_lstm.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "model/files/named_tensor.h"

namespace imps::files::tflite {
namespace {

constexpr std::size_t kGates = 4;

Error wrong_shape(const Constant& constant, const std::string& role, const std::string& expected) {
  return Error{fmt::format("tensor {} ({}): shape {}, expected {}", constant.name, role,
                           shape_text(constant.shape), expected)};
}

// What is added up before the gates are split: two dense layers, and constants.
struct Sum {
  std::vector<const Operator*> dense;
  std::vector<int> constants;
};

Result<Sum> sum_before(const Graph& graph, Scope scope, int tensor) {
  constexpr int kMostTerms = 16;
  Sum sum;
  std::vector<int> open{tensor};
  for (int visited = 0; !open.empty(); ++visited) {
    if (visited > kMostTerms) return Error{"too much is added up before an LSTM's gates"};
    const int term = graph.before_reshaping(scope.subgraph, open.back());
    open.pop_back();
    const Operator* const made = graph.producer(scope.subgraph, term);
    if (graph.is_constant(scope, term)) {
      sum.constants.push_back(term);
    } else if (made != nullptr && graph.op(*made) == Op::add) {
      for (std::size_t i = 0; i < 2; ++i) {
        if (const auto from = Graph::input(*made, i)) open.push_back(*from);
      }
    } else if (made != nullptr && graph.op(*made) == Op::fully_connected) {
      sum.dense.push_back(made);
      const auto bias = Graph::input(*made, 2);
      if (bias && *bias >= 0) sum.constants.push_back(*bias);
    } else {
      return Error{"something else than dense layers and a bias leads to an LSTM's gates"};
    }
  }
  return sum;
}

// sigmoid(i), sigmoid(f), tanh(c), sigmoid(o), in this order: Keras's.
bool gates_are_keras(const Graph& graph, Scope scope, const Operator& split) {
  std::array<bool, kGates> right{};
  for (const Operator* const op : graph.operators(scope.subgraph)) {
    const Op kind = graph.op(*op);
    if (kind != Op::logistic && kind != Op::tanh) continue;
    for (std::size_t gate = 0; gate < kGates; ++gate) {
      const Op expected = gate == 2 ? Op::tanh : Op::logistic;
      if (kind == expected && Graph::input(*op, 0) == Graph::output(split, gate))
        right[gate] = true;
    }
  }
  return std::all_of(right.begin(), right.end(), [](bool b) { return b; });
}

bool is_gate_split(const Graph& graph, const Operator& op) {
  const Op kind = graph.op(op);
  return (kind == Op::split || kind == Op::split_v) && Graph::output(op, kGates - 1) &&
         !Graph::output(op, kGates);
}

Result<LstmLayer> read_cell(Graph& graph, Scope scope, const Operator& split) {
  // SPLIT takes the axis first, SPLIT_V the data.
  const auto gates = Graph::input(split, graph.op(split) == Op::split ? 1 : 0);
  if (!gates) return Error{"the operator that splits an LSTM's gates has no input"};
  auto sum = sum_before(graph, scope, *gates);
  if (!sum) return sum.error();
  const Operator* kernel = nullptr;
  const Operator* recurrent = nullptr;
  for (const Operator* const dense : sum->dense) {
    const auto from = Graph::input(*dense, 0);
    if (!from) continue;
    // h comes straight from outside, one row; the layer's input is taken out of a sequence.
    const int source = graph.before_reshaping(scope.subgraph, *from);
    const bool is_state =
        graph.is_argument(scope.subgraph, source) && graph.rank(scope.subgraph, source) <= 2;
    const Operator*& role = is_state ? recurrent : kernel;
    if (role != nullptr) return Error{"an LSTM's kernel and recurrent kernel look the same"};
    role = dense;
  }
  if (kernel == nullptr || recurrent == nullptr) {
    return Error{fmt::format("an LSTM's {} is missing (a dense layer fed by {})",
                             kernel == nullptr ? "kernel" : "recurrent kernel",
                             kernel == nullptr ? "the layer's input" : "the state h")};
  }
  if (!gates_are_keras(graph, scope, split)) {
    return Error{"an LSTM's gates are not sigmoid, sigmoid, tanh, sigmoid in this order"};
  }

  auto recurrent_kernel = graph.constant(scope, Graph::input(*recurrent, 1).value_or(-1));
  if (!recurrent_kernel) return recurrent_kernel.error();
  const auto& shape = recurrent_kernel->shape;
  if (shape.size() != 2 || shape[0] != kGates * shape[1]) {
    return wrong_shape(*recurrent_kernel, "recurrent kernel of an LSTM", "[4·units, units]");
  }
  LstmLayer layer{.units = shape[1]};
  layer.weights.recurrent_kernel = transposed(recurrent_kernel->values, shape[0], shape[1]);

  auto input_kernel = graph.constant(scope, Graph::input(*kernel, 1).value_or(-1));
  if (!input_kernel) return input_kernel.error();
  if (input_kernel->shape.size() != 2 || input_kernel->shape[0] != shape[0]) {
    return wrong_shape(*input_kernel, "kernel of an LSTM", fmt::format("[{}, inputs]", shape[0]));
  }
  layer.in = input_kernel->shape[1];
  layer.weights.kernel = transposed(input_kernel->values, shape[0], layer.in);

  layer.weights.bias.assign(static_cast<std::size_t>(shape[0]), 0.0F);
  if (sum->constants.empty()) return Error{"an LSTM's bias is missing"};
  for (const int term : sum->constants) {
    auto bias = graph.constant(scope, term);
    if (!bias) return bias.error();
    if (bias->values.size() != layer.weights.bias.size()) {
      return wrong_shape(*bias, "bias of an LSTM", fmt::format("[{}]", shape[0]));
    }
    for (std::size_t i = 0; i < bias->values.size(); ++i)
      layer.weights.bias[i] += bias->values[i];
  }
  return layer;
}

// Puts the gates' columns side by side: four kernels [units, in] to one [in, 4·units].
Result<std::vector<float>> joined(Graph& graph, const Operator& op, std::size_t first,
                                  const std::string& role, std::uint64_t& units,
                                  std::uint64_t& in) {
  std::vector<float> whole;
  for (std::size_t gate = 0; gate < kGates; ++gate) {
    auto part = graph.constant({}, Graph::input(op, first + gate).value_or(-1));
    if (!part) return imps::in(role, part.error());
    if (part->shape.size() != 2) return wrong_shape(*part, role, "[units, inputs]");
    if (units == 0) units = part->shape[0];
    if (in == 0) in = part->shape[1];
    if (part->shape[0] != units || part->shape[1] != in) {
      return wrong_shape(*part, role, fmt::format("[{}, {}]", units, in));
    }
    whole.resize(static_cast<std::size_t>(in * units * kGates));
    for (std::uint64_t u = 0; u < units; ++u) {
      for (std::uint64_t k = 0; k < in; ++k)
        whole[static_cast<std::size_t>(k * kGates * units + gate * units + u)] =
            part->values[static_cast<std::size_t>(u * in + k)];
    }
  }
  return whole;
}

// LSTM and UNIDIRECTIONAL_SEQUENCE_LSTM have the same inputs: 1–4 kernels and 5–8 recurrent kernels
// of the gates i, f, c, o, 9–11 peepholes, 12–15 biases, 16 and 17 a projection, 20–23 layer norms.
Result<LstmLayer> read_fused(Graph& graph, const Operator& op) {
  for (const std::size_t extra : {9U, 10U, 11U, 16U, 17U, 20U, 21U, 22U, 23U}) {
    if (Graph::input(op, extra).value_or(-1) >= 0) {
      return Error{
          "a fused LSTM has peepholes, a projection or layer norms, which an MDRNN has not"};
    }
  }
  LstmLayer layer;
  auto kernel = joined(graph, op, 1, "kernel of an LSTM", layer.units, layer.in);
  if (!kernel) return kernel.error();
  std::uint64_t square = layer.units;
  auto recurrent = joined(graph, op, 5, "recurrent kernel of an LSTM", layer.units, square);
  if (!recurrent) return recurrent.error();
  layer.weights.kernel = std::move(*kernel);
  layer.weights.recurrent_kernel = std::move(*recurrent);
  for (std::size_t gate = 0; gate < kGates; ++gate) {
    auto bias = graph.constant({}, Graph::input(op, 12 + gate).value_or(-1));
    if (!bias) return bias.error();
    if (bias->values.size() != layer.units) {
      return wrong_shape(*bias, "bias of an LSTM", fmt::format("[{}]", layer.units));
    }
    layer.weights.bias.insert(layer.weights.bias.end(), bias->values.begin(), bias->values.end());
  }
  return layer;
}

}  // namespace

std::vector<float> transposed(const std::vector<float>& values, std::uint64_t out,
                              std::uint64_t in) {
  std::vector<float> turned(values.size());
  const auto rows = static_cast<std::size_t>(out);
  const auto columns = static_cast<std::size_t>(in);
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < columns; ++j)
      turned[j * rows + i] = values[i * columns + j];
  }
  return turned;
}

Result<std::vector<LstmLayer>> lstm_layers(Graph& graph, Notes& notes) {
  std::vector<LstmLayer> layers;
  const auto add = [&layers](Result<LstmLayer> layer) -> Result<void> {
    if (!layer) return in(fmt::format("LSTM layer {}", layers.size()), layer.error());
    layers.push_back(std::move(*layer));
    return {};
  };
  for (const Operator* const op : graph.operators(0)) {
    Result<void> done;
    const Op kind = graph.op(*op);
    if (layers.size() > kMaxLayers) break;
    if (kind == Op::lstm || kind == Op::unidirectional_sequence_lstm) {
      done = add(read_fused(graph, *op));
      notes.emplace_back("fused LSTM", "its clip of the cell, if it has one, is not played");
    } else if (is_gate_split(graph, *op)) {
      done = add(read_cell(graph, {}, *op));
    } else if (kind == Op::while_loop) {
      const auto body = graph.body(*op);
      if (!body) return Error{"a loop has no body: the file is damaged"};
      for (const Operator* const inner : graph.operators(*body)) {
        if (!is_gate_split(graph, *inner)) continue;
        done = add(read_cell(graph, {.subgraph = *body, .loop = op}, *inner));
        if (!done) break;
      }
    }
    if (!done) return done.error();
  }
  if (layers.size() > kMaxLayers) {
    return Error{fmt::format("has more than {} LSTM layers", kMaxLayers)};
  }
  return layers;
}

}  // namespace imps::files::tflite
