#include "dataset/pickle.h"

#include <array>
#include <bit>
#include <cstring>
#include <string>

#include <fmt/format.h>

namespace imps {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers are read as they lie");

Error cut(std::size_t at) {
  return Error{fmt::format("the pickle ends within an instruction at byte {}: cut or damaged", at)};
}

template <class Number>
Number number(std::string_view bytes) {
  Number value{};
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

std::uint64_t unsigned_number(std::string_view bytes) {
  std::uint64_t value = 0;
  std::memcpy(&value, bytes.data(), bytes.size());
  return value;
}

/// Instructions that NumPy's arrays do not need, by their names in Python's pickletools.
std::string foreign_name(unsigned char op) {
  struct Named {
    unsigned char op;
    std::string_view name;
  };
  constexpr std::array kForeign{
      Named{'0', "POP"},
      Named{'1', "POP_MARK"},
      Named{'2', "DUP"},
      Named{'F', "FLOAT"},
      Named{'I', "INT"},
      Named{'L', "LONG"},
      Named{'P', "PERSID"},
      Named{'Q', "BINPERSID"},
      Named{'S', "STRING"},
      Named{'T', "BINSTRING"},
      Named{'U', "SHORT_BINSTRING"},
      Named{'V', "UNICODE"},
      Named{'d', "DICT"},
      Named{'}', "EMPTY_DICT"},
      Named{'g', "GET"},
      Named{'i', "INST"},
      Named{'l', "LIST"},
      Named{'o', "OBJ"},
      Named{'p', "PUT"},
      Named{'s', "SETITEM"},
      Named{'u', "SETITEMS"},
      Named{0x81, "NEWOBJ"},
      Named{0x82, "EXT1"},
      Named{0x83, "EXT2"},
      Named{0x84, "EXT4"},
      Named{0x8b, "LONG4"},
      Named{0x8f, "EMPTY_SET"},
      Named{0x90, "ADDITEMS"},
      Named{0x91, "FROZENSET"},
      Named{0x92, "NEWOBJ_EX"},
      Named{0x97, "NEXT_BUFFER"},
      Named{0x98, "READONLY_BUFFER"},
  };
  for (const Named& one : kForeign) {
    if (one.op == op) return std::string(one.name);
  }
  return fmt::format("unknown, 0x{:02x}", op);
}

}  // namespace

Result<std::string_view> PickleReader::take(std::uint64_t count) {
  if (count > bytes_.size() - at_) return cut(at_);
  const auto taken = bytes_.substr(at_, static_cast<std::size_t>(count));
  at_ += taken.size();
  return taken;
}

Result<std::string_view> PickleReader::take_sized(std::size_t digits) {
  const auto size = take(digits);
  if (!size) return size;
  return take(unsigned_number(*size));
}

Result<std::string_view> PickleReader::take_lines() {
  const std::size_t start = at_;
  for (int line = 0; line < 2; ++line) {
    const auto end = bytes_.find('\n', at_);
    if (end == std::string_view::npos) return cut(start);
    at_ = end + 1;
  }
  return bytes_.substr(start, at_ - start - 1);
}

Result<Instruction> PickleReader::next() {
  Instruction one;
  one.at = at_;
  const auto code = take(1);
  if (!code) return code.error();
  one.op = static_cast<Op>(static_cast<unsigned char>(code->front()));
  const auto with_number = [&one](const Result<std::string_view>& bytes) -> Result<Instruction> {
    if (!bytes) return bytes.error();
    one.number = static_cast<std::int64_t>(unsigned_number(*bytes));
    return one;
  };
  const auto with_text = [&one](const Result<std::string_view>& bytes) -> Result<Instruction> {
    if (!bytes) return bytes.error();
    one.text = *bytes;
    return one;
  };
  switch (one.op) {
    case Op::stop:
    case Op::mark:
    case Op::none:
    case Op::new_true:
    case Op::new_false:
    case Op::empty_list:
    case Op::append:
    case Op::appends:
    case Op::empty_tuple:
    case Op::tuple:
    case Op::tuple1:
    case Op::tuple2:
    case Op::tuple3:
    case Op::memoize:
    case Op::stack_global:
    case Op::reduce:
    case Op::build:
      return one;
    case Op::proto:
    case Op::binint1:
    case Op::binput:
    case Op::binget:
      return with_number(take(1));
    case Op::binint2:
      return with_number(take(2));
    case Op::long_binput:
    case Op::long_binget:
      return with_number(take(4));
    case Op::frame:
      return with_number(take(8));
    case Op::binint: {
      const auto bytes = take(4);
      if (!bytes) return bytes.error();
      one.number = number<std::int32_t>(*bytes);
      return one;
    }
    case Op::long1: {
      const auto bytes = take_sized(1);
      if (!bytes) return bytes.error();
      if (bytes->size() > 8) return Error{fmt::format("a number at byte {} is too large", one.at)};
      one.number = static_cast<std::int64_t>(unsigned_number(*bytes));
      // Two's complement of as many bytes as there are.
      const bool negative = !bytes->empty() && (static_cast<unsigned char>(bytes->back()) & 0x80U);
      if (negative && bytes->size() < 8) one.number -= std::int64_t{1} << (8 * bytes->size());
      return one;
    }
    case Op::binfloat: {
      const auto bytes = take(8);
      if (!bytes) return bytes.error();
      std::string reversed(bytes->rbegin(), bytes->rend());  // written with the high byte first
      one.real = number<double>(reversed);
      return one;
    }
    case Op::short_binunicode:
    case Op::short_binbytes:
      return with_text(take_sized(1));
    case Op::binunicode:
    case Op::binbytes:
      return with_text(take_sized(4));
    case Op::binunicode8:
    case Op::binbytes8:
    case Op::bytearray8:
      return with_text(take_sized(8));
    case Op::global:
      return with_text(take_lines());
  }
  return Error{
      fmt::format("its pickle has the instruction {} at byte {}, which NumPy's arrays do not need: "
                  "nothing of it was run; write the file again with numpy.savez",
                  foreign_name(static_cast<unsigned char>(one.op)), one.at)};
}

}  // namespace imps
