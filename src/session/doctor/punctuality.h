// Whether a thread that must be on time is.
#pragma once

#include <optional>
#include <string>

#include <imps/time.h>

#include "session/doctor/check.h"
#include "session/lateness.h"

namespace imps::doctor {

struct PunctualityFacts {
  std::string priority;  ///< as platform::raise_priority() says it
  std::optional<int> real_time_limit;
  LatenessSummary lateness;
  bool performed = false;  ///< the lateness is that of predictions
};

/// Wakes up a hundred times in a fifth of a second, on a thread of its own that has the performance
/// loop's priority meanwhile. Takes at most 300 ms, if the system lets it run at all.
PunctualityFacts look_at_punctuality();

/// Doubtful without a real-time priority.
Check judge_priority(const PunctualityFacts& facts);

/// A median that is heard as an unsteady pulse (the ear tells some 10 ms), and what is worth a
/// look: on an idle machine of any kind it is below 0.2 ms.
inline constexpr Duration kUnsteady{10'000};
inline constexpr Duration kUnpunctual{1'000};
/// Bad when the median is above kUnsteady; doubtful above kUnpunctual, or when a single wake-up (of
/// predictions, which are many more, one in a hundred) was later than kUnsteady.
Check judge_timer(const PunctualityFacts& facts);

}  // namespace imps::doctor
