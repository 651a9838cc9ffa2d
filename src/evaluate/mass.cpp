#include "evaluate/mass.h"

#include <cmath>
#include <numbers>

namespace imps::evaluate {
namespace {

// Above this erfc has lost nothing yet, and the series below is exact to 1e-13.
constexpr double kFar = 25;
const double kLogSqrtTwoPi = 0.5 * std::log(2 * std::numbers::pi);

/// log Q(x) + x²/2, where Q(x) = 1 − Φ(x), for x ≥ 0: what is left when the part that becomes huge
/// is taken out.
double log_tail_apart(double x) noexcept {
  if (x < kFar) {
    return std::log(0.5 * std::erfc(x / std::numbers::sqrt2)) + 0.5 * x * x;
  }
  // Abramowitz and Stegun 26.2.12.
  const double z = 1 / (x * x);
  const double series = z * (-1 + z * (3 + z * (-15 + z * (105 - z * 945))));
  return -std::log(x) - kLogSqrtTwoPi + std::log1p(series);
}

}  // namespace

double normal_below(double x) noexcept { return 0.5 * std::erfc(-x / std::numbers::sqrt2); }

double log_normal_mass(double lower, double upper) noexcept {
  if (upper <= 0) return log_normal_mass(-upper, -lower);
  if (lower < 0) {
    // Two positive parts: nothing cancels.
    return std::log(
        0.5 * (std::erf(upper / std::numbers::sqrt2) - std::erf(lower / std::numbers::sqrt2)));
  }
  const double tail = log_tail_apart(lower) - 0.5 * lower * lower;
  if (std::isinf(upper)) return tail;
  const double width = upper - lower;
  const double middle = lower + 0.5 * width;
  if (width < 1e-2 && width * middle < 1e-2) {
    // Two tails would cancel. The density at the middle, with the first term of its curvature.
    return -0.5 * middle * middle - kLogSqrtTwoPi + std::log(width) +
           std::log1p((middle * middle - 1) * width * width / 24);
  }
  // log(Q(lower) − Q(upper)); the difference of the squares is taken before they are rounded.
  const double log_ratio = log_tail_apart(upper) - log_tail_apart(lower) - width * middle;
  return tail + std::log(-std::expm1(log_ratio));
}

}  // namespace imps::evaluate
