#include "evaluate/baseline.h"

#include <cmath>
#include <numeric>

#include "dataset/rows.h"

namespace imps::evaluate {

Baseline::Baseline(const Grid& grid)
    : cells_(grid), taken_(cells_.count(), 1), changes_(2 * cells_.count() - 1, 1) {
  finish();
}

void Baseline::count(std::int64_t previous, std::int64_t bin) noexcept {
  ++taken_[cells_.of(bin)];
  ++changes_[change(cells_.of(previous), cells_.of(bin))];
}

void Baseline::finish() {
  total_ = std::accumulate(taken_.begin(), taken_.end(), std::uint64_t{0});
  before_.assign(changes_.size() + 1, 0);
  std::partial_sum(changes_.begin(), changes_.end(), before_.begin() + 1);
}

double Baseline::marginal_bits(std::int64_t bin) const noexcept {
  const auto taken = static_cast<double>(taken_[cells_.of(bin)]);
  return std::log2(static_cast<double>(total_) / taken) + cells_.bits_within(bin);
}

double Baseline::hold_bits(std::int64_t previous, std::int64_t bin) const noexcept {
  const std::size_t from = cells_.of(previous);
  const auto counted = static_cast<double>(changes_[change(from, cells_.of(bin))]);
  const auto possible =
      static_cast<double>(before_[change(from, cells_.count() - 1) + 1] - before_[change(from, 0)]);
  return std::log2(possible / counted) + cells_.bits_within(bin);
}

Result<std::vector<Baseline>> fit_baselines(const Dataset& dataset,
                                            std::span<const Stretch> stretches,
                                            std::span<const Grid> grids) {
  std::vector<Baseline> baselines;
  for (const Grid& grid : grids)
    baselines.emplace_back(grid);
  std::vector<std::int64_t> last(grids.size());
  for (const Stretch& stretch : stretches) {
    const std::uint64_t take = dataset.takes()[stretch.take].first;
    bool first = true;
    const auto see = [&](std::span<const float> row) {
      for (std::size_t d = 0; d < grids.size(); ++d) {
        const std::int64_t bin = grids[d].bin(static_cast<double>(row[d]));
        if (!first) baselines[d].count(last[d], bin);
        last[d] = bin;
      }
      first = false;
    };
    const auto read = for_each_row(dataset, take + stretch.from - 1, take + stretch.to, see);
    if (!read) return read.error();
  }
  for (Baseline& baseline : baselines)
    baseline.finish();
  return baselines;
}

}  // namespace imps::evaluate
