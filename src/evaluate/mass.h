// How much of a normal distribution lies between two points, however far out.
#pragma once

namespace imps::evaluate {

/// Φ(x): the part of a standard normal below x. Thread-safe: yes.
double normal_below(double x) noexcept;

/// log(Φ(upper) − Φ(lower)) for lower < upper, either of which may be infinite; in standard
/// deviations. Relative error of the mass below 1e-11 (of its logarithm's value, where that is
/// beyond 1e5), for intervals near and far, narrow and wide; finite as long as the squares of the
/// finite ends are. Thread-safe: yes.
double log_normal_mass(double lower, double upper) noexcept;

}  // namespace imps::evaluate
