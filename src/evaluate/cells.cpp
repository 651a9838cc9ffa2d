#include "evaluate/cells.h"

#include <bit>
#include <cmath>

namespace imps::evaluate {
namespace {

constexpr int kSingleBits = 4;  // bins below 2^4 are cells of their own
constexpr int kPartBits = 3;    // 2^3 cells in an octave
constexpr int kOpenBits = 20;   // from 2^20 on there is one cell
constexpr std::size_t kSingles = std::size_t{1} << kSingleBits;
constexpr std::size_t kParts = std::size_t{1} << kPartBits;
constexpr std::size_t kOpenCell = kSingles + (kOpenBits - kSingleBits) * kParts;

int octave(std::int64_t bin) noexcept {
  return static_cast<int>(std::bit_width(static_cast<std::uint64_t>(bin))) - 1;
}

}  // namespace

Cells::Cells(const Grid& grid) noexcept
    : growing_(grid.last == Grid::kNoLast),
      count_(growing_ ? kOpenCell + 1 : static_cast<std::size_t>(grid.last) + 1) {}

std::size_t Cells::of(std::int64_t bin) const noexcept {
  const auto number = static_cast<std::size_t>(bin);
  if (!growing_ || number < kSingles) return number;
  const int high = octave(bin);
  if (high >= kOpenBits) return kOpenCell;
  const std::size_t part = (number >> (high - kPartBits)) & (kParts - 1);
  return kSingles + static_cast<std::size_t>(high - kSingleBits) * kParts + part;
}

double Cells::bits_within(std::int64_t bin) const noexcept {
  if (!growing_ || static_cast<std::size_t>(bin) < kSingles) return 0;
  const int high = octave(bin);
  if (high < kOpenBits) return high - kPartBits;
  const auto k = static_cast<double>(bin);
  return std::log2(k) + std::log2(k + 1) - kOpenBits;
}

}  // namespace imps::evaluate
