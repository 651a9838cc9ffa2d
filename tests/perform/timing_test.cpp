#include <gmock/gmock.h>

#include "tests/support/models.h"
#include "tests/support/stage.h"

namespace imps {
namespace {

using namespace std::chrono_literals;
using test::Sent;
using test::Stage;
using testing::SizeIs;

PerformerSettings alone() {
  return {.mode = Mode::battle, .temperatures = {.sigma = 0, .pi = 1}, .start_now = true};
}

TEST(Timing, LatenessDoesNotAccumulate) {
  Stage stage(test::constant_model(0.1, {0.5}), alone());
  for (int i = 1; i <= 50; ++i) {
    // Everything happens 7 ms late, and yet the hundredth comes at its own time plus 7 ms.
    stage.now = TimePoint{i * 100ms + 7ms};
    stage.sleep(0ms);
  }
  const auto predictions = stage.predictions();
  ASSERT_THAT(predictions, SizeIs(50));
  EXPECT_EQ(predictions.back().due, TimePoint{5s});
  EXPECT_EQ(stage.performer.counts().restarts, 0U);
}

TEST(Timing, AfterASuspendedMachineTheScheduleStartsAnewWithoutABurst) {
  Stage stage(test::constant_model(0.1, {0.5}), alone());
  stage.advance(1s);
  stage.sent.clear();
  stage.sleep(1h);
  EXPECT_THAT(stage.predictions(), SizeIs(1));
  const TimePoint woke = stage.now;
  stage.advance(100ms);
  ASSERT_THAT(stage.predictions(), SizeIs(2));
  EXPECT_EQ(stage.predictions()[1].due, woke + 100ms);
  EXPECT_EQ(stage.performer.counts().restarts, 1U);
}

TEST(Timing, TimescaleStretchesWhatIsPlayedNeverWhatTheModelHears) {
  const auto model =
      test::random_model({.dimension = 3, .layers = 2, .units = 16, .mixtures = 5}, 11);
  const auto perform = [&](double timescale) {
    auto settings = alone();
    settings.timescale = timescale;
    Stage stage(model, settings);
    for (int i = 0; i < 10'000 && stage.predictions().size() < 20; ++i)
      stage.advance(10ms);
    return stage.predictions();
  };
  const auto plain = perform(1);
  const auto stretched = perform(2);
  ASSERT_THAT(plain, SizeIs(testing::Ge(20U)));
  ASSERT_THAT(stretched, SizeIs(testing::Ge(20U)));
  for (std::size_t i = 0; i < 20; ++i) {
    EXPECT_EQ(plain[i].controls, stretched[i].controls) << i;
    // Half a microsecond of rounding for each dt.
    const auto twice = 2 * plain[i].due.time_since_epoch().count();
    EXPECT_NEAR(static_cast<double>(stretched[i].due.time_since_epoch().count()),
                static_cast<double>(twice), static_cast<double>(2 * i + 2));
  }
}

TEST(Timing, ATinyTimescaleNeitherHangsNorStarvesOthers) {
  auto settings = alone();
  settings.timescale = 1e-6;
  Stage stage(test::constant_model(0.001, {0.5}), settings);
  // Each call returns after at most one prediction.
  for (int i = 0; i < 1000; ++i)
    EXPECT_LE(stage.performer.on_time(TimePoint{1ms}).size(), 2U);
}

TEST(Timing, AModelThatFeedsItselfLeavesAGapOfAHundredMicroseconds) {
  auto settings = alone();
  settings.timescale = 1e-6;
  Stage stage(test::constant_model(0.001, {0.5}), settings);
  stage.advance(10ms);
  EXPECT_THAT(stage.predictions(), SizeIs(100));
}

TEST(Timing, MaxRestBoundsAPredictedDtAndTheModelHearsWhatWasPlayed) {
  auto settings = alone();
  settings.max_rest = 2s;
  Stage stage(test::constant_model(500, {0.5}), settings);
  stage.advance(10s);
  ASSERT_THAT(stage.predictions(), SizeIs(5));
  EXPECT_EQ(stage.predictions()[4].due, TimePoint{10s});
}

TEST(Timing, AnotherMaxRestCountsForWhatIsPendingToo) {
  Stage stage(test::constant_model(500, {0.5}), alone());
  stage.advance(500ms);
  stage.command("maxrest", 1.0);
  stage.advance(600ms);
  ASSERT_THAT(stage.predictions(), SizeIs(1));
  EXPECT_EQ(stage.predictions()[0].due, TimePoint{1s});
}

TEST(Timing, WithALeadPredictionsLeaveEarlyWithTheirDueTime) {
  auto settings = alone();
  settings.lead = 100ms;
  Stage stage(test::constant_model(0.5, {0.5}), settings);
  stage.advance(1s);
  const auto predictions = stage.predictions();
  ASSERT_THAT(predictions, SizeIs(2));
  EXPECT_EQ(predictions[0].at, TimePoint{400ms});
  EXPECT_EQ(predictions[0].due, TimePoint{500ms});
  EXPECT_EQ(predictions[1].at, TimePoint{900ms});
  EXPECT_EQ(predictions[1].due, TimePoint{1s});
}

TEST(Timing, WhoComesBeforeAnEarlyPredictionWasDueIsHeardRightAfterItAndNotBefore) {
  const auto model =
      test::random_model({.dimension = 4, .layers = 1, .units = 16, .mixtures = 3}, 13);
  Stage stage(model, {.threshold = 10ms, .lead = 100ms, .seed = 4});
  Mdrnn::State memory(*model);
  const auto draw = [&](std::uint64_t number) {
    Uniforms luck(4, 0, number);
    Frame frame;
    sample(memory.mixture(), Temperatures{}, luck, frame);
    return frame;
  };
  const std::vector<double> before{0.2, 0.3, 0.4};
  const std::vector<double> after{0.5, 0.6, 0.7};

  stage.advance(50ms);
  stage.play(before);
  advance(*model, memory, {0.05, before});
  while (stage.predictions().empty())
    stage.advance(1ms);
  for (const auto& prediction : stage.predictions())
    advance(*model, memory, draw(prediction.number));
  ASSERT_GT(stage.predictions().back().due, stage.now);
  const auto so_far = stage.predictions().size();

  stage.play(after);
  advance(*model, memory, {0, after});  // no time has passed, and none is negative
  while (stage.predictions().size() == so_far)
    stage.advance(1ms);
  const auto answer = stage.predictions()[so_far];
  EXPECT_THAT(answer.controls, ::testing::ElementsAreArray(draw(answer.number).controls()));
}

TEST(Timing, ThinkingAheadChangesNothingButWhenTheWorkIsDone) {
  const auto model =
      test::random_model({.dimension = 4, .layers = 2, .units = 16, .mixtures = 5}, 13);
  const auto perform = [&](bool thinks) {
    Stage stage(model, {.mode = Mode::call_response, .threshold = 100ms, .seed = 4});
    stage.thinks = thinks;
    for (int phrase = 0; phrase < 20; ++phrase) {
      for (int i = 0; i < 5; ++i) {
        stage.play({0.1 * i, 0.5, 0.04 * phrase});
        stage.advance(30ms);
      }
      stage.advance(800ms);
      if (phrase == 7) stage.command("sigmatemp", 0.5);
      if (phrase == 9) stage.command("mode", std::string_view("battle"));
      if (phrase == 12) stage.command("pause", 1.0);
      if (phrase == 13) stage.command("pause", 0.0);
      if (phrase == 15) stage.command("mode", std::string_view("callresponse"));
    }
    return stage.sent;
  };
  EXPECT_EQ(perform(true), perform(false));
}

}  // namespace
}  // namespace imps
