// What a pickle of NumPy's arrays would build, without running it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <imps/result.h>

namespace imps::pickle {

/// The names that NumPy's pickles call.
enum class Global { reconstruct, ndarray, dtype, encode, bytes, frombuffer };

struct Nothing {};
struct Mark {};
struct Text {
  std::string_view text;
};
struct Bytes {
  std::string_view bytes;
};
/// Where in its table a thing stands that is built in several steps.
struct TupleAt {
  std::size_t index;
};
struct ListAt {
  std::size_t index;
};
struct TypeAt {
  std::size_t index;
};
struct ArrayAt {
  std::size_t index;
};
using Value = std::variant<Nothing, Mark, bool, std::int64_t, double, Text, Bytes, Global, TupleAt,
                           ListAt, TypeAt, ArrayAt>;

/// The type of an array's items.
enum class Kind { objects, float32, float64 };

struct Array {
  bool built = false;
  Kind kind = Kind::objects;
  bool fortran = false;
  std::vector<std::uint64_t> shape;
  std::string_view bytes;      // of float32 and float64
  std::optional<ListAt> list;  // of objects
};

/// A pickle is not one of NumPy's arrays: `what` says why.
Error odd(std::string_view what);

/// The arrays of a pickle. Their bytes lie in it: it must live as long.
class Arrays {
 public:
  /// Runs through the instructions and keeps what they would build: see read_perfs().
  static Result<Arrays> read(std::span<const std::byte> pickle);

  /// The array that the pickle leaves.
  [[nodiscard]] const Array& top() const { return arrays_[top_.index]; }
  [[nodiscard]] const Array& at(ArrayAt place) const { return arrays_[place.index]; }
  [[nodiscard]] const std::vector<Value>& at(ListAt place) const { return lists_[place.index]; }

 private:
  friend class Machine;
  std::vector<Array> arrays_;
  std::vector<std::vector<Value>> lists_;
  std::deque<std::string> encoded_;  // bytes that the pickle holds in another form
  ArrayAt top_{};
};

}  // namespace imps::pickle
