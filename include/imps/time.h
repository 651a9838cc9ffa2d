// Time as imps counts it: microseconds on the steady clock since the program's start.
#pragma once

#include <chrono>
#include <cstdint>

namespace imps {

/// The clock of a performance. It has no now(): time is an argument. The session reads the steady
/// clock; tests move time by hand; a replay takes it from the log.
struct StageClock {
  using rep = std::int64_t;
  using period = std::micro;
  using duration = std::chrono::duration<rep, period>;
  using time_point = std::chrono::time_point<StageClock>;
  static constexpr bool is_steady = true;
};

using Duration = StageClock::duration;
using TimePoint = StageClock::time_point;

/// A real number of seconds: settings, dt, thresholds.
using Seconds = std::chrono::duration<double>;

/// Nearest microsecond, saturating at about ±146,000 years; NaN gives zero.
Duration to_duration(Seconds seconds) noexcept;
constexpr Seconds to_seconds(Duration d) noexcept { return std::chrono::duration_cast<Seconds>(d); }

}  // namespace imps
