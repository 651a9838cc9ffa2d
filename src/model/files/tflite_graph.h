// Walking a TensorFlow Lite graph backwards, from what it gives to the constants it holds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <imps/result.h>

#include "model/files/tflite_schema.h"

namespace imps::files::tflite {

/// A subgraph, and for a loop's body the WHILE of the main graph that runs it.
struct Scope {
  std::size_t subgraph = 0;
  const Operator* loop = nullptr;
};

/// A constant as float32, dequantised where it was stored in fewer bits.
struct Constant {
  std::vector<std::uint64_t> shape;
  std::vector<float> values;
  std::string name;
};

/// A verified file. Holds on to its bytes. Every answer is bounded: indices that lead nowhere give
/// nothing, and walks end.
class Graph {
 public:
  /// An Error when the bytes are no sound flatbuffer of this kind.
  static Result<Graph> open(std::span<const std::byte> bytes);

  [[nodiscard]] std::string description() const;
  /// Empty for a subgraph that is not there, as in the other answers.
  [[nodiscard]] std::vector<const Operator*> operators(std::size_t subgraph) const;
  [[nodiscard]] Op op(const Operator& op) const;
  /// Input or output number `i` of an operator, if there is one.
  static std::optional<int> input(const Operator& op, std::size_t i);
  static std::optional<int> output(const Operator& op, std::size_t i);
  /// The operator that makes a tensor, or null.
  [[nodiscard]] const Operator* producer(std::size_t subgraph, int tensor) const;
  /// Whether the subgraph gets the tensor from outside.
  [[nodiscard]] bool is_argument(std::size_t subgraph, int tensor) const;
  /// The number of axes of a tensor.
  [[nodiscard]] std::size_t rank(std::size_t subgraph, int tensor) const;
  /// The body of a WHILE.
  [[nodiscard]] std::optional<std::size_t> body(const Operator& loop) const;
  /// The tensor before any RESHAPE, SQUEEZE or EXPAND_DIMS.
  [[nodiscard]] int before_reshaping(std::size_t subgraph, int tensor) const;
  /// Whether the tensor is a constant (or a loop's unchanged argument that is one).
  [[nodiscard]] bool is_constant(Scope scope, int tensor) const;
  /// Its values. An Error names it when it is not constant, of a type that is not read, of a shape
  /// that its bytes do not fill, or when the file's constants together grow too large.
  Result<Constant> constant(Scope scope, int tensor);

  /// Whether any constant so far was stored as int8, or float16.
  [[nodiscard]] bool had_int8() const noexcept { return had_int8_; }
  [[nodiscard]] bool had_float16() const noexcept { return had_float16_; }

 private:
  struct Stored {
    const Tensor* tensor;
    const Vector<std::uint8_t>* data;
  };

  [[nodiscard]] const Subgraph* subgraph(std::size_t index) const;
  [[nodiscard]] const Tensor* tensor(std::size_t subgraph, int index) const;
  [[nodiscard]] std::optional<Stored> stored(Scope scope, int tensor) const;

  std::span<const std::byte> bytes_;
  const Model* model_ = nullptr;
  std::vector<std::vector<const Operator*>> producers_;  // [subgraphs][tensors]
  std::uint64_t values_ = 0;                             // given out so far
  bool had_int8_ = false;
  bool had_float16_ = false;
};

}  // namespace imps::files::tflite
