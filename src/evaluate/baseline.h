// What a model has to beat: predictions that need no model.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <imps/result.h>

#include "dataset/dataset.h"
#include "evaluate/cells.h"
#include "evaluate/grid.h"
#include "evaluate/part.h"

namespace imps::evaluate {

/// One dimension's two baselines, counted and smoothed by adding one to every count.
///
/// *Marginal*: how often each cell is taken, whatever came before. *Hold*: the last value stays, or
/// changes by so many cells as often as such changes were counted; changes that would leave the
/// range are left out and the rest made to add up to 1. Both are proper distributions over bins.
class Baseline {
 public:
  explicit Baseline(const Grid& grid);

  /// `bin` came after `previous`.
  void count(std::int64_t previous, std::int64_t bin) noexcept;
  /// Makes what was counted ready to be asked.
  void finish();

  /// −log2 p(bin).
  [[nodiscard]] double marginal_bits(std::int64_t bin) const noexcept;
  /// −log2 p(bin | previous).
  [[nodiscard]] double hold_bits(std::int64_t previous, std::int64_t bin) const noexcept;

 private:
  [[nodiscard]] std::size_t change(std::size_t from, std::size_t to) const noexcept {
    return to + cells_.count() - 1 - from;
  }

  Cells cells_;
  std::vector<std::uint64_t> taken_;    // [cells]
  std::vector<std::uint64_t> changes_;  // [2·cells − 1], no change in the middle
  std::vector<std::uint64_t> before_;   // [2·cells], changes_ before each
  std::uint64_t total_ = 0;
};

/// The baselines of dt, x_1 … x_N, counted over `stretches`. An Error when the dataset's file
/// cannot be read any more.
Result<std::vector<Baseline>> fit_baselines(const Dataset& dataset,
                                            std::span<const Stretch> stretches,
                                            std::span<const Grid> grids);

}  // namespace imps::evaluate
