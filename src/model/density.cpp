#include "model/density.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <limits>
#include <numbers>

namespace imps {

double log_sum(std::span<const double> values) noexcept {
  double largest = -std::numeric_limits<double>::infinity();
  for (const double value : values)
    largest = std::max(largest, value);
  if (!std::isfinite(largest)) return largest;
  double sum = 0;
  for (const double value : values)
    sum += std::exp(value - largest);
  return largest + std::log(sum);
}

void log_shares(std::span<const float> logits, std::span<double> into) noexcept {
  assert(logits.size() == into.size());
  std::copy(logits.begin(), logits.end(), into.begin());
  const double total = log_sum(into);
  for (double& share : into)
    share -= total;
}

double log_density(const MixtureView& mixture, std::span<const double> target) noexcept {
  const auto dimension = static_cast<std::size_t>(mixture.dimension);
  const auto mixtures = static_cast<std::size_t>(mixture.mixtures);
  assert(target.size() == dimension);
  std::array<double, kMaxMixtures> storage;
  const std::span<double> components(storage.data(), mixtures);
  log_shares(mixture.logits, components);
  for (std::size_t m = 0; m < mixtures; ++m) {
    double sum = 0;
    for (std::size_t d = 0; d < dimension; ++d) {
      const auto sigma = static_cast<double>(mixture.sigmas[m * dimension + d]);
      const double away = (target[d] - static_cast<double>(mixture.mus[m * dimension + d])) / sigma;
      sum += 0.5 * away * away + std::log(sigma);
    }
    components[m] -= sum;
  }
  return log_sum(components) -
         0.5 * static_cast<double>(dimension) * std::log(2 * std::numbers::pi);
}

}  // namespace imps
