// The time for what compares times with each other only.
#pragma once

#include <chrono>

#include <imps/time.h>

namespace imps {

/// The steady clock, from whatever beginning it has. Realtime-safe, thread-safe.
inline TimePoint steady_now() noexcept {
  return TimePoint{
      std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now().time_since_epoch())};
}

}  // namespace imps
