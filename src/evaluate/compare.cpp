#include "evaluate/compare.h"

#include <cassert>
#include <cmath>
#include <limits>
#include <numeric>

#include <boost/math/distributions/students_t.hpp>

namespace imps::evaluate {
namespace {

constexpr double kCertainty = 0.95;

}  // namespace

Difference mean_of_blocks(std::span<const double> sums, std::span<const double> frames) {
  assert(sums.size() == frames.size());
  const double all = std::accumulate(frames.begin(), frames.end(), 0.0);
  if (!(all > 0)) return {};
  const double mean = std::accumulate(sums.begin(), sums.end(), 0.0) / all;
  const auto blocks = static_cast<double>(sums.size());
  if (blocks < 2) {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    return {mean, -kInfinity, kInfinity};
  }
  double squares = 0;
  for (std::size_t b = 0; b < sums.size(); ++b) {
    const double residual = sums[b] - mean * frames[b];
    squares += residual * residual;
  }
  const double error = std::sqrt(squares * blocks / (blocks - 1)) / all;
  const boost::math::students_t student(blocks - 1);
  const double reach = boost::math::quantile(student, 0.5 + 0.5 * kCertainty) * error;
  return {mean, mean - reach, mean + reach};
}

Comparison compare(const Score& first, const Score& other) {
  assert(first.frames == other.frames && first.blocks.size() == other.blocks.size());
  std::vector<double> frames;
  for (const BlockCost& block : first.blocks)
    frames.push_back(static_cast<double>(block.frames));
  const auto difference = [&](auto&& cost) {
    std::vector<double> sums;
    for (std::size_t b = 0; b < first.blocks.size(); ++b)
      sums.push_back(cost(other.blocks[b]) - cost(first.blocks[b]));
    return mean_of_blocks(sums, frames);
  };
  Comparison comparison;
  comparison.bits = difference([](const BlockCost& block) { return block.bits; });
  comparison.nll = difference([](const BlockCost& block) { return block.nll; });
  for (std::size_t d = 0; d < first.dimensions.size(); ++d)
    comparison.dimensions.push_back(
        difference([d](const BlockCost& block) { return block.dimension_bits[d]; }));
  return comparison;
}

}  // namespace imps::evaluate
