// The tempo and the beats of a MIDI clock, of ticks that come as they do.
#include "interface/midi/clock_follower.h"

#include <cmath>
#include <random>
#include <vector>

#include <gmock/gmock.h>

namespace imps {
namespace {

using namespace std::chrono_literals;

/// Keeps the tempo that it is told, as the stage does.
class Band final : public Listener {
 public:
  explicit Band(const TimePoint& now) : now_(now) {}
  void begin_turn() override {}
  void end_turn(bool) override {}
  void on_frame(std::span<const double>, Duration) override {}
  void on_updates(std::span<const ControlUpdate>) override {}
  void on_let_go(const ControlSet&) override {}
  void on_command(const Command& command, Duration) override {
    if (command.kind == Command::Kind::tempo) tempo = command.number;
    if (command.kind == Command::Kind::beat) beat = now_ + to_duration(Seconds{command.number});
    ++told;
  }
  void on_toggle(Command::Kind) override {}
  std::vector<StatusEntry> status() override { return {}; }

  /// Seconds from the nearest of its beats.
  [[nodiscard]] double away(TimePoint time) const {
    return std::remainder(to_seconds(time - beat).count(), 60 / tempo);
  }

  double tempo = 0;
  TimePoint beat;
  int told = 0;

 private:
  const TimePoint& now_;
};

struct Sequencer {
  TimePoint now;
  Band band{now};
  ClockFollower follower;
  TimePoint next = TimePoint{} + 10s;  // tick, of a clock that is never late

  void say(MidiClock what, std::uint64_t source = 1) { follower.hear(source, what, now, band); }

  /// @param late  of each tick, in turn
  template <class Late>
  void play(double tempo, int beats, Late late, std::uint64_t source = 1) {
    for (int k = 0; k < beats * 24; ++k) {
      now = std::max(now, next + late());
      say(MidiClock::tick, source);
      next += to_duration(Seconds{60 / (tempo * 24)});
    }
  }
  void play(double tempo, int beats) {
    play(tempo, beats, [] { return Duration{0}; });
  }
};

TEST(ClockFollower, KnowsTheTempoAndTheBeatAfterOneBeat) {
  Sequencer sequencer;
  sequencer.play(125, 1);
  EXPECT_EQ(sequencer.band.told, 0);
  sequencer.play(125, 1);
  EXPECT_NEAR(sequencer.band.tempo, 125, 0.02);
  EXPECT_NEAR(sequencer.band.away(TimePoint{} + 10s), 0, 0.0005);
}

TEST(ClockFollower, SaysNothingAsLongAsWhatItSaidHolds) {
  Sequencer sequencer;
  sequencer.play(120, 2);
  const int told = sequencer.band.told;
  sequencer.play(120, 100);
  EXPECT_EQ(sequencer.band.told, told);
}

TEST(ClockFollower, ComesCloserToTheBeatThanTheTicksDo) {
  std::mt19937 random(3);
  std::uniform_int_distribution<int> late(0, 4000);
  Sequencer sequencer;
  sequencer.play(97, 40, [&] { return std::chrono::microseconds(late(random)); });
  EXPECT_NEAR(sequencer.band.tempo, 97, 0.5);
  // Ticks are 2 ms late at the mean.
  EXPECT_NEAR(sequencer.band.away(sequencer.next), -0.002, 0.003);
}

TEST(ClockFollower, FollowsAnotherTempoWithinTwoBeats) {
  Sequencer sequencer;
  sequencer.play(120, 8);
  sequencer.play(90, 3);
  EXPECT_NEAR(sequencer.band.tempo, 90, 0.1);
  EXPECT_NEAR(sequencer.band.away(sequencer.next), 0, 0.001);
}

TEST(ClockFollower, TheFirstTickAfterAStartIsABeatAtOnce) {
  Sequencer sequencer;
  sequencer.play(120, 4);
  sequencer.next += 130ms;
  sequencer.say(MidiClock::start);
  const TimePoint begin = sequencer.next;
  sequencer.play(120, 1);
  EXPECT_NEAR(sequencer.band.away(begin), 0, 1e-6);
  sequencer.play(120, 2);
  EXPECT_NEAR(sequencer.band.away(begin), 0, 0.001);
}

TEST(ClockFollower, KeepsTimeWhenTheClockStopsAndCountsAnewWhenItReturns) {
  Sequencer sequencer;
  sequencer.play(120, 4);
  sequencer.say(MidiClock::stop);
  sequencer.next += 20s + 77ms;
  const int told = sequencer.band.told;
  const TimePoint begin = sequencer.next;
  sequencer.play(120, 1);
  EXPECT_EQ(sequencer.band.told, told);
  sequencer.play(120, 1);
  EXPECT_NEAR(sequencer.band.away(begin), 0, 0.001);
}

TEST(ClockFollower, OfTwoClocksTheFirstCountsUntilItIsSilent) {
  Sequencer sequencer;
  const auto at_once = [] { return Duration{0}; };
  for (int k = 0; k < 24 * 4; ++k) {
    sequencer.now = sequencer.next;
    sequencer.say(MidiClock::tick, 1);
    sequencer.say(MidiClock::start, 2);
    sequencer.say(MidiClock::tick, 2);
    sequencer.next += to_duration(Seconds{60.0 / (100 * 24)});
  }
  EXPECT_NEAR(sequencer.band.tempo, 100, 0.02);
  sequencer.next += 1s;
  sequencer.play(140, 3, at_once, 2);
  EXPECT_NEAR(sequencer.band.tempo, 140, 0.02);
}

TEST(ClockFollower, SaysNothingOfClocksThatAreNone) {
  Sequencer sequencer;
  for (int k = 0; k < 200; ++k)
    sequencer.say(MidiClock::tick);  // all at once
  EXPECT_EQ(sequencer.band.told, 0);
  sequencer.now += 5s;
  for (int k = 0; k < 200; ++k) {
    sequencer.now += 1ms;  // 2,500 a minute
    sequencer.say(MidiClock::tick);
  }
  EXPECT_EQ(sequencer.band.told, 0);
}

}  // namespace
}  // namespace imps
