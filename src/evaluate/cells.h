// Bins put together where they are too many to be counted one by one.
#pragma once

#include <cstddef>
#include <cstdint>

#include "evaluate/grid.h"

namespace imps::evaluate {

/// For a control each bin is a cell. For dt, cells grow with what they hold: each millisecond below
/// 16 is one, every octave above has eight, and all from 2^20 ms (17 minutes) on is one.
class Cells {
 public:
  explicit Cells(const Grid& grid) noexcept;

  [[nodiscard]] std::size_t count() const noexcept { return count_; }
  [[nodiscard]] std::size_t of(std::int64_t bin) const noexcept;
  /// −log2 of the part of its cell that is given to `bin`: all bins of a cell have the same, but
  /// those of the last cell of dt, K = 2^20 on, where bin k has K / (k · (k + 1)). The bins of a
  /// cell together always have 1.
  [[nodiscard]] double bits_within(std::int64_t bin) const noexcept;

 private:
  bool growing_;
  std::size_t count_;
};

}  // namespace imps::evaluate
