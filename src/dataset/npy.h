// The header of a NumPy array in a file (.npy).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <imps/result.h>

namespace imps {

/// What stands before the numbers.
struct NpyHeader {
  std::string descr;  ///< NumPy's name of the type, e.g. "<f4"
  bool fortran_order = false;
  std::vector<std::uint64_t> shape;
  std::size_t size = 0;  ///< of the header itself, in bytes

  /// The product of the shape; nothing is allocated for it. Saturates at 2^63.
  [[nodiscard]] std::uint64_t count() const noexcept;
};

/// A longer header is refused: NumPy's own are a few hundred bytes.
inline constexpr std::size_t kMostNpyHeader = 10'000;

/// Reads the header at the front of `bytes` (kMostNpyHeader of them, or all there are): versions 1
/// to 3 with a plain type. Anything else is an Error that says what was found.
Result<NpyHeader> read_npy_header(std::span<const std::byte> bytes);

/// The header of a C-order array, version 1.0, of exactly `size` bytes: a multiple of 64, and
/// enough.
std::string npy_header(const std::string& descr, std::span<const std::uint64_t> shape,
                       std::size_t size = 128);

/// "float32 [12, 4]": for messages.
std::string describe(const NpyHeader& header);

}  // namespace imps
