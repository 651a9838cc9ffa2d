#include "interface/midi/clock_follower.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <imps/beat.h>

namespace imps {
namespace {

constexpr Duration kSilent = std::chrono::seconds(1);

// What is heard as being in time: a beat that is 2 ms away; and twentieths of beats a minute.
constexpr double kUnheard = 0.002;
constexpr double kUnheardTempo = 0.05;

double seconds(Duration span) noexcept { return to_seconds(span).count(); }

}  // namespace

void ClockFollower::hear(std::uint64_t source, MidiClock said, TimePoint at, Listener& listener) {
  const bool is_silent = ticks_ == 0 || at - last_ > kSilent;
  if (source != source_ && !is_silent) return;
  if (is_silent) forget();
  source_ = source;
  switch (said) {
    case MidiClock::tick:
      tick(at, listener);
      break;
    case MidiClock::start:
      forget();
      starts_ = true;
      break;
    case MidiClock::go_on:
    case MidiClock::stop:
      break;  // the beats go on: many clocks tick all the time
  }
}

void ClockFollower::forget() noexcept { ticks_ = 0; }

void ClockFollower::tick(TimePoint at, Listener& listener) {
  last_ = at;
  times_[static_cast<std::size_t>(ticks_ % kMost)] = at;
  const bool is_beat = ticks_++ % kTicksABeat == 0;
  if (std::exchange(starts_, false)) {
    listener.on_command({.kind = Command::Kind::beat}, Duration{0});
    beat_ = at;
  }
  if (!is_beat || ticks_ <= kTicksABeat) return;
  const Line found = line();
  const double tempo = std::round(6000 / (kTicksABeat * found.each)) / 100;
  if (!(tempo >= Beat::kSlowest && tempo <= Beat::kFastest)) return;
  if (holds(tempo, at + to_duration(Seconds{found.at}))) return;
  const double until = std::clamp(found.at + kTicksABeat * found.each, 0.0, 60.0);
  tempo_ = tempo;
  beat_ = at + to_duration(Seconds{until});
  listener.on_command({.kind = Command::Kind::tempo, .number = tempo}, Duration{0});
  listener.on_command({.kind = Command::Kind::beat, .number = until}, Duration{0});
}

ClockFollower::Line ClockFollower::line() const noexcept {
  const std::int64_t count = std::min(ticks_, kMost);
  const auto from_newest = [this](std::int64_t k) {
    return seconds(times_[static_cast<std::size_t>((ticks_ - 1 - k) % kMost)] - last_);
  };
  const double middle = static_cast<double>(count - 1) / 2;  // ticks before the newest
  double mean = 0;
  for (std::int64_t k = 0; k < count; ++k)
    mean += from_newest(k) / static_cast<double>(count);
  double across = 0;
  double along = 0;
  for (std::int64_t k = 0; k < count; ++k) {
    const double away = middle - static_cast<double>(k);
    across += away * (from_newest(k) - mean);
    along += away * away;
  }
  const double each = across / along;
  return {.at = mean + middle * each, .each = each};
}

bool ClockFollower::holds(double tempo, TimePoint beat) const noexcept {
  if (tempo_ == 0 || std::abs(tempo - tempo_) >= kUnheardTempo) return false;
  return std::abs(std::remainder(seconds(beat - beat_), 60 / tempo_)) < kUnheard;
}

}  // namespace imps
