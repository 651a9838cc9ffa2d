#include <cmath>
#include <limits>

#include <imps/time.h>

namespace imps {

Duration to_duration(Seconds seconds) noexcept {
  const double microseconds = seconds.count() * 1e6;
  if (std::isnan(microseconds)) return Duration{0};
  // Half of the range: sums with a time point stay inside it.
  constexpr double kLimit = static_cast<double>(std::numeric_limits<std::int64_t>::max() / 2);
  if (microseconds >= kLimit) return Duration{std::numeric_limits<std::int64_t>::max() / 2};
  if (microseconds <= -kLimit) return Duration{-(std::numeric_limits<std::int64_t>::max() / 2)};
  return Duration{static_cast<std::int64_t>(std::floor(microseconds + 0.5))};
}

}  // namespace imps
