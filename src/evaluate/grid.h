// The step that a controller really moves in: what a prediction has to hit.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <imps/result.h>

#include "dataset/dataset.h"

namespace imps::evaluate {

/// What decided a dimension's step.
enum class GridKind {
  milliseconds,  ///< dt: 1 ms
  seven_bit,     ///< every value of the dataset is a 127th or a 128th: a MIDI controller's
  ten_bit,       ///< any other control: a 1024th, as fine as a ten-bit sensor
};

/// "1 ms", "7-bit", "10-bit".
std::string_view words(GridKind kind) noexcept;

/// The part of a line that counts as one value, in the dataset's units (seconds; of [0, 1]).
struct Interval {
  double lower = 0;  ///< may be minus infinity
  double upper = 0;  ///< may be infinity
};

/// Bins 0, 1, 2, …: bin k is all that is nearer to k · step than to any other. The first reaches
/// down to minus infinity and the last, where there is one, up to infinity, so that what a mixture
/// gives to all bins is always 1.
struct Grid {
  GridKind kind = GridKind::ten_bit;
  double steps = 1024;       ///< bins for each second, or from 0 to 1
  std::int64_t last = 1024;  ///< the last bin; of dt kNoLast

  static constexpr std::int64_t kNoLast = std::int64_t{1} << 53;

  /// The bin of a finite value.
  [[nodiscard]] std::int64_t bin(double value) const noexcept;
  [[nodiscard]] Interval interval(std::int64_t bin) const noexcept;

  friend bool operator==(const Grid&, const Grid&) = default;
};

/// The grids of dt, x_1 … x_N, judged by every row of `dataset`. A control that never moves is
/// judged by its one value. An Error when the dataset's file cannot be read any more.
Result<std::vector<Grid>> find_grids(const Dataset& dataset);

}  // namespace imps::evaluate
