#include "session/turn.h"

#include <string>

#include <gtest/gtest.h>

namespace imps {
namespace {

/// A turn's story: "a" a frame that is heard, "(a)" one that is not, "!" a command; its letter
/// says which.
std::string story(Turn& turn, std::size_t most_heard) {
  std::string text;
  turn.give_out(
      most_heard,
      [&](std::span<const double> controls, const ControlSet&, TimePoint, bool heard) {
        const char letter = static_cast<char>('a' + static_cast<int>(controls[0]));
        text += heard ? std::string(1, letter) : std::string("(") + letter + ")";
      },
      [&](const Command&, TimePoint) { text += '!'; });
  return text;
}

void play(Turn& turn, int which, std::size_t controls = 2) {
  turn.add(std::vector<double>(controls, which), ControlSet(), TimePoint{});
}

TEST(Turn, GivesOutInTheOrderOfArrival) {
  Turn turn;
  play(turn, 0);
  turn.add(Command{.kind = Command::Kind::reset}, TimePoint{});
  play(turn, 1);
  play(turn, 2);
  turn.add(Command{.kind = Command::Kind::panic}, TimePoint{});
  EXPECT_EQ(turn.size(), 5U);
  EXPECT_EQ(story(turn, 10), "a!bc!");
}

TEST(Turn, LetsTheNewestFramesBeHeardWhenThereAreTooMany) {
  Turn turn;
  for (int i = 0; i < 5; ++i) {
    play(turn, i);
    if (i == 2) turn.add(Command{.kind = Command::Kind::reset}, TimePoint{});
  }
  EXPECT_EQ(story(turn, 2), "(a)(b)(c)!de") << "commands are never skipped";
}

TEST(Turn, CountsAnewEachTime) {
  Turn turn;
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 3; ++i)
      play(turn, i);
    EXPECT_EQ(story(turn, 1), "(a)(b)c");
    EXPECT_TRUE(turn.empty());
    EXPECT_EQ(story(turn, 1), "");
  }
}

TEST(Turn, KeepsEachFramesOwnControlsAndTime) {
  Turn turn;
  for (int i = 0; i < 2000; ++i) {  // more than it begins with room for
    turn.add(std::vector<double>(static_cast<std::size_t>(1 + i % 128), i / 2000.0),
             ControlSet(static_cast<unsigned long long>(i)), TimePoint{Duration{i}});
  }
  int next = 0;
  turn.give_out(
      2000,
      [&](std::span<const double> controls, const ControlSet& touched, TimePoint at, bool heard) {
        EXPECT_TRUE(heard);
        ASSERT_EQ(controls.size(), static_cast<std::size_t>(1 + next % 128));
        EXPECT_EQ(controls.front(), next / 2000.0);
        EXPECT_EQ(controls.back(), next / 2000.0);
        EXPECT_EQ(touched.to_ullong(), static_cast<unsigned long long>(next));
        EXPECT_EQ(at, TimePoint{Duration{next}});
        ++next;
      },
      [](const Command&, TimePoint) { FAIL(); });
  EXPECT_EQ(next, 2000);
}

}  // namespace
}  // namespace imps
