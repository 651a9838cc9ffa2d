// Whether one model predicts better than another, or only seems to.
#pragma once

#include <span>
#include <vector>

#include "evaluate/score.h"

namespace imps::evaluate {

/// A mean over frames, and where it would lie in 95 of 100 such recordings.
struct Difference {
  double mean = 0;
  double lower = 0;  ///< minus infinity with less than two blocks
  double upper = 0;  ///< infinity with less than two blocks

  [[nodiscard]] bool is_certain() const noexcept { return lower > 0 || upper < 0; }
};

/// `sums[b]` over `frames[b]` frames, b = 0 …: their mean a frame, with Student's t of the blocks.
/// Blocks weigh as many frames as they have (a ratio estimate). Formula: doc/evaluating.md,
/// "Comparing".
Difference mean_of_blocks(std::span<const double> sums, std::span<const double> frames);

/// Another model's costs less the first's, on the same frames: below 0, the other is better.
struct Comparison {
  Difference bits;
  Difference nll;
  std::vector<Difference> dimensions;  ///< bits
};

/// Both scores are of the same stretches of the same dataset (asserted).
Comparison compare(const Score& first, const Score& other);

}  // namespace imps::evaluate
