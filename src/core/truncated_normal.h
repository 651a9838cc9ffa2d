// The normal distribution in an interval, however far from its middle: its probability, and draws
// from it. Uses only arithmetic that IEEE 754 rounds exactly (see elementary.h).
#pragma once

namespace imps {

/// ln P(X > x) of a standard normal X, within 1e-9 (relative). Any x but NaN.
double log_normal_tail(double x) noexcept;

/// ln P(least < X < most) of a standard normal X; minus infinity unless least < most. Either may be
/// infinite.
double log_normal_mass(double least, double most) noexcept;

/// The quantile of a standard normal X, given that it is in [least, most]: an x there with
/// P(X < x | least < X < most) = p. Exact in the tails, too, where the probability of the interval
/// itself is no longer a number. `p` in (0, 1); least < most, either may be infinite.
double truncated_normal_quantile(double least, double most, double p) noexcept;

}  // namespace imps
