// Whether a thread that must be on time is.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "session/doctor/check.h"

namespace imps::doctor {

struct PunctualityFacts {
  std::string priority;  ///< as platform::raise_priority() says it
  std::optional<int> real_time_limit;
  std::vector<std::chrono::microseconds> late;  ///< how late each of some wake-ups was
};

/// Wakes up a hundred times in a fifth of a second, on a thread of its own that has the performance
/// loop's priority meanwhile. Takes at most 300 ms, if the system lets it run at all.
/// @param priority  what the performance has been given; asked for when empty
PunctualityFacts look_at_punctuality(const std::string& priority);

/// Doubtful without a real-time priority.
Check judge_priority(const PunctualityFacts& facts);

/// A median that is heard as an unsteady pulse (the ear tells some 10 ms), and what is worth a
/// look: on an idle machine of any kind it is below 0.2 ms.
inline constexpr std::chrono::microseconds kUnsteady{10'000};
inline constexpr std::chrono::microseconds kUnpunctual{1'000};
/// Bad when the median is above kUnsteady; doubtful above kUnpunctual, or when a single one was
/// later than kUnsteady.
Check judge_timer(const PunctualityFacts& facts);

}  // namespace imps::doctor
