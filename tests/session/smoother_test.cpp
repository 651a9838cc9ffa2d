#include "session/smoother.h"

#include <cmath>
#include <vector>

#include <gmock/gmock.h>

namespace imps {
namespace {

using Kind = SmoothingSettings::Kind;
using testing::Each;
using testing::ElementsAre;
using testing::Le;

/// What an output of one control hears, and when.
struct Heard {
  std::vector<double> values;
  std::vector<TimePoint> times;
};

TimePoint at(int ms) { return TimePoint{std::chrono::milliseconds(ms)}; }

Heard heard(Smoother& smoother, double target, TimePoint now, TimePoint until) {
  Heard heard;
  const auto take = [&](const Sound& sound, TimePoint when) {
    if (!sound.touched.test(0)) return;
    heard.values.push_back(sound.controls[0]);
    heard.times.push_back(when);
  };
  take(smoother.begin({.controls = std::span(&target, 1), .touched = ControlSet().set()}, now),
       now);
  while (const auto due = smoother.deadline()) {
    if (*due > until) break;
    take(smoother.step(*due), *due);
  }
  return heard;
}

TEST(Smoother, WithoutAKindEverythingJumps) {
  Smoother smoother({});
  EXPECT_THAT(heard(smoother, 0, at(0), at(100)).values, ElementsAre(0));
  EXPECT_THAT(heard(smoother, 1, at(100), at(200)).values, ElementsAre(1));
}

TEST(Smoother, SlewsAtASteadyRateAndStopsWhereItIsToBe) {
  Smoother smoother({.kind = Kind::slew, .seconds = {0.1}, .rate = 50});
  heard(smoother, 0, at(0), at(100));
  const Heard up = heard(smoother, 0.5, at(100), at(1000));
  ASSERT_EQ(up.values.size(), 3U);
  EXPECT_NEAR(up.values[0], 0.2, 1e-12);
  EXPECT_NEAR(up.values[1], 0.4, 1e-12);
  EXPECT_EQ(up.values[2], 0.5);
  EXPECT_THAT(up.times, ElementsAre(at(100), at(120), at(140)));
}

TEST(Smoother, OnePoleGoesTwoThirdsOfTheWayInItsTimeConstant) {
  Smoother smoother({.kind = Kind::one_pole, .seconds = {0.1}, .rate = 100});
  heard(smoother, 0, at(0), at(100));
  const Heard up = heard(smoother, 1, at(100), at(2000));
  EXPECT_NEAR(up.values[9], 1 - std::exp(-1.0), 1e-9) << "ten steps of 10 ms";
  EXPECT_EQ(up.values.back(), 1) << "arrives";
  EXPECT_LE(up.values.size(), 120U);
}

TEST(Smoother, TheFirstFrameJumps) {
  Smoother smoother({.kind = Kind::slew, .seconds = {10}, .rate = 100});
  EXPECT_THAT(heard(smoother, 0.8, at(0), at(1000)).values, ElementsAre(0.8));
}

TEST(Smoother, ControlsOfNoTimeJumpWhileOthersAreUnderWay) {
  Smoother smoother({.kind = Kind::slew, .seconds = {0.1, 0}, .rate = 100});
  smoother.begin({.controls = std::vector{0.0, 0.0}, .touched = ControlSet("11")}, at(0));
  const Sound sound =
      smoother.begin({.controls = std::vector{1.0, 1.0}, .touched = ControlSet("11")}, at(10));
  EXPECT_EQ(sound.touched, ControlSet("10"));
  EXPECT_EQ(sound.controls[1], 1);
  const Sound step = smoother.step(at(10));
  EXPECT_EQ(step.touched, ControlSet("01"));
}

TEST(Smoother, ThePerformerStopsWhatIsUnderWayAndIsWhereItGoesOnFrom) {
  Smoother smoother({.kind = Kind::slew, .seconds = {1}, .rate = 10});
  heard(smoother, 0, at(0), at(100));
  heard(smoother, 1, at(100), at(300));
  smoother.follow(std::vector{0.9});
  EXPECT_EQ(smoother.deadline(), std::nullopt);
  const Heard on = heard(smoother, 0.7, at(400), at(2000));
  EXPECT_NEAR(on.values[0], 0.8, 1e-12);
  EXPECT_EQ(on.values.back(), 0.7);
}

TEST(Smoother, ALoopThatWasAsleepGoesAllTheWayAndNoFurther) {
  Smoother smoother({.kind = Kind::one_pole, .seconds = {0.01}, .rate = 100});
  heard(smoother, 0, at(0), at(10));
  const double target = 1;
  smoother.begin({.controls = std::span(&target, 1), .touched = ControlSet("1")}, at(20));
  const Sound late = smoother.step(at(3'600'000));
  EXPECT_EQ(late.controls[0], 1);
  EXPECT_EQ(smoother.deadline(), std::nullopt);
}

}  // namespace
}  // namespace imps
