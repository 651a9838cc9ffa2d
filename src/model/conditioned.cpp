#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <imps/conditions.h>

#include "core/elementary.h"
#include "core/truncated_normal.h"
#include "model/draw.h"
#include "model/draws.h"

namespace imps {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// A normal without spread still has to be somewhere within its limits: nearest to its mean, which
/// this comes to. In ×10 units.
constexpr double kLeastSpread = 1e-6;

/// One dimension of one component, as the temperature leaves it, in ×10 units.
struct Bell {
  double mean;
  double spread;  ///< ≥ 0

  [[nodiscard]] double least_spread() const noexcept { return std::max(spread, kLeastSpread); }
  [[nodiscard]] double standard(double value) const noexcept {
    return (value - mean) / least_spread();
  }
};

/// Where a value may be, in ×10 units; not at all when it is limited to steps.
struct Range {
  double least = -kInfinity;
  double most = kInfinity;

  [[nodiscard]] bool is_whole() const noexcept { return least == -kInfinity && most == kInfinity; }
};

Range range_of(const Limits& limits) noexcept {
  // What sample() clamps to an end is there.
  return {.least = limits.least <= 0 ? -kInfinity : limits.least * kScale,
          .most = limits.most >= 1 ? kInfinity : limits.most * kScale};
}

Range range_of_dt(const Conditions& conditions) noexcept {
  const bool is_open = conditions.dt_most <= conditions.dt_least;  // a contradiction: time goes on
  return {.least = conditions.dt_least <= kShortestRest ? -kInfinity : conditions.dt_least * kScale,
          .most = is_open ? kInfinity : conditions.dt_most * kScale};
}

double log_mass(const Bell& bell, const Range& range) noexcept {
  return log_normal_mass(bell.standard(range.least), bell.standard(range.most));
}

double draw_within(const Bell& bell, const Range& range, double p) noexcept {
  const double least = bell.standard(range.least);
  const double most = bell.standard(range.most);
  const double value = bell.mean + bell.least_spread() * truncated_normal_quantile(least, most, p);
  return std::clamp(value, range.least, range.most);
}

/// The steps that the limits leave, and how much each weighs to a bell: e^(weight − largest).
class Steps {
 public:
  Steps(const Limits& limits, const Bell& bell) noexcept : limits_(limits), bell_(bell) {
    for (const double step : limits.steps)
      if (is_allowed(step)) largest_ = std::max(largest_, log_weight(step));
    for (const double step : limits.steps)
      if (is_allowed(step)) total_ += exponential(log_weight(step) - largest_);
  }

  /// ln of the bell's density summed over the steps, but for what is the same for all bells.
  [[nodiscard]] double log_mass() const noexcept {
    return largest_ + logarithm(total_) - logarithm(bell_.least_spread());
  }

  [[nodiscard]] double draw(double p) const noexcept {
    double left = p * total_;
    double last = limits_.least;
    for (const double step : limits_.steps) {
      if (!is_allowed(step)) continue;
      const double weight = exponential(log_weight(step) - largest_);
      if (weight > 0) last = step;
      left -= weight;
      if (left <= 0) break;
    }
    return last;
  }

 private:
  [[nodiscard]] bool is_allowed(double step) const noexcept {
    return step >= limits_.least && step <= limits_.most;
  }
  [[nodiscard]] double log_weight(double step) const noexcept {
    const double away = bell_.standard(step * kScale);
    return -0.5 * away * away;
  }

  const Limits& limits_;
  const Bell& bell_;
  double largest_ = -kInfinity;
  double total_ = 0;
};

/// A mixture with its temperatures and conditions.
class Agreeing {
 public:
  Agreeing(const MixtureView& mixture, const Temperatures& temperatures,
           const Conditions& conditions) noexcept
      : mixture_(mixture),
        conditions_(conditions),
        pi_(std::max(temperatures.pi, 1e-300)),
        spread_(root(temperatures.sigma)) {}

  /// Of each component; returns their sum.
  double weigh_into(std::span<double> weights) const noexcept {
    weigh(mixture_, conditions_, weights);
    double largest = -kInfinity;
    for (const double weight : weights)
      largest = std::max(largest, weight);
    // The likeliest has weight 1, however cold it is.
    for (double& weight : weights)
      weight = weight < largest ? (weight - largest) / pi_ : 0;
    double best = -kInfinity;
    for (std::size_t m = 0; m < weights.size(); ++m) {
      weights[m] += log_room(m);
      best = std::max(best, weights[m]);
    }
    double total = 0;
    for (double& weight : weights) {
      weight = weight == best ? 1 : exponential(weight - best);
      total += weight;
    }
    return total;
  }

  [[nodiscard]] double draw_dt(std::size_t m, double p) const noexcept {
    return draw_in(bell_of_dt(m), range_of_dt(conditions_), p) / kScale;
  }

