// When to try again.
#pragma once

#include <algorithm>

#include <imps/time.h>

namespace imps {

/// Tries ever more rarely, until something succeeds. Realtime-safe: yes. Thread-safe: no.
class Backoff {
 public:
  /// The pause after the first try, and the longest one; each is twice the one before.
  Backoff(Duration first, Duration longest) noexcept
      : first_(first), longest_(longest), pause_(first) {}

  /// True when it is time for another try, which is taken as made.
  bool due(TimePoint now) noexcept {
    if (now < next_) return false;
    next_ = now + pause_;
    pause_ = std::min(2 * pause_, longest_);
    return true;
  }
  void succeeded() noexcept {
    next_ = TimePoint::min();
    pause_ = first_;
  }

 private:
  Duration first_;
  Duration longest_;
  Duration pause_;
  TimePoint next_ = TimePoint::min();
};

}  // namespace imps
