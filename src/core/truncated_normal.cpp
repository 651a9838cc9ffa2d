#include "core/truncated_normal.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <imps/random.h>

#include "core/elementary.h"

namespace imps {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kLogRootTwoPi = 0.91893853320467274178;

/// From here on the series for the middle loses digits, and the fraction for the tail has enough.
constexpr double kTail = 4;
/// Tails that are numbers, with room to spare.
constexpr double kLogSmallest = -690;

/// P(0 < X < x) for x in [0, kTail]: M. Abramowitz and I. A. Stegun, "Handbook of Mathematical
/// Functions" (1964), 26.2.11.
double from_middle(double x) noexcept {
  double term = x;
  double sum = x;
  for (double odd = 3; term > 1e-17 * sum; odd += 2) {
    term *= x * x / odd;
    sum += term;
  }
  return exponential(-0.5 * x * x - kLogRootTwoPi) * sum;
}

/// P(X > x) over the density at x (Mills' ratio), for x ≥ kTail: the same, 26.2.14.
double mills(double x) noexcept {
  double fraction = x;
  for (int k = 40; k >= 1; --k)
    fraction = x + k / fraction;
  return 1 / fraction;
}

/// P(X > x) for x ≥ 0; 0 where it is no number.
double tail(double x) noexcept {
  return x < kTail ? 0.5 - from_middle(x) : exponential(log_normal_tail(x));
}

/// P(0 < X < x) for x ≥ 0.
double half(double x) noexcept { return x < kTail ? from_middle(x) : 0.5 - tail(x); }

/// ln(1 − e^x) for x ≤ 0.
double log_rest(double x) noexcept { return logarithm(1 - exponential(x)); }

/// The x ≥ 0 whose tail's logarithm this is.
double tail_quantile(double log_tail) noexcept {
  if (log_tail > kLogSmallest) return -normal_quantile(exponential(log_tail));
  double x = std::sqrt(-2 * log_tail);
  for (int k = 0; k < 4; ++k)  // Newton: the logarithm's slope is −1 over Mills' ratio
    x += (log_normal_tail(x) - log_tail) * mills(x);
  return x;
}

}  // namespace

double log_normal_tail(double x) noexcept {
  if (x < 0) return logarithm(1 - tail(-x));
  if (x < kTail) return logarithm(0.5 - from_middle(x));
  if (x > 1e150) return -kInfinity;
  return logarithm(mills(x)) - 0.5 * x * x - kLogRootTwoPi;
}

double log_normal_mass(double least, double most) noexcept {
  if (!(least < most)) return -kInfinity;
  if (most <= 0) return log_normal_mass(-most, -least);
  if (least < 0) return logarithm(half(-least) + half(most));
  const double beyond = log_normal_tail(least);
  if (beyond == -kInfinity) return -kInfinity;
  return beyond + log_rest(log_normal_tail(most) - beyond);
}

double truncated_normal_quantile(double least, double most, double p) noexcept {
  if (most <= 0) return -truncated_normal_quantile(-most, -least, 1 - p);
  double x = 0;
  if (least >= 0) {
    const double beyond = log_normal_tail(least);
    if (beyond == -kInfinity) return least;
    const double part = -(exponential(log_normal_tail(most) - beyond) - 1);  // of what is beyond
    x = tail_quantile(beyond + logarithm(1 - p * part));
  } else {
    // From the side on which less is left, for the sake of the digits.
    const double below = tail(-least);
    const double above = tail(most);
    const double left = below + p * (1 - below - above);
    const double right = above + (1 - p) * (1 - below - above);
    x = left < right ? normal_quantile(left) : -normal_quantile(right);
  }
  return std::clamp(x, least, most);
}

}  // namespace imps
