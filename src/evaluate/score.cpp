#include "evaluate/score.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <numbers>
#include <optional>

#include "dataset/rows.h"
#include "evaluate/mass.h"
#include "evaluate/workers.h"
#include "model/density.h"

namespace imps::evaluate {
namespace {

/// `value` in component m's standard deviations from its mean, in dimension d.
double standardised(const MixtureView& mixture, std::size_t m, std::size_t d,
                    double value) noexcept {
  const std::size_t k = m * static_cast<std::size_t>(mixture.dimension) + d;
  return (kScale * value - static_cast<double>(mixture.mus[k])) /
         static_cast<double>(mixture.sigmas[k]);
}

void add(Coverage& sum, const Coverage& one) noexcept {
  sum.half += one.half;
  sum.ninety += one.ninety;
}

Coverage central(double lower, double upper) noexcept {
  return {central_part(lower, upper, 0.5), central_part(lower, upper, 0.9)};
}

/// Judges the frames of one stretch; the sums of a Score, not yet divided.
class Judge {
 public:
  Judge(std::span<const Grid> grids, std::span<const Baseline> baselines)
      : grids_(grids),
        baselines_(baselines),
        last_(grids.size()),
        bins_(grids.size()),
        each_(grids.size()),
        target_(grids.size()) {
    sums_.dimensions.resize(grids.size());
  }

  /// A row that is heard, and not judged.
  void hear(std::span<const double> row) noexcept { find_bins(row, last_); }

  /// A row of which `mixture` has spoken.
  void judge(const MixtureView& mixture, std::span<const double> row) {
    find_bins(row, bins_);
    for (std::size_t d = 0; d < row.size(); ++d)
      target_[d] = kScale * row[d];
    if (sums_.frames % kBlockFrames == 0)
      sums_.blocks.push_back({0, 0, 0, std::vector<double>(row.size())});
    BlockCost& block = sums_.blocks.back();
    const double nll = -log_density(mixture, target_);
    const double whole = bits_of(mixture, grids_, bins_, each_);
    const double most = most_bits_of_frame(row.size());
    const double bits = std::min(whole, most);
    ++sums_.frames;
    ++block.frames;
    sums_.nll += nll;
    block.nll += nll;
    sums_.bits += bits;
    block.bits += bits;
    if (whole > most) ++sums_.cut;
    for (std::size_t d = 0; d < row.size(); ++d) {
      DimensionScore& sum = sums_.dimensions[d];
      const double one = std::min(each_[d], kMostBits);
      sum.bits += one;
      block.dimension_bits[d] += one;
      sum.hold_bits += baselines_[d].hold_bits(last_[d], bins_[d]);
      sum.marginal_bits += baselines_[d].marginal_bits(bins_[d]);
      const Interval bin = grids_[d].interval(bins_[d]);
      const double point = mixture_below(mixture, d, row[d]);
      add(sum.coverage,
          central(mixture_below(mixture, d, bin.lower), mixture_below(mixture, d, bin.upper)));
      add(sum.point_coverage, central(point, point));
    }
    std::swap(last_, bins_);
  }

  [[nodiscard]] Score take() { return std::move(sums_); }

 private:
  void find_bins(std::span<const double> row, std::vector<std::int64_t>& into) const noexcept {
    for (std::size_t d = 0; d < row.size(); ++d)
      into[d] = grids_[d].bin(row[d]);
  }