  [[nodiscard]] double draw_control(std::size_t m, std::size_t k, double p) const noexcept {
    if (conditions_.held.test(k)) return conditions_.values[k];
    if (!conditions_.limited.test(k)) return draw_in(bell(m, k + 1, spread_), {}, p) / kScale;
    const Limits& limits = conditions_.limits[k];
    const Bell own = bell(m, k + 1, spread_of(limits));
    if (!limits.steps.empty()) return Steps(limits, own).draw(p);
    return std::clamp(draw_in(own, range_of(limits), p) / kScale, limits.least, limits.most);
  }

 private:
  static double root(double sigma) noexcept { return sigma > 0 ? std::sqrt(sigma) : 0; }

  [[nodiscard]] double spread_of(const Limits& limits) const noexcept {
    return limits.sigma < 0 ? spread_ : root(limits.sigma);
  }

  [[nodiscard]] Bell bell(std::size_t m, std::size_t d, double spread) const noexcept {
    const std::size_t at = m * static_cast<std::size_t>(mixture_.dimension) + d;
    return {.mean = static_cast<double>(mixture_.mus[at]),
            .spread = static_cast<double>(mixture_.sigmas[at]) * spread};
  }

  [[nodiscard]] Bell bell_of_dt(std::size_t m) const noexcept {
    return bell(m, 0, conditions_.dt_sigma < 0 ? spread_ : root(conditions_.dt_sigma));
  }

  /// ln of how much of component m is where the conditions let it be.
  [[nodiscard]] double log_room(std::size_t m) const noexcept {
    double sum = 0;
    if (const Range range = range_of_dt(conditions_); !range.is_whole())
      sum += log_mass(bell_of_dt(m), range);
    const auto controls = static_cast<std::size_t>(mixture_.dimension - 1);
    if (conditions_.limited.none()) return sum;
    for (std::size_t k = 0; k < controls; ++k) {
      if (!conditions_.limited.test(k) || conditions_.held.test(k)) continue;
      const Limits& limits = conditions_.limits[k];
      const Bell own = bell(m, k + 1, spread_of(limits));
      if (!limits.steps.empty()) {
        sum += Steps(limits, own).log_mass();
      } else if (const Range range = range_of(limits); !range.is_whole()) {
        sum += log_mass(own, range);
      }
    }
    return sum;
  }

  static double draw_in(const Bell& bell, const Range& range, double p) noexcept {
    return range.is_whole() ? bell.mean + bell.spread * normal_quantile(p)
                            : draw_within(bell, range, p);
  }

  const MixtureView& mixture_;
  const Conditions& conditions_;
  double pi_;
  double spread_;
};

}  // namespace

void weigh(const MixtureView& mixture, const Conditions& conditions,
           std::span<double> logits) noexcept {
  const auto dimension = static_cast<std::size_t>(mixture.dimension);
  for (std::size_t m = 0; m < logits.size(); ++m) {
    double logit = static_cast<double>(mixture.logits[m]);
    for (std::size_t k = 0; k + 1 < dimension && conditions.held.any(); ++k) {
      if (!conditions.held.test(k)) continue;
      const std::size_t at = m * dimension + k + 1;
      const auto sigma = static_cast<double>(mixture.sigmas[at]);
      const double away =
          (conditions.values[k] * kScale - static_cast<double>(mixture.mus[at])) / sigma;
      logit -= 0.5 * away * away + logarithm(sigma);
    }
    logits[m] = logit;
  }
}

Draws::Draws(const MixtureView& mixture, const Temperatures& temperatures,
             const Conditions& conditions) noexcept
    : mixture_(mixture), temperatures_(temperatures), conditions_(conditions) {
  if (conditions.is_none()) return;
  const Agreeing agreeing(mixture, temperatures, conditions);
  total_ = agreeing.weigh_into({weights_.data(), mixture.logits.size()});
}

std::size_t Draws::choose(double p) const noexcept {
  double left = p * total_;
  std::size_t last = 0;
  for (std::size_t m = 0; m < mixture_.logits.size(); ++m) {
    if (weights_[m] > 0) last = m;
    left -= weights_[m];
    if (left <= 0) break;
  }
  return last;
}

void Draws::next(Uniforms& uniforms, Frame& into) const noexcept {
  if (conditions_.is_none()) return sample(mixture_, temperatures_, uniforms, into);
  const Agreeing agreeing(mixture_, temperatures_, conditions_);
  const std::size_t m = choose(uniforms.next());
  into.resize(static_cast<std::size_t>(mixture_.dimension - 1));
  const double dt_least = std::max(conditions_.dt_least, kShortestRest);
  const double dt = agreeing.draw_dt(m, uniforms.next());
  into.dt = std::max(std::min(dt, conditions_.dt_most), dt_least);
  for (std::size_t k = 0; k < into.controls().size(); ++k)
    into.controls()[k] = std::clamp(agreeing.draw_control(m, k, uniforms.next()), 0.0, 1.0);
}

void sample(const MixtureView& mixture, const Temperatures& temperatures,
            const Conditions& conditions, Uniforms& uniforms, Frame& into) noexcept {
  Draws(mixture, temperatures, conditions).next(uniforms, into);
}

}  // namespace imps
