#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <imps/model.h>

#include "core/elementary.h"
#include "model/draw.h"

namespace imps {
namespace {

constexpr double kLargest = std::numeric_limits<double>::max();

// What is not a number counts as the least.
double bounded(double value, double least, double most) noexcept {
  return value == value ? std::clamp(value, least, most) : least;
}

}  // namespace

std::size_t choose_component(std::span<const float> logits, double temperature,
                             double uniform) noexcept {
  double largest = -kLargest;
  for (const float logit : logits)
    largest = std::max(largest, static_cast<double>(logit));
  const auto weight = [&](float logit) {
    // The largest has weight 1, however cold it is: nothing is divided by nothing.
    const double below = static_cast<double>(logit) - largest;
    return below < 0 ? exponential(below / temperature) : 1.0;
  };
  double total = 0;
  for (const float logit : logits)
    total += weight(logit);
  double left = uniform * total;
  std::size_t last = 0;
  for (std::size_t m = 0; m < logits.size(); ++m) {
    const double w = weight(logits[m]);
    left -= w;
    if (left <= 0) return m;
    if (w > 0) last = m;
  }
  // Rounding left a crumb: it belongs to the last component that can be chosen at all.
  return last;
}

void draw(const MixtureView& mixture, const Temperatures& temperatures, Uniforms& uniforms,
          std::span<double> values) noexcept {
  const double spread = std::sqrt(bounded(temperatures.sigma, 0.0, kLargest));
  const std::size_t chosen =
      choose_component(mixture.logits, bounded(temperatures.pi, 1e-300, kLargest), uniforms.next());
  std::size_t k = chosen * static_cast<std::size_t>(mixture.dimension);
  for (double& value : values) {
    const double away = normal_quantile(uniforms.next());
    value = mixture.mus[k] + mixture.sigmas[k] * spread * away;
    ++k;
  }
}

void sample(const MixtureView& mixture, const Temperatures& temperatures, Uniforms& uniforms,
            Frame& into) noexcept {
  std::array<double, kMaxDimension> storage;
  const std::span<double> values(storage.data(), static_cast<std::size_t>(mixture.dimension));
  draw(mixture, temperatures, uniforms, values);
  into.resize(values.size() - 1);
  into.dt = bounded(values[0] / kScale, kShortestRest, kLargest);
  std::transform(values.begin() + 1, values.end(), into.controls().begin(),
                 [](double value) { return bounded(value / kScale, 0.0, 1.0); });
}

}  // namespace imps
