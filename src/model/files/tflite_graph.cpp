#include "model/files/tflite_graph.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include <fmt/format.h>

#include "model/files/half.h"
#include "model/files/named_tensor.h"

namespace imps::files::tflite {
namespace {

// A genuine file has a few hundred tables and five levels.
constexpr flatbuffers::uoffset_t kMostTables = 50000;
constexpr flatbuffers::uoffset_t kMostDepth = 16;
constexpr int kLongestWalk = 16;

template <class T>
std::size_t size_of(const Vector<T>* vector) {
  return vector == nullptr ? 0 : vector->size();
}

std::optional<int> at(const Vector<std::int32_t>* list, std::size_t i) {
  if (i >= size_of(list)) return std::nullopt;
  return list->Get(static_cast<flatbuffers::uoffset_t>(i));
}

std::string name_of(const Tensor* tensor, int index) {
  if (tensor == nullptr || tensor->name() == nullptr || tensor->name()->size() == 0) {
    return fmt::format("number {}", index);
  }
  // A converter's names list all that was folded together: the first says enough.
  const std::string name = tensor->name()->str();
  return name.substr(0, std::min<std::size_t>(name.find(';'), 120));
}

}  // namespace

Result<Graph> Graph::open(std::span<const std::byte> bytes) {
  const auto damaged =
      Error{"is not a sound TensorFlow Lite file: it is cut or damaged, copy or download it again"};
  const auto* const data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  Verifier verifier(data, bytes.size(), kMostDepth, kMostTables);
  if (!verifier.VerifyBuffer<Model>("TFL3")) return damaged;
  Graph graph;
  graph.bytes_ = bytes;
  graph.model_ = flatbuffers::GetRoot<Model>(data);
  const std::size_t subgraphs = size_of(graph.model_->subgraphs());
  if (subgraphs == 0) return damaged;
  graph.producers_.resize(subgraphs);
  std::size_t all = 0;
  for (std::size_t s = 0; s < subgraphs; ++s) {
    auto& producers = graph.producers_[s];
    // Subgraphs may share one list of operators: what is kept must not outgrow the file.
    all += size_of(graph.subgraph(s)->tensors()) + size_of(graph.subgraph(s)->operators());
    if (all > kMostTables) return damaged;
    producers.resize(size_of(graph.subgraph(s)->tensors()), nullptr);
    for (const Operator* const op : graph.operators(s)) {
      for (std::size_t i = 0; i < size_of(op->outputs()) && i < producers.size(); ++i) {
        const int made = *output(*op, i);
        if (made >= 0 && static_cast<std::size_t>(made) < producers.size()) {
          producers[static_cast<std::size_t>(made)] = op;
        }
      }
    }
  }
  return graph;
}

std::string Graph::description() const {
  return model_->description() == nullptr ? std::string{}
                                          : model_->description()->str().substr(0, 200);
}

const Subgraph* Graph::subgraph(std::size_t index) const {
  return index < size_of(model_->subgraphs())
             ? model_->subgraphs()->Get(static_cast<flatbuffers::uoffset_t>(index))
             : nullptr;
}

const Tensor* Graph::tensor(std::size_t graph, int index) const {
  const Subgraph* const in = subgraph(graph);
  if (in == nullptr || index < 0 || static_cast<std::size_t>(index) >= size_of(in->tensors())) {
    return nullptr;
  }
  return in->tensors()->Get(static_cast<flatbuffers::uoffset_t>(index));
}

std::vector<const Operator*> Graph::operators(std::size_t graph) const {
  std::vector<const Operator*> list;
  const Subgraph* const in = subgraph(graph);
  if (in == nullptr || in->operators() == nullptr) return list;
  for (flatbuffers::uoffset_t i = 0; i < in->operators()->size(); ++i)
    list.push_back(in->operators()->Get(i));
  return list;
}

Op Graph::op(const Operator& op) const {
  return op.code() < size_of(model_->operator_codes())
             ? model_->operator_codes()->Get(op.code())->op()
             : Op::custom;
}

std::optional<int> Graph::input(const Operator& op, std::size_t i) { return at(op.inputs(), i); }
std::optional<int> Graph::output(const Operator& op, std::size_t i) { return at(op.outputs(), i); }

const Operator* Graph::producer(std::size_t graph, int tensor) const {
  if (graph >= producers_.size() || tensor < 0) return nullptr;
  const auto& producers = producers_[graph];
  return static_cast<std::size_t>(tensor) < producers.size()
             ? producers[static_cast<std::size_t>(tensor)]
             : nullptr;
}

bool Graph::is_argument(std::size_t graph, int tensor) const {
  const Subgraph* const in = subgraph(graph);
  if (in == nullptr || in->inputs() == nullptr) return false;
  return std::find(in->inputs()->begin(), in->inputs()->end(), tensor) != in->inputs()->end();
}

std::size_t Graph::rank(std::size_t graph, int index) const {
  const Tensor* const found = tensor(graph, index);
  return found == nullptr ? 0 : size_of(found->shape());
}

std::optional<std::size_t> Graph::body(const Operator& loop) const {
  const WhileOptions* const options = loop.while_options();
  Verifier verifier(reinterpret_cast<const std::uint8_t*>(bytes_.data()), bytes_.size(), kMostDepth,
                    kMostTables);
  if (options == nullptr || !verifier.VerifyTable(options)) return std::nullopt;
  const std::int32_t body = options->body();
  if (body <= 0 || static_cast<std::size_t>(body) >= producers_.size()) return std::nullopt;
  return static_cast<std::size_t>(body);
}

int Graph::before_reshaping(std::size_t graph, int tensor) const {
  for (int step = 0; step < kLongestWalk; ++step) {
    const Operator* const made = producer(graph, tensor);
    if (made == nullptr) break;
    const Op kind = op(*made);
    if (kind != Op::reshape && kind != Op::squeeze && kind != Op::expand_dims) break;
    const auto from = input(*made, 0);
    if (!from) break;
    tensor = *from;
  }
  return tensor;
}

std::optional<Graph::Stored> Graph::stored(Scope scope, int index) const {
  for (int step = 0; step < kLongestWalk; ++step) {
    const Tensor* const found = tensor(scope.subgraph, index);
    if (found == nullptr) return std::nullopt;
    if (found->buffer() < size_of(model_->buffers())) {
      const auto* const data = model_->buffers()->Get(found->buffer())->data();
      if (size_of(data) > 0) return Stored{found, data};
    }
    const Operator* const made = producer(scope.subgraph, index);
    if (made != nullptr) {
      // float16 constants become float32 before they are used.
      const auto from = input(*made, 0);
      if (op(*made) != Op::dequantize || !from) return std::nullopt;
      index = *from;
    } else if (scope.loop != nullptr) {
      // A loop may get its weights handed in and hand them on unchanged.
      const Subgraph& body = *subgraph(scope.subgraph);
      std::optional<int> outside;
      for (std::size_t i = 0; i < size_of(body.inputs()); ++i) {
        if (at(body.inputs(), i) == index && at(body.outputs(), i) == index) {
          outside = input(*scope.loop, i);
        }
      }
      if (!outside) return std::nullopt;
      index = *outside;
      scope = {};
    } else {
      return std::nullopt;
    }
  }
  return std::nullopt;
}

bool Graph::is_constant(Scope scope, int tensor) const { return stored(scope, tensor).has_value(); }

Result<Constant> Graph::constant(Scope scope, int index) {
  const auto found = stored(scope, index);
  Constant constant{.name = name_of(found ? found->tensor : tensor(scope.subgraph, index), index)};
  const auto wrong = [&constant](const std::string& what) {
    return Error{fmt::format("tensor {}: {}", constant.name, what)};
  };
  if (!found) return wrong("is computed, expected a constant");
  const Tensor& from = *found->tensor;
  if (from.is_sparse()) return wrong("is stored sparsely, which is not read");
  std::uint64_t count = 1;
  for (std::size_t i = 0; i < size_of(from.shape()); ++i) {
    const int dim = *at(from.shape(), i);
    if (dim <= 0 || i >= 8 ||
        __builtin_mul_overflow(count, static_cast<std::uint64_t>(dim), &count)) {
      return wrong("its shape is absurd");
    }
    constant.shape.push_back(static_cast<std::uint64_t>(dim));
  }
  const TensorType type = from.type();
  const std::uint64_t width = type == TensorType::float32   ? 4
                              : type == TensorType::float16 ? 2
                              : type == TensorType::int8    ? 1
                                                            : 0;
  if (width == 0) {
    return wrong(
        fmt::format("is of type number {}, which is not read (float32, float16 and int8 are)",
                    static_cast<int>(type)));
  }
  // In this order: a shape that the bytes do not fill cannot make anything grow.
  const std::size_t size = size_of(found->data);
  if (count > size || count * width != size) {
    return wrong(fmt::format("shape [{}] takes {} bytes, it has {}",
                             fmt::join(constant.shape, ", "), count * width, size));
  }
  values_ += count;
  if (values_ > most_values(bytes_.size())) {
    return wrong("the constants together are more than a file of this size can hold");
  }

  const std::uint8_t* const data = found->data->data();
  constant.values.resize(static_cast<std::size_t>(count));
  if (type == TensorType::float32) {
    std::memcpy(constant.values.data(), data, size);
  } else if (type == TensorType::float16) {
    had_float16_ = true;
    for (std::size_t i = 0; i < constant.values.size(); ++i) {
      std::uint16_t half = 0;
      std::memcpy(&half, data + 2 * i, sizeof half);
      constant.values[i] = from_half(half);
    }
  } else {
    had_int8_ = true;
    const Quantization* const how = from.quantization();
    const std::size_t scales = how == nullptr ? 0 : size_of(how->scale());
    const std::size_t zeros = how == nullptr ? 0 : size_of(how->zero_point());
    // One scale for all, or one for each row: the axis of a dense kernel's outputs.
    const std::uint64_t rows = constant.shape.empty() ? 1 : constant.shape[0];
    if (scales == 0 || (scales != 1 && (scales != rows || how->axis() != 0)) ||
        (zeros != 0 && zeros != scales)) {
      return wrong(fmt::format("is int8 with {} scales, expected 1 or {}", scales, rows));
    }
    const std::size_t row = static_cast<std::size_t>(count / rows);
    for (std::size_t i = 0; i < constant.values.size(); ++i) {
      const auto k = static_cast<flatbuffers::uoffset_t>(scales == 1 ? 0 : i / row);
      const std::int64_t zero = zeros == 0 ? 0 : how->zero_point()->Get(k);
      if (zero < -128 || zero > 127) return wrong("its zero point is absurd");
      const auto stored_value = static_cast<std::int64_t>(std::bit_cast<std::int8_t>(data[i]));
      constant.values[i] = static_cast<float>(stored_value - zero) * how->scale()->Get(k);
    }
  }
  return constant;
}

}  // namespace imps::files::tflite
