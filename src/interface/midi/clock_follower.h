// The tempo and the beats of a MIDI clock.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <imps/time.h>

#include "interface/interface.h"
#include "interface/midi/message.h"

namespace imps {

/// Hears a clock's 24 ticks a beat, and says the commands `tempo` and `beat` where it departs from
/// what was last said. Ticks come a little early or late, by their way over USB and through the
/// system: the line through those of two beats counts (least squares). Of several clocks the first
/// is followed until it has been silent for a second. Realtime-safe: yes. Thread-safe: no.
class ClockFollower {
 public:
  static constexpr std::int64_t kTicksABeat = 24;

  /// @param source  of which the clock is: the same number each time
  void hear(std::uint64_t source, MidiClock said, TimePoint at, Listener& listener);

 private:
  static constexpr std::int64_t kMost = 2 * kTicksABeat;

  /// Where the line through the ticks is at the newest, and how steep.
  struct Line {
    double at;    // seconds from the newest
    double each;  // seconds a tick
  };

  void forget() noexcept;
  void tick(TimePoint at, Listener& listener);
  [[nodiscard]] Line line() const noexcept;
  /// Whether what was said last holds for a beat at `beat`.
  [[nodiscard]] bool holds(double tempo, TimePoint beat) const noexcept;

  std::uint64_t source_ = 0;
  std::array<TimePoint, kMost> times_{};  // of the newest ticks, the k-th at k % kMost
  std::int64_t ticks_ = 0;                // the first is a beat
  bool starts_ = false;                   // the next tick begins the music
  TimePoint last_;
  double tempo_ = 0;  // said last; 0: nothing
  TimePoint beat_;
};

}  // namespace imps
