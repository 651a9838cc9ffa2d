// Predictions on the lines of a tempo.
#include <cmath>

#include <gmock/gmock.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <imps/beat.h>

#include "tests/support/models.h"
#include "tests/support/stage.h"

namespace imps {
namespace {

using namespace std::chrono_literals;
using test::Sent;
using test::Stage;
using testing::ElementsAre;
using testing::Ge;
using testing::SizeIs;

PerformerSettings on_the_beat(double tempo, double grid, double snap = 1) {
  PerformerSettings settings{.mode = Mode::battle, .temperatures = {.sigma = 0}, .start_now = true};
  settings.beat = {.tempo = tempo, .grid = grid, .snap = snap};
  return settings;
}

std::vector<Duration> dues(const Stage& stage) {
  std::vector<Duration> all;
  for (const Sent& one : stage.predictions())
    all.push_back(one.due.time_since_epoch());
  return all;
}

TEST(OnTheBeat, AQuickModelPlaysOneFrameALine) {
  Stage stage(test::constant_model(0.1, {0.5}), on_the_beat(120, 2));
  stage.advance(1100ms);
  EXPECT_THAT(dues(stage), ElementsAre(250ms, 500ms, 750ms, 1s));
}

TEST(OnTheBeat, TheNearestLineMayBeBeforeOrAfter) {
  Stage stage(test::constant_model(0.7, {0.5}), on_the_beat(60, 2));
  stage.advance(3s);
  EXPECT_THAT(dues(stage), ElementsAre(500ms, 1s, 1500ms, 2s, 2500ms, 3s));
  Stage slower(test::constant_model(0.8, {0.5}), on_the_beat(60, 2));
  slower.advance(3s);
  EXPECT_THAT(dues(slower), ElementsAre(1s, 2s, 3s));
}

TEST(OnTheBeat, SnapGoesAPartOfTheWay) {
  Stage stage(test::constant_model(0.3, {0.5}), on_the_beat(120, 2, 0.5));
  stage.advance(900ms);
  EXPECT_THAT(dues(stage), ElementsAre(275ms, 537'500us, 793'750us));
}

TEST(Taps, HaveATempoFromTheSecondOn) {
  Taps taps;
  const TimePoint start = TimePoint{} + 7s;
  EXPECT_EQ(taps.tempo(), 0);
  EXPECT_TRUE(taps.tap(start));
  EXPECT_EQ(taps.tempo(), 0);
  EXPECT_TRUE(taps.tap(start + 480ms));
  EXPECT_NEAR(taps.tempo(), 125, 1e-9);
  EXPECT_TRUE(taps.tap(start + 1s));
  EXPECT_NEAR(taps.tempo(), 120, 1e-9) << "the mean of all";
  EXPECT_FALSE(taps.tap(start + 1030ms)) << "a bounce";
  EXPECT_NEAR(taps.tempo(), 120, 1e-9);
  EXPECT_TRUE(taps.tap(start + 6s));
  EXPECT_EQ(taps.tempo(), 0) << "the first of a new series";
  EXPECT_TRUE(taps.tap(start + 6s + 60ms));
  EXPECT_EQ(taps.tempo(), Beat::kFastest);
}

TEST(Beat, IsAtMostABeatAway) {
  const Beat beat{.tempo = 120, .at = TimePoint{} + 10s};
  EXPECT_EQ(until_a_beat(beat, beat.at).count(), 0);
  EXPECT_NEAR(until_a_beat(beat, beat.at + 1400ms).count(), 0.1, 1e-9);
  EXPECT_NEAR(until_a_beat(beat, beat.at - 1400ms).count(), 0.4, 1e-9);
}

TEST(OnTheBeat, ABeatMayBeNowOrLater) {
  Stage stage(test::constant_model(0.4, {0.5}), on_the_beat(120, 1));
  stage.advance(100ms);
  stage.command("beat", 0.3);
  stage.advance(1s);
  EXPECT_THAT(dues(stage), ElementsAre(400ms, 900ms));
  stage.sent.clear();
  stage.advance(100ms);
  stage.command("beat", 0.0);
  stage.advance(500ms);
  EXPECT_THAT(dues(stage), ElementsAre(1200ms, 1700ms));
}

TEST(OnTheBeat, AnAnswerBeginsOnALineThatIsStillToCome) {
  auto settings = on_the_beat(60, 2);
  settings.mode = Mode::call_response;
  settings.threshold = 300ms;
  Stage stage(test::constant_model(0.05, {0.5}), settings);
  stage.advance(400ms);
  stage.play({0.1});
  stage.advance(1s);
  EXPECT_THAT(dues(stage), ElementsAre(1s));
}

TEST(OnTheBeat, TheModelHearsItsOwnTime) {
  const auto model =
      test::random_model({.dimension = 3, .layers = 2, .units = 16, .mixtures = 5}, 11);
  const auto perform = [&](double tempo) {
    Stage stage(model, on_the_beat(tempo, 4));
    for (int k = 0; k < 10'000 && stage.predictions().size() < 20; ++k)
      stage.advance(10ms);
    return stage.predictions();
  };
  const auto free = perform(0);
  const auto drawn = perform(100);
  ASSERT_THAT(free, SizeIs(Ge(20U)));
  ASSERT_THAT(drawn, SizeIs(Ge(20U)));
  for (std::size_t k = 0; k < 20; ++k)
    EXPECT_EQ(free[k].controls, drawn[k].controls) << k;
}

// Never at or before what was there before, and with all the way to go on a line.
RC_GTEST_PROP(DrawnTo, GoesToALineAfterWhatWasBefore, ()) {
  const auto number = [](int least, int most) { return *rc::gen::inRange(least, most); };
  Beat beat{.tempo = number(1, 401) * 1.0,
            .grid = number(1, 97) * 0.25,
            .snap = number(0, 5) * 0.25,
            .at = TimePoint{std::chrono::microseconds(number(-100'000'000, 100'000'000))}};
  const TimePoint after{std::chrono::microseconds(number(0, 100'000'000))};
  const TimePoint due = after + std::chrono::microseconds(number(1, 10'000'000));
  const TimePoint drawn = drawn_to(beat, due, after);
  RC_ASSERT(drawn > after);
  const double interval = 60e6 / (beat.tempo * beat.grid);
  const auto away = static_cast<double>(std::abs((drawn - due).count()));
  RC_ASSERT(away <= beat.snap * (interval + 1000) + 1);
  if (beat.snap < 1) return;
  const double lines = static_cast<double>((drawn - beat.at).count()) / interval;
  RC_ASSERT(std::abs(lines - std::round(lines)) * interval <= 1);
}

}  // namespace
}  // namespace imps
