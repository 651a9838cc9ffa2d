// What imps reads of TensorFlow Lite's flatbuffer: tables and the numbers of their fields, from the
// format's published version 3. Fields that are not named here are skipped.
#pragma once

#include <cstdint>

#include <flatbuffers/flatbuffers.h>

namespace imps::files::tflite {

using flatbuffers::Offset;
using flatbuffers::String;
using flatbuffers::Table;
using flatbuffers::Vector;
using flatbuffers::Verifier;

/// Where field number `id` stands in a table's list of offsets.
constexpr flatbuffers::voffset_t field(int id) {
  return static_cast<flatbuffers::voffset_t>(4 + 2 * id);
}

enum class TensorType : std::int8_t { float32 = 0, float16 = 1, int8 = 9 };

enum class Op : std::int32_t {
  add = 0,
  concatenation = 2,
  dequantize = 6,
  fully_connected = 9,
  logistic = 14,
  lstm = 16,
  reshape = 22,
  tanh = 28,
  custom = 32,
  squeeze = 43,
  unidirectional_sequence_lstm = 44,
  split = 49,
  expand_dims = 70,
  split_v = 102,
  elu = 111,
  while_loop = 119,
  var_handle = 142,
};

// NOLINTBEGIN(readability-identifier-naming): Verify is what flatbuffers calls.

struct Quantization : private Table {
  [[nodiscard]] const Vector<float>* scale() const {
    return GetPointer<const Vector<float>*>(field(2));
  }
  [[nodiscard]] const Vector<std::int64_t>* zero_point() const {
    return GetPointer<const Vector<std::int64_t>*>(field(3));
  }
  /// The axis along which scales differ, when there are several.
  [[nodiscard]] std::int32_t axis() const { return GetField<std::int32_t>(field(6), 0); }
  bool Verify(Verifier& verifier) const {
    return VerifyTableStart(verifier) && VerifyOffset(verifier, field(2)) &&
           verifier.VerifyVector(scale()) && VerifyOffset(verifier, field(3)) &&
           verifier.VerifyVector(zero_point()) &&
           VerifyField<std::int32_t>(verifier, field(6), sizeof(std::int32_t)) &&
           verifier.EndTable();
  }
};

struct Tensor : private Table {
  [[nodiscard]] const Vector<std::int32_t>* shape() const {
    return GetPointer<const Vector<std::int32_t>*>(field(0));
  }
  [[nodiscard]] TensorType type() const {
    return static_cast<TensorType>(GetField<std::int8_t>(field(1), 0));
  }
  [[nodiscard]] std::uint32_t buffer() const { return GetField<std::uint32_t>(field(2), 0); }
  [[nodiscard]] const String* name() const { return GetPointer<const String*>(field(3)); }
  [[nodiscard]] const Quantization* quantization() const {
    return GetPointer<const Quantization*>(field(4));
  }
  [[nodiscard]] bool is_sparse() const { return CheckField(field(6)); }
  bool Verify(Verifier& verifier) const {
    return VerifyTableStart(verifier) && VerifyOffset(verifier, field(0)) &&
           verifier.VerifyVector(shape()) &&
           VerifyField<std::int8_t>(verifier, field(1), sizeof(std::int8_t)) &&
           VerifyField<std::uint32_t>(verifier, field(2), sizeof(std::uint32_t)) &&
           VerifyOffset(verifier, field(3)) && verifier.VerifyString(name()) &&
           VerifyOffset(verifier, field(4)) && verifier.VerifyTable(quantization()) &&
           verifier.EndTable();
  }
};

/// The options of a WHILE; other operators' options are not looked at.
struct WhileOptions : private Table {
  [[nodiscard]] std::int32_t body() const { return GetField<std::int32_t>(field(1), 0); }
  bool Verify(Verifier& verifier) const {
    return VerifyTableStart(verifier) &&
           VerifyField<std::int32_t>(verifier, field(1), sizeof(std::int32_t)) &&
           verifier.EndTable();
  }
};

struct Operator : private Table {
  [[nodiscard]] std::uint32_t code() const { return GetField<std::uint32_t>(field(0), 0); }
  [[nodiscard]] const Vector<std::int32_t>* inputs() const {
    return GetPointer<const Vector<std::int32_t>*>(field(1));
  }
  [[nodiscard]] const Vector<std::int32_t>* outputs() const {
    return GetPointer<const Vector<std::int32_t>*>(field(2));
  }
  /// Only for a WHILE, and to be verified when it is asked for.
  [[nodiscard]] const WhileOptions* while_options() const {
    return GetPointer<const WhileOptions*>(field(4));
  }
  bool Verify(Verifier& verifier) const {
    return VerifyTableStart(verifier) &&
           VerifyField<std::uint32_t>(verifier, field(0), sizeof(std::uint32_t)) &&
           VerifyOffset(verifier, field(1)) && verifier.VerifyVector(inputs()) &&
           VerifyOffset(verifier, field(2)) && verifier.VerifyVector(outputs()) &&
           VerifyOffset(verifier, field(4)) && verifier.EndTable();
  }
};

struct Subgraph : private Table {
  [[nodiscard]] const Vector<Offset<Tensor>>* tensors() const {
    return GetPointer<const Vector<Offset<Tensor>>*>(field(0));
  }
  [[nodiscard]] const Vector<std::int32_t>* inputs() const {
    return GetPointer<const Vector<std::int32_t>*>(field(1));
  }
  [[nodiscard]] const Vector<std::int32_t>* outputs() const {
    return GetPointer<const Vector<std::int32_t>*>(field(2));
  }
  [[nodiscard]] const Vector<Offset<Operator>>* operators() const {
    return GetPointer<const Vector<Offset<Operator>>*>(field(3));
  }
  bool Verify(Verifier& verifier) const {
    return VerifyTableStart(verifier) && VerifyOffset(verifier, field(0)) &&
           verifier.VerifyVector(tensors()) && verifier.VerifyVectorOfTables(tensors()) &&
           VerifyOffset(verifier, field(1)) && verifier.VerifyVector(inputs()) &&
           VerifyOffset(verifier, field(2)) && verifier.VerifyVector(outputs()) &&
           VerifyOffset(verifier, field(3)) && verifier.VerifyVector(operators()) &&
           verifier.VerifyVectorOfTables(operators()) && verifier.EndTable();
  }
};

struct Buffer : private Table {
  [[nodiscard]] const Vector<std::uint8_t>* data() const {
    return GetPointer<const Vector<std::uint8_t>*>(field(0));
  }
  bool Verify(Verifier& verifier) const {
    return VerifyTableStart(verifier) && VerifyOffset(verifier, field(0)) &&
           verifier.VerifyVector(data()) && verifier.EndTable();
  }
};

struct OperatorCode : private Table {
  /// Since operators are more than 127, the number stands in field 3, and 127 or less in field 0.
  [[nodiscard]] Op op() const {
    const std::int32_t old = GetField<std::int8_t>(field(0), 0);
    const std::int32_t now = GetField<std::int32_t>(field(3), 0);
    return static_cast<Op>(old > now ? old : now);
  }
  bool Verify(Verifier& verifier) const {
    return VerifyTableStart(verifier) &&
           VerifyField<std::int8_t>(verifier, field(0), sizeof(std::int8_t)) &&
           VerifyField<std::int32_t>(verifier, field(3), sizeof(std::int32_t)) &&
           verifier.EndTable();
  }
};

struct Model : private Table {
  [[nodiscard]] const Vector<Offset<OperatorCode>>* operator_codes() const {
    return GetPointer<const Vector<Offset<OperatorCode>>*>(field(1));
  }
  [[nodiscard]] const Vector<Offset<Subgraph>>* subgraphs() const {
    return GetPointer<const Vector<Offset<Subgraph>>*>(field(2));
  }
  [[nodiscard]] const String* description() const { return GetPointer<const String*>(field(3)); }
  [[nodiscard]] const Vector<Offset<Buffer>>* buffers() const {
    return GetPointer<const Vector<Offset<Buffer>>*>(field(4));
  }
  bool Verify(Verifier& verifier) const {
    return VerifyTableStart(verifier) && VerifyOffset(verifier, field(1)) &&
           verifier.VerifyVector(operator_codes()) &&
           verifier.VerifyVectorOfTables(operator_codes()) && VerifyOffset(verifier, field(2)) &&
           verifier.VerifyVector(subgraphs()) && verifier.VerifyVectorOfTables(subgraphs()) &&
           VerifyOffset(verifier, field(3)) && verifier.VerifyString(description()) &&
           VerifyOffset(verifier, field(4)) && verifier.VerifyVector(buffers()) &&
           verifier.VerifyVectorOfTables(buffers()) && verifier.EndTable();
  }
};

// NOLINTEND(readability-identifier-naming)

}  // namespace imps::files::tflite
