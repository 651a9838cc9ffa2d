#include "model/files/onnx_write.h"

#include <array>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <span>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include <imps/version.h>

#include "model/files/keras_config.h"
#include "model/files/protobuf_wire.h"

namespace imps::files {
namespace {

// 14 is the first in which all operators of the graph have the form that newer ones still have;
// IR version 7 came with it.
constexpr std::uint64_t kOperatorSet = 14;
constexpr std::uint64_t kIrVersion = 7;

constexpr std::size_t kMostBytes = std::size_t{1} << 31;  // what a protocol buffer may have

// The numbers of fields and types as onnx.proto publishes them.
namespace field {
constexpr std::uint32_t kModelIrVersion = 1, kModelProducer = 2, kModelProducerVersion = 3,
                        kModelGraph = 7, kModelOperatorSet = 8, kModelMetadata = 14;
constexpr std::uint32_t kOperatorSetVersion = 2;
constexpr std::uint32_t kEntryKey = 1, kEntryValue = 2;
constexpr std::uint32_t kGraphNode = 1, kGraphName = 2, kGraphInitializer = 5, kGraphText = 10,
                        kGraphInput = 11, kGraphOutput = 12;
constexpr std::uint32_t kNodeInput = 1, kNodeOutput = 2, kNodeName = 3, kNodeType = 4,
                        kNodeAttribute = 5;
constexpr std::uint32_t kAttributeName = 1, kAttributeInt = 3, kAttributeType = 20;
constexpr std::uint32_t kTensorDims = 1, kTensorType = 2, kTensorName = 8, kTensorRaw = 9;
constexpr std::uint32_t kValueName = 1, kValueType = 2, kValueText = 3;
constexpr std::uint32_t kTypeTensor = 1, kTensorTypeElement = 1, kTensorTypeShape = 2,
                        kShapeDim = 1, kDimValue = 1;
}  // namespace field
constexpr std::uint64_t kFloat = 1;
constexpr std::uint64_t kInt64 = 7;
constexpr std::uint64_t kAttributeIsInt = 2;

using Names = std::initializer_list<std::string_view>;
using Shape = std::initializer_list<int>;

class Graph {
 public:
  explicit Graph(std::string_view name) { graph_.text(field::kGraphName, name); }

  void input(std::string_view name, Shape shape, std::string_view text) {
    graph_.message(field::kGraphInput, value(name, shape, text));
  }
  void output(std::string_view name, Shape shape, std::string_view text) {
    graph_.message(field::kGraphOutput, value(name, shape, text));
  }

  void constant(std::string_view name, Shape shape, std::span<const float> values) {
    ProtobufMessage tensor = tensor_of(name, shape, kFloat);
    tensor.raw(field::kTensorRaw, values);
    graph_.message(field::kGraphInitializer, tensor);
  }
  /// The constant shape that RESHAPE takes.
  void shape(std::string_view name, std::initializer_list<std::int64_t> dims) {
    ProtobufMessage tensor = tensor_of(name, {static_cast<int>(dims.size())}, kInt64);
    tensor.text(field::kTensorRaw,
                {reinterpret_cast<const char*>(dims.begin()), dims.size() * sizeof(std::int64_t)});
    graph_.message(field::kGraphInitializer, tensor);
  }

  /// An operator; its name is that of its last output. Empty names are arguments left out.
  void node(std::string_view type, Names inputs, Names outputs, std::string_view attribute = {},
            int number = 0) {
    ProtobufMessage node;
    for (const auto name : inputs)
      node.text(field::kNodeInput, name);
    for (const auto name : outputs)
      node.text(field::kNodeOutput, name);
    node.text(field::kNodeName, fmt::format("{}/{}", type, *std::prev(outputs.end())));
    node.text(field::kNodeType, type);
    if (!attribute.empty()) {
      ProtobufMessage about;
      about.text(field::kAttributeName, attribute);
      about.number(field::kAttributeInt, static_cast<std::uint64_t>(number));
      about.number(field::kAttributeType, kAttributeIsInt);
      node.message(field::kNodeAttribute, about);
    }
    graph_.message(field::kGraphNode, node);
  }

