// Time as a log writes it: a local date and time of day, to the microsecond.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace imps {

/// A local date and time.
struct WallTime {
  std::int64_t local_us = 0;  ///< microseconds from 1970-01-01T00:00:00 on the local calendar
  int offset_minutes = 0;     ///< local minus UTC, (−24 h, 24 h)

  friend bool operator==(const WallTime&, const WallTime&) = default;
};

/// `time` in the machine's time zone. Thread-safe: yes. Realtime-safe: no.
WallTime local_time(std::chrono::system_clock::time_point time);

/// "YYYY-MM-DDTHH:MM:SS.ffffff". Times before year 1 or after 9999 give the nearest end of that.
std::string iso_text(std::int64_t local_us);
/// The same with "+HH:MM" behind it.
std::string iso_text(const WallTime& time);

/// What was written as a time: the zone only where one was given.
struct WrittenTime {
  std::int64_t local_us = 0;
  std::optional<int> offset_minutes;
};

/// Reads `YYYY-MM-DD`, `T` or a space, `HH:MM:SS`, optionally a fraction of 1–9 digits (cut to
/// microseconds), optionally `Z`, `+HH:MM`, `+HHMM` or `+HH`. Nothing when it is not a time.
std::optional<WrittenTime> parse_time(std::string_view text) noexcept;

}  // namespace imps
