// A pickle's instructions, one after another; what they mean is the caller's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <imps/result.h>

namespace imps {

/// Instructions of the pickle machine that NumPy's own arrays need (Python's pickletools has the
/// whole list), by the byte that stands for them.
enum class Op : std::uint8_t {
  proto = 0x80,
  frame = 0x95,
  stop = '.',
  mark = '(',
  none = 'N',
  new_true = 0x88,
  new_false = 0x89,
  binint = 'J',
  binint1 = 'K',
  binint2 = 'M',
  long1 = 0x8a,
  binfloat = 'G',
  binunicode = 'X',
  short_binunicode = 0x8c,
  binunicode8 = 0x8d,
  binbytes = 'B',
  short_binbytes = 'C',
  binbytes8 = 0x8e,
  bytearray8 = 0x96,
  empty_list = ']',
  append = 'a',
  appends = 'e',
  empty_tuple = ')',
  tuple = 't',
  tuple1 = 0x85,
  tuple2 = 0x86,
  tuple3 = 0x87,
  binput = 'q',
  long_binput = 'r',
  memoize = 0x94,
  binget = 'h',
  long_binget = 'j',
  global = 'c',
  stack_global = 0x93,
  reduce = 'R',
  build = 'b',
};

/// One instruction with what follows it.
struct Instruction {
  Op op{};
  std::int64_t number = 0;  ///< of integers, sizes and memo slots
  double real = 0;          ///< of binfloat
  std::string_view text;    ///< of texts and bytes; of global "module\nname"
  std::size_t at = 0;       ///< where it stands
};

/// Walks through a pickle.
class PickleReader {
 public:
  explicit PickleReader(std::span<const std::byte> bytes)
      : bytes_(reinterpret_cast<const char*>(bytes.data()), bytes.size()) {}

  /// The next instruction. An Error when it is none of Op, or the pickle is cut.
  Result<Instruction> next();

 private:
  Result<std::string_view> take(std::uint64_t count);
  Result<std::string_view> take_sized(std::size_t digits);
  Result<std::string_view> take_lines();

  std::string_view bytes_;
  std::size_t at_ = 0;
};

}  // namespace imps
