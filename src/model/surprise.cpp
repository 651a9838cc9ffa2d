#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <span>

#include <imps/surprise.h>

#include "core/elementary.h"
#include "model/draws.h"

namespace imps {
namespace {

constexpr std::size_t kCount = kFutures;
constexpr double kTilt = 3;
constexpr double kImpossible = -std::numeric_limits<double>::infinity();

/// The logarithm of a mixture's density, but for what is the same for all frames.
class Likelihood {
 public:
  explicit Likelihood(const MixtureView& mixture) noexcept : mixture_(mixture) {
    const auto dimension = static_cast<std::size_t>(mixture.dimension);
    for (std::size_t m = 0; m < mixture.logits.size(); ++m) {
      highest_[m] = static_cast<double>(mixture.logits[m]);
      for (const float sigma : mixture.sigmas.subspan(m * dimension, dimension))
        highest_[m] -= logarithm(static_cast<double>(sigma));
    }
  }

  [[nodiscard]] double operator()(const Frame& frame) const noexcept {
    std::array<double, kMaxMixtures> storage;
    const std::span<double> each(storage.data(), mixture_.logits.size());
    double largest = kImpossible;
    for (std::size_t m = 0; m < each.size(); ++m) {
      each[m] = of_component(m, frame);
      largest = std::max(largest, each[m]);
    }
    if (largest == kImpossible) return largest;
    double sum = 0;
    for (const double one : each)
      sum += exponential(one - largest);
    return largest + logarithm(sum);
  }

 private:
  [[nodiscard]] double of_component(std::size_t m, const Frame& frame) const noexcept {
    const auto controls = frame.controls();
    std::size_t at = m * (controls.size() + 1);
    double away = standard(at, frame.dt);
    double sum = away * away;
    for (const double control : controls) {
      away = standard(++at, control);
      sum += away * away;
    }
    return highest_[m] - 0.5 * sum;
  }
  [[nodiscard]] double standard(std::size_t at, double value) const noexcept {
    return (value * kScale - static_cast<double>(mixture_.mus[at])) /
           static_cast<double>(mixture_.sigmas[at]);
  }

  const MixtureView& mixture_;
  std::array<double, kMaxMixtures> highest_;
};

/// Which of the ranks is taken, for a number in (0, 1).
std::size_t choose_rank(double surprise, double uniform) noexcept {
  const double away = 2 * surprise - 1;
  if (away <= -1) return 0;
  if (away >= 1) return kCount - 1;
  const double step = kTilt * away / ((1 - std::abs(away)) * static_cast<double>(kCount - 1));
  // The one that weighs most has weight 1.
  const std::size_t top = away > 0 ? kCount - 1 : 0;
  std::array<double, kCount> weights;
  for (std::size_t rank = 0; rank < kCount; ++rank)
    weights[rank] = exponential(step * (static_cast<double>(rank) - static_cast<double>(top)));
  double left = uniform * std::accumulate(weights.begin(), weights.end(), 0.0);
  for (std::size_t rank = 0; rank < kCount; ++rank) {
    left -= weights[rank];
    if (left <= 0) return rank;
  }
  return top;
}

}  // namespace

void sample(const MixtureView& mixture, const Temperatures& temperatures,
            const Conditions& conditions, double surprise, Uniforms& uniforms,
            Frame& into) noexcept {
  if (surprise == 0.5) return sample(mixture, temperatures, conditions, uniforms, into);
  const Likelihood likelihood(mixture);
  const Draws draws(mixture, temperatures, conditions);
  std::array<Frame, kCount> futures;
  std::array<double, kCount> densities;
  std::array<std::size_t, kCount> order;
  for (std::size_t k = 0; k < kCount; ++k) {
    draws.next(uniforms, futures[k]);
    densities[k] = likelihood(futures[k]);
    order[k] = k;
  }
  std::sort(order.begin(), order.end(), [&densities](std::size_t a, std::size_t b) {
    return densities[a] != densities[b] ? densities[a] > densities[b] : a < b;
  });
  into = futures[order[choose_rank(surprise, uniforms.next())]];
}

}  // namespace imps
