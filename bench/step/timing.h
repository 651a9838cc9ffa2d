// The time that this thread has computed: what others do on a shared machine is left out, except
// what they do to the caches.
#pragma once

#include <ctime>

namespace imps::bench {

/// Nanoseconds.
inline double computed() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

}  // namespace imps::bench
