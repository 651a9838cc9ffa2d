#include "evaluate/coverage.h"

#include <algorithm>

namespace imps::evaluate {

double central_part(double lower, double upper, double level) noexcept {
  // Differences of numbers near 1 mean nothing below this.
  constexpr double kPoint = 1e-12;
  const double least = 0.5 - 0.5 * level;
  const double most = 0.5 + 0.5 * level;
  const double width = upper - lower;
  if (width < kPoint) return lower >= least && lower <= most ? 1 : 0;
  return std::max(0.0, std::min(upper, most) - std::max(lower, least)) / width;
}

}  // namespace imps::evaluate