  std::span<const Grid> grids_;
  std::span<const Baseline> baselines_;
  std::vector<std::int64_t> last_;
  std::vector<std::int64_t> bins_;
  std::vector<double> each_;
  std::vector<double> target_;
  Score sums_;
};

Result<Score> judge_stretch(const Mdrnn& model, const Dataset& dataset, const Stretch& stretch,
                            std::span<const Grid> grids, std::span<const Baseline> baselines) {
  Judge judge(grids, baselines);
  Mdrnn::State state(model);
  std::vector<double> row(grids.size());
  std::uint64_t number = 0;
  const std::uint64_t first = dataset.takes()[stretch.take].first;
  const auto see = [&](std::span<const float> read) {
    std::copy(read.begin(), read.end(), row.begin());
    if (number >= stretch.from) {
      judge.judge(state.mixture(), row);
    } else {
      judge.hear(row);
    }
    ++number;
    advance(model, state, {row[0], std::span<const double>(row).subspan(1)});
  };
  if (const auto read = for_each_row(dataset, first, first + stretch.to, see); !read)
    return read.error();
  return judge.take();
}

void add_sums(Score& total, Score&& part) {
  total.frames += part.frames;
  total.nll += part.nll;
  total.bits += part.bits;
  total.cut += part.cut;
  for (std::size_t d = 0; d < part.dimensions.size(); ++d) {
    DimensionScore& sum = total.dimensions[d];
    const DimensionScore& one = part.dimensions[d];
    sum.bits += one.bits;
    sum.hold_bits += one.hold_bits;
    sum.marginal_bits += one.marginal_bits;
    add(sum.coverage, one.coverage);
    add(sum.point_coverage, one.point_coverage);
  }
  std::move(part.blocks.begin(), part.blocks.end(), std::back_inserter(total.blocks));
}

void divide(Score& sums) noexcept {
  const double frames = std::max(1.0, static_cast<double>(sums.frames));
  sums.nll /= frames;
  sums.bits /= frames;
  for (DimensionScore& one : sums.dimensions) {
    for (double* const value :
         {&one.bits, &one.hold_bits, &one.marginal_bits, &one.coverage.half, &one.coverage.ninety,
          &one.point_coverage.half, &one.point_coverage.ninety})
      *value /= frames;
    sums.hold_bits += one.hold_bits;
    sums.marginal_bits += one.marginal_bits;
  }
}

}  // namespace

double bits_of(const MixtureView& mixture, std::span<const Grid> grids,
               std::span<const std::int64_t> bins, std::span<double> each) noexcept {
  const auto mixtures = static_cast<std::size_t>(mixture.mixtures);
  std::array<double, kMaxMixtures> shares;
  std::array<double, kMaxMixtures> together;
  std::array<double, kMaxMixtures> alone;
  log_shares(mixture.logits, {shares.data(), mixtures});
  together = shares;
  for (std::size_t d = 0; d < grids.size(); ++d) {
    const Interval bin = grids[d].interval(bins[d]);
    for (std::size_t m = 0; m < mixtures; ++m) {
      const double mass = log_normal_mass(standardised(mixture, m, d, bin.lower),
                                          standardised(mixture, m, d, bin.upper));
      together[m] += mass;
      alone[m] = shares[m] + mass;
    }
    each[d] = -log_sum({alone.data(), mixtures}) * std::numbers::log2e;
  }
  return -log_sum({together.data(), mixtures}) * std::numbers::log2e;
}

double mixture_below(const MixtureView& mixture, std::size_t dimension, double value) noexcept {
  const auto mixtures = static_cast<std::size_t>(mixture.mixtures);
  std::array<double, kMaxMixtures> shares;
  log_shares(mixture.logits, {shares.data(), mixtures});
  double below = 0;
  for (std::size_t m = 0; m < mixtures; ++m)
    below += std::exp(shares[m]) * normal_below(standardised(mixture, m, dimension, value));
  return std::min(below, 1.0);
}

Result<Score> score(const Mdrnn& model, const Dataset& dataset, std::span<const Stretch> stretches,
                    std::span<const Grid> grids, std::span<const Baseline> baselines,
                    unsigned threads) {
  assert(model.dimension() == dataset.dimension());
  assert(grids.size() == static_cast<std::size_t>(model.dimension()));
  assert(baselines.size() == grids.size());
  std::vector<std::optional<Result<Score>>> parts(stretches.size());
  work_through(stretches.size(), threads, [&](std::size_t k) {
    parts[k] = judge_stretch(model, dataset, stretches[k], grids, baselines);
  });
  Score total;
  total.dimensions.resize(grids.size());
  for (auto& part : parts) {
    if (!*part) return part->error();
    add_sums(total, std::move(**part));
  }
  divide(total);
  return total;
}

}  // namespace imps::evaluate
