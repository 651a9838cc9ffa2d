#include <cstddef>

#include "dataset/perfs.h"

namespace imps {
namespace {

// What stays in the memo, for every performance to fetch.
constexpr char kReconstruct = 0;
constexpr char kArray = 1;
constexpr char kShape0 = 2;
constexpr char kLetterB = 3;

std::string put(char slot) { return {'q', slot}; }
std::string get(char slot) { return {'h', slot}; }

std::string text(const std::string& letters) {
  return "\x8c" + std::string(1, static_cast<char>(letters.size())) + letters;
}

std::string little_endian(std::uint64_t number, std::size_t size) {
  std::string bytes;
  for (std::size_t k = 0; k < size; ++k)
    bytes += static_cast<char>(number >> (8 * k) & 0xFFU);
  return bytes;
}

std::string small(int number) { return {'K', static_cast<char>(number)}; }

/// LONG1 of eight bytes; a number of rows does not reach the sign.
std::string whole(std::uint64_t number) {
  return std::string("\x8a\x08") + little_endian(number, 8);
}

std::string named(const std::string& module, const std::string& name) {
  return 'c' + module + '\n' + name + '\n';
}

/// numpy.dtype(name, False, True) with its state.
std::string dtype(const std::string& name, const std::string& order, int flags) {
  const std::string nothing = "NNN";
  const std::string minus_one = 'J' + little_endian(0xFFFFFFFFU, 4);
  return named("numpy", "dtype") + text(name) + "\x89\x88\x87R(" + small(3) + text(order) +
         nothing + minus_one + minus_one + small(flags) + "tb";
}

}  // namespace

// numpy.core.multiarray: NumPy 1's name for it, which NumPy 2 keeps for pickles.
std::string PerfsPickle::head(std::uint64_t performances) {
  return std::string("\x80\x04") + named("numpy.core.multiarray", "_reconstruct") +
         put(kReconstruct) + named("numpy", "ndarray") + put(kArray) + small(0) + '\x85' +
         put(kShape0) +
         "C\x01"
         "b" +
         put(kLetterB) + "\x87R(" + small(1) + whole(performances) + '\x85' + dtype("O8", "|", 63) +
         "\x89](";
}

std::string PerfsPickle::perf_head(std::uint64_t rows, int dimension) {
  const auto columns = static_cast<std::uint64_t>(dimension);
  return get(kReconstruct) + get(kArray) + get(kShape0) + get(kLetterB) + "\x87R(" + small(1) +
         whole(rows) + whole(columns) + '\x86' + dtype("f4", "<", 0) + "\x89\x8e" +
         little_endian(rows * columns * sizeof(float), 8);
}

std::string PerfsPickle::perf_tail() { return "tb"; }

std::string PerfsPickle::tail() { return "etb."; }

}  // namespace imps
