// The step that a controller moves in, found in what it sent.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include <imps/result.h>

#include "dataset/rows.h"

namespace imps {

/// Watches a control's values.
class ResolutionFinder {
 public:
  void see(float value) noexcept;

  /// How many steps there are from 0 to 1: 127 when every value so far was a 127th, else 128 when
  /// every one was a 128th (a MIDI controller's, both), else 0: continuous. Values that were
  /// written with four decimals count as what they were.
  [[nodiscard]] int steps() const noexcept;

 private:
  std::array<bool, 2> fits_{true, true};  // 127ths, 128ths
};

/// What find_resolutions() says of a control.
struct Resolution {
  int steps = 0;  ///< from 0 to 1: 127, 128, or 0 for a continuous one
  float greatest = -std::numeric_limits<float>::infinity();
  std::uint64_t moves = 0;  ///< how often it was not what it was in the row before
};

/// The resolutions of x_1 … x_N, judged by the rows of `ranges`, in order, and by the first
/// `most_rows` of them at most. All are of `dimension`. An Error when a dataset's file cannot be
/// read any more.
Result<std::vector<Resolution>> find_resolutions(
    std::span<const RowRange> ranges, int dimension,
    std::uint64_t most_rows = std::numeric_limits<std::uint64_t>::max());

}  // namespace imps
