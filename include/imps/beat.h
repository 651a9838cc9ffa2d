// The lines in time that what the model plays is drawn to.
#pragma once

#include <imps/time.h>

namespace imps {

/// A tempo, and how strongly predictions are drawn to its lines.
struct Beat {
  double tempo = 0;  ///< beats a minute, up to kFastest; below kSlowest there is none, and no lines
  double grid = 4;   ///< lines in a beat, from kCoarsest to kFinest
  double snap = 1;   ///< how much of the way to a line: from 0, none, to 1, all
  TimePoint at;      ///< when one of the beats is

  static constexpr double kSlowest = 1;
  static constexpr double kFastest = 400;
  static constexpr double kCoarsest = 0.25;
  static constexpr double kFinest = 24;

  [[nodiscard]] bool draws() const noexcept { return tempo >= kSlowest && snap > 0; }
};

/// When a frame sounds that wants to at `due`: `snap` of the way to the nearest line that comes at
/// least 1 ms after `after`, which is before `due`. Later than `after`.
/// Realtime-safe and thread-safe: yes.
TimePoint drawn_to(const Beat& beat, TimePoint due, TimePoint after) noexcept;

/// From `at` to the next beat, which may be now: less than a beat. Of a beat with a tempo.
/// Realtime-safe and thread-safe: yes.
Seconds until_a_beat(const Beat& beat, TimePoint at) noexcept;

/// A hand or a foot that taps on every beat. Realtime-safe: yes. Thread-safe: no.
class Taps {
 public:
  /// The hand goes down. False when it only bounced: within 60 ms of the tap before. Three seconds
  /// after the last tap a new series begins.
  bool tap(TimePoint at) noexcept;
  /// Beats a minute, at the mean of this series; 0 when it has but one tap so far.
  [[nodiscard]] double tempo() const noexcept;

 private:
  TimePoint first_;
  TimePoint last_;
  int count_ = 0;
};

}  // namespace imps
