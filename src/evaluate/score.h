// How well a model predicts takes, frame by frame, its memory carried along.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <imps/model.h>
#include <imps/result.h>

#include "dataset/dataset.h"
#include "evaluate/baseline.h"
#include "evaluate/coverage.h"
#include "evaluate/grid.h"
#include "evaluate/part.h"

namespace imps::evaluate {

/// No dimension of a frame costs more than this: one that nobody could foresee must not hide all
/// others.
inline constexpr double kMostBits = 1000;
/// No frame costs more than this: as much as one dimension, but with many of them ten times what
/// guessing a ten-bit control costs, for each. How many frames were cut is counted.
constexpr double most_bits_of_frame(std::size_t dimension) noexcept {
  const double guesses = 100.0 * static_cast<double>(dimension);
  return guesses > kMostBits ? guesses : kMostBits;
}

/// Frames that follow each other and are compared together: neighbours are alike.
inline constexpr std::uint64_t kBlockFrames = 100;

/// One dimension, means over frames.
struct DimensionScore {
  double bits = 0;           ///< −log2 of the mixture's mass in the bin that came
  double hold_bits = 0;      ///< the same of Baseline
  double marginal_bits = 0;  ///< the same of Baseline
  Coverage coverage;         ///< by bins
  Coverage point_coverage;   ///< by the values themselves
};

/// What up to kBlockFrames frames of a take cost together.
struct BlockCost {
  std::uint64_t frames = 0;
  double nll = 0;                      // Σ
  double bits = 0;                     // Σ
  std::vector<double> dimension_bits;  // [dimension] Σ
};

struct Score {
  std::uint64_t frames = 0;
  double nll = 0;            ///< nats a frame, of the density in ×10 units
  double bits = 0;           ///< −log2 of the mixture's mass in the bins that came, all together
  double hold_bits = 0;      ///< the dimensions' sum
  double marginal_bits = 0;  ///< the dimensions' sum
  std::uint64_t cut = 0;     ///< frames that would have cost more than most_bits_of_frame()
  std::vector<DimensionScore> dimensions;  // dt, x_1 … x_N
  std::vector<BlockCost> blocks;           // in the dataset's order
};

/// Plays each take to `model` from zero state and judges what it says of the rows of `stretches`.
/// The model, the dataset, grids and baselines are of one dimension (asserted). The result does not
/// depend on `threads` (0: as many as the processor has). An Error when the dataset's file cannot
/// be read any more. Formulas: doc/evaluating.md.
Result<Score> score(const Mdrnn& model, const Dataset& dataset, std::span<const Stretch> stretches,
                    std::span<const Grid> grids, std::span<const Baseline> baselines,
                    unsigned threads = 0);

/// −log2 of what `mixture` gives to a frame's bins: together, and into `each` [dimension] one by
/// one. Not cut. Thread-safe: yes.
double bits_of(const MixtureView& mixture, std::span<const Grid> grids,
               std::span<const std::int64_t> bins, std::span<double> each) noexcept;

/// What one dimension of `mixture` gives to all below `value` (in the dataset's units).
double mixture_below(const MixtureView& mixture, std::size_t dimension, double value) noexcept;

}  // namespace imps::evaluate
