#include "interface/midi/echo_guard.h"

#include <gtest/gtest.h>

namespace imps {
namespace {

using Kind = MidiMessage::Kind;

TimePoint at(int ms) { return TimePoint{std::chrono::milliseconds(ms)}; }

TEST(EchoGuard, KnowsWhatComesBackWithinItsWindowOnceForEachSent) {
  EchoGuard guard(std::chrono::milliseconds(20));
  const auto knob = MidiMessage::of(Kind::control_change, 1, 7, 64);
  guard.sent(knob, at(0));
  EXPECT_FALSE(guard.is_echo(MidiMessage::of(Kind::control_change, 1, 7, 65), at(5)));
  EXPECT_FALSE(guard.is_echo(MidiMessage::of(Kind::control_change, 2, 7, 64), at(5)));
  EXPECT_TRUE(guard.is_echo(knob, at(20)));
  EXPECT_FALSE(guard.is_echo(knob, at(20))) << "the performer's own";
  guard.sent(knob, at(30));
  EXPECT_FALSE(guard.is_echo(knob, at(51))) << "too late to be an echo";
}

TEST(EchoGuard, TakesBothFormsOfANoteOffForTheSame) {
  EchoGuard guard(std::chrono::milliseconds(20));
  guard.sent(MidiMessage::of(Kind::note_off, 3, 60), at(0));
  EXPECT_TRUE(guard.is_echo(MidiMessage::of(Kind::note_on, 3, 60, 0), at(1)));
}

TEST(EchoGuard, ForgetsTheOldestWhenMuchIsSent) {
  EchoGuard guard(std::chrono::seconds(1));
  for (int k = 0; k <= static_cast<int>(EchoGuard::kMost); ++k)
    guard.sent(MidiMessage::of(Kind::note_on, 1 + k / 128, k % 128, 1), at(0));
  EXPECT_FALSE(guard.is_echo(MidiMessage::of(Kind::note_on, 1, 0, 1), at(1)));
  EXPECT_TRUE(guard.is_echo(MidiMessage::of(Kind::note_on, 1, 1, 1), at(1)));
}

}  // namespace
}  // namespace imps