  void text(std::string_view text) { graph_.text(field::kGraphText, text); }

  [[nodiscard]] const ProtobufMessage& message() const noexcept { return graph_; }

 private:
  static ProtobufMessage tensor_of(std::string_view name, Shape shape, std::uint64_t type) {
    ProtobufMessage tensor;
    for (const int dim : shape)
      tensor.number(field::kTensorDims, static_cast<std::uint64_t>(dim));
    tensor.number(field::kTensorType, type);
    tensor.text(field::kTensorName, name);
    return tensor;
  }

  static ProtobufMessage value(std::string_view name, Shape shape, std::string_view text) {
    ProtobufMessage dims;
    for (const int dim : shape) {
      ProtobufMessage one;
      one.number(field::kDimValue, static_cast<std::uint64_t>(dim));
      dims.message(field::kShapeDim, one);
    }
    ProtobufMessage tensor;
    tensor.number(field::kTensorTypeElement, kFloat);
    tensor.message(field::kTensorTypeShape, dims);
    ProtobufMessage type;
    type.message(field::kTypeTensor, tensor);
    ProtobufMessage whole;
    whole.text(field::kValueName, name);
    whole.message(field::kValueType, type);
    whole.text(field::kValueText, text);
    return whole;
  }

  ProtobufMessage graph_;
};

// [in, 4·units] with gates i, f, c, o as ONNX has it: [4·units, in] with gates i, o, f, c.
std::vector<float> for_lstm(const std::vector<float>& kernel, std::size_t units) {
  constexpr std::array<std::size_t, 4> kGates{0, 3, 1, 2};
  const std::size_t in = kernel.size() / (4 * units);
  std::vector<float> turned;
  turned.reserve(kernel.size());
  for (const std::size_t gate : kGates) {
    for (std::size_t unit = 0; unit < units; ++unit) {
      for (std::size_t i = 0; i < in; ++i)
        turned.push_back(kernel[i * 4 * units + gate * units + unit]);
    }
  }
  return turned;
}

void add_lstm(Graph& graph, const Weights& weights, int layer) {
  const int units = weights.sizes.units;
  const int in = layer == 0 ? weights.sizes.dimension : units;
  const auto& lstm = weights.lstm[static_cast<std::size_t>(layer)];
  const auto wide = static_cast<std::size_t>(units);
  const auto named = [layer](std::string_view what) { return fmt::format("{}_{}", what, layer); };
  const auto inner = [layer](std::string_view what) {
    return fmt::format("lstm_{}/{}", layer, what);
  };
  graph.constant(inner("W"), {1, 4 * units, in}, for_lstm(lstm.kernel, wide));
  graph.constant(inner("R"), {1, 4 * units, units}, for_lstm(lstm.recurrent_kernel, wide));
  // ONNX has a bias for the kernel and one for the recurrent kernel, which is zero here.
  std::vector<float> bias = for_lstm(lstm.bias, wide);
  bias.resize(8 * wide);
  graph.constant(inner("B"), {1, 8 * units}, bias);

  graph.input(named("state_h"), {1, units}, "h of the layer; zeros at the start");
  graph.input(named("state_c"), {1, units}, "c of the layer; zeros at the start");
  graph.output(named("new_state_h"), {1, units}, "state_h for the next step");
  graph.output(named("new_state_c"), {1, units}, "state_c for the next step");
  graph.node("Reshape", {named("state_h"), "state_shape"}, {inner("h")});
  graph.node("Reshape", {named("state_c"), "state_shape"}, {inner("c")});
  // One step: a layer's output is its new h, and [direction, batch, units] of the one has the shape
  // of [sequence, batch, units] of the other.
  const std::string from = layer == 0 ? "inputs" : fmt::format("lstm_{}/h_new", layer - 1);
  graph.node("LSTM", {from, inner("W"), inner("R"), inner("B"), "", inner("h"), inner("c")},
             {"", inner("h_new"), inner("c_new")}, "hidden_size", units);
  graph.node("Reshape", {inner("h_new"), "row_shape"}, {named("new_state_h")});
  graph.node("Reshape", {inner("c_new"), "row_shape"}, {named("new_state_c")});
}

void add_head(Graph& graph, const Weights& weights) {
  const Sizes& sizes = weights.sizes;
  const std::string h = fmt::format("new_state_h_{}", sizes.layers - 1);
  const auto dense = [&](const std::string& name, const DenseWeights& part, std::string_view to) {
    const int out = static_cast<int>(part.bias.size());
    graph.constant(name + "/kernel", {sizes.units, out}, part.kernel);
    graph.constant(name + "/bias", {out}, part.bias);
    graph.node("Gemm", {h, name + "/kernel", name + "/bias"}, {to});
  };
  dense("mdn_mus", weights.mus, "mdn_mus/flat");
  dense("mdn_sigmas", weights.sigmas, "mdn_sigmas/z");
  dense("mdn_pi", weights.pi, "logits");
  // elu(z) + 1 + 1e-7, in this order, as the field adds them.
  constexpr std::array<float, 2> kAdded{1.0F, 1e-7F};
  graph.constant("one", {1}, std::span(kAdded).first(1));
  graph.constant("least", {1}, std::span(kAdded).last(1));
  graph.node("Elu", {"mdn_sigmas/z"}, {"mdn_sigmas/elu"});
  graph.node("Add", {"mdn_sigmas/elu", "one"}, {"mdn_sigmas/above_zero"});
  graph.node("Add", {"mdn_sigmas/above_zero", "least"}, {"mdn_sigmas/flat"});
  graph.shape("mixture_shape", {1, sizes.mixtures, sizes.dimension});
  graph.node("Reshape", {"mdn_mus/flat", "mixture_shape"}, {"mus"});
  graph.node("Reshape", {"mdn_sigmas/flat", "mixture_shape"}, {"sigmas"});
}

}  // namespace

Result<std::vector<std::byte>> write_onnx(const Weights& weights, const Notes& card) {
  if (auto sound = check(weights); !sound) return sound.error();
  const Sizes& sizes = weights.sizes;
  Graph graph(field_name(sizes));
  graph.text(
      "One step of a mixture density recurrent network. All values are in ten times the units of a "
      "frame (dt in seconds, controls in [0, 1]).");
  graph.shape("state_shape", {1, 1, sizes.units});
  graph.shape("row_shape", {1, sizes.units});
  graph.input("inputs", {1, 1, sizes.dimension}, "the frame: ten times dt, x_1, …");
  graph.output("mus", {1, sizes.mixtures, sizes.dimension}, "means of the next frame");
  graph.output("sigmas", {1, sizes.mixtures, sizes.dimension}, "standard deviations");
  graph.output("logits", {1, sizes.mixtures}, "of the components' probabilities");
  for (int i = 0; i < sizes.layers; ++i)
    add_lstm(graph, weights, i);
  add_head(graph, weights);

  ProtobufMessage model;
  model.number(field::kModelIrVersion, kIrVersion);
  model.text(field::kModelProducer, "imps");
  model.text(field::kModelProducerVersion, version());
  ProtobufMessage operators;
  operators.number(field::kOperatorSetVersion, kOperatorSet);
  model.message(field::kModelOperatorSet, operators);
  model.message(field::kModelGraph, graph.message());
  for (const auto& [name, value] : card) {
    ProtobufMessage entry;
    entry.text(field::kEntryKey, name);
    entry.text(field::kEntryValue, value);
    model.message(field::kModelMetadata, entry);
  }
  if (model.bytes().size() >= kMostBytes)
    return Error{"the network is larger than the 2 GiB that an ONNX file may have"};
  const auto bytes = std::as_bytes(std::span(model.bytes()));
  return std::vector<std::byte>(bytes.begin(), bytes.end());
}

}  // namespace imps::files
