#include <gmock/gmock.h>

#include "tests/support/models.h"
#include "tests/support/stage.h"

namespace imps {
namespace {

using namespace std::chrono_literals;
using test::Sent;
using test::Stage;
using testing::IsEmpty;
using testing::SizeIs;

PerformerSettings polyphony() {
  return {.mode = Mode::polyphony, .temperatures = {.sigma = 0, .pi = 1}};
}

TEST(Polyphony, EachFrameGetsOnePredictionDtLaterAndTheNextFrameDoesNotCancelIt) {
  Stage stage(test::constant_model(0.3, {0.5}), polyphony());
  stage.play({0.1});
  stage.advance(100ms);
  stage.play({0.2});
  stage.advance(50ms);
  stage.play({0.3});
  EXPECT_THAT(stage.predictions(), IsEmpty());
  stage.advance(1h);
  const auto predictions = stage.predictions();
  ASSERT_THAT(predictions, SizeIs(3));
  EXPECT_EQ(predictions[0].at, TimePoint{300ms});
  EXPECT_EQ(predictions[1].at, TimePoint{400ms});
  EXPECT_EQ(predictions[2].at, TimePoint{450ms});
  EXPECT_FALSE(stage.model_is_speaking());
}

TEST(Polyphony, PredictionsAreNotFedBack) {
  const auto model =
      test::random_model({.dimension = 3, .layers = 2, .units = 16, .mixtures = 5}, 5);
  Stage stage(model, polyphony());
  Mdrnn::State state(*model);
  std::vector<std::vector<double>> expected;
  for (int i = 0; i < 20; ++i) {
    stage.advance(100ms);
    const std::vector<double> controls{0.05 * i, 1 - 0.05 * i};
    stage.play(controls);
    advance(*model, state, {0.1, controls});
    Uniforms uniforms(0, 0, static_cast<std::uint64_t>(i));
    Frame next;
    sample(state.mixture(), polyphony().temperatures, uniforms, next);
    expected.emplace_back(next.controls().begin(), next.controls().end());
  }
  stage.advance(1h);
  const auto predictions = stage.predictions();
  ASSERT_THAT(predictions, SizeIs(20));
  for (const Sent& one : predictions)
    EXPECT_EQ(one.controls, expected.at(one.number)) << one.number;
}

TEST(Polyphony, AtMost64WaitAndTheOldestGoesFirst) {
  Stage stage(test::constant_model(4.0, {0.5}), polyphony());
  for (int i = 0; i < 70; ++i) {
    stage.play({0.01 * i});
    stage.advance(1ms);
  }
  EXPECT_EQ(stage.performer.pending(), 64U);
  EXPECT_EQ(stage.performer.counts().overflowed, 6U);
  stage.advance(10s);
  const auto predictions = stage.predictions();
  ASSERT_THAT(predictions, SizeIs(64));
  EXPECT_EQ(predictions.front().number, 6U);
  EXPECT_EQ(predictions.back().number, 69U);
}

TEST(Polyphony, ChangedTemperaturesRedrawWhatIsWaiting) {
  const auto model = test::constant_model(1.0, {0.5, 0.5}, 0.1);
  const auto play = [&](double sigma_before, double sigma_after) {
    auto settings = polyphony();
    settings.temperatures.sigma = sigma_before;
    Stage stage(model, settings);
    stage.play({0.1, 0.1});
    stage.advance(10ms);
    stage.command("sigmatemp", sigma_after);
    stage.advance(10s);
    return stage.predictions().at(0);
  };
  const Sent cold = play(1, 0);
  EXPECT_NEAR(cold.controls[0], 0.5, 1e-6);
  EXPECT_EQ(cold.due, TimePoint{1s});
  EXPECT_EQ(play(0, 1), play(1, 1));
}

TEST(Polyphony, AfterASuspendedMachineOnlyTheNewestOfWhatIsOverdueSounds) {
  Stage stage(test::constant_model(0.5, {0.5}), polyphony());
  for (int i = 0; i < 10; ++i) {
    stage.play({0.1 * i});
    stage.advance(10ms);
  }
  stage.sleep(1h);
  EXPECT_THAT(stage.predictions(), SizeIs(1));
  EXPECT_EQ(stage.predictions()[0].number, 9U);
  EXPECT_EQ(stage.performer.counts().outdated, 9U);
}

}  // namespace
}  // namespace imps
