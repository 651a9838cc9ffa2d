#include <cmath>

#include <gmock/gmock.h>

#include "tests/support/models.h"
#include "tests/support/stage.h"

namespace imps {
namespace {

using namespace std::chrono_literals;
using test::Sent;
using test::Stage;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

PerformerSettings call_response() {
  return {.mode = Mode::call_response, .threshold = 100ms, .temperatures = {.sigma = 0, .pi = 1}};
}

TEST(CallResponse, StaysSilentUntilThePerformerHasPlayed) {
  Stage stage(test::constant_model(0.2, {0.5, 0.25}), call_response());
  stage.advance(1h);
  EXPECT_THAT(stage.sent, IsEmpty());
}

TEST(CallResponse, AnswersOnceThePerformerHasBeenSilentForTheThreshold) {
  Stage stage(test::constant_model(0.25, {0.5, 0.25}), call_response());
  stage.advance(1s);
  stage.play({0.1, 0.2});
  stage.advance(99ms);
  EXPECT_FALSE(stage.model_is_speaking());
  stage.advance(1ms);
  EXPECT_TRUE(stage.model_is_speaking());
  stage.advance(1s);
  // The first answer is due at the performer's frame + dt, the rest dt after each other.
  std::vector<TimePoint> times;
  for (const Sent& one : stage.predictions()) {
    times.push_back(one.at);
    EXPECT_NEAR(one.controls[0], 0.5, 1e-6);
    EXPECT_NEAR(one.controls[1], 0.25, 1e-6);
  }
  EXPECT_THAT(times, ElementsAre(TimePoint{1250ms}, TimePoint{1500ms}, TimePoint{1750ms},
                                 TimePoint{2000ms}));
}

TEST(CallResponse, GivesTheFirstAnswerAtOnceWhenItsTimeHasPassed) {
  Stage stage(test::constant_model(0.03, {0.5}), call_response());
  stage.play({0.1});
  stage.advance(150ms);
  const auto predictions = stage.predictions();
  ASSERT_GE(predictions.size(), 2U);
  EXPECT_EQ(predictions[0].at, TimePoint{100ms});
  EXPECT_EQ(predictions[1].at, TimePoint{130ms});
}

TEST(CallResponse, ReleasesTheModelsNoteBeforeThePerformersFrameSounds) {
  auto settings = call_response();
  settings.thru = true;
  Stage stage(test::constant_model(0.05, {0.5}), settings);
  stage.play({0.1});
  stage.advance(160ms);
  ASSERT_TRUE(stage.model_is_speaking());
  stage.sent.clear();
  stage.play({0.2});
  EXPECT_EQ(stage.story(), "rPti");
}

TEST(CallResponse, CancelsWhatIsPendingAtOnce) {
  Stage stage(test::constant_model(1.0, {0.5}), call_response());
  stage.play({0.1});
  stage.advance(900ms);  // the answer would come at 1 s
  ASSERT_TRUE(stage.model_is_speaking());
  stage.play({0.2});
  stage.advance(99ms + 900ms);
  EXPECT_THAT(stage.predictions(), IsEmpty());
  EXPECT_EQ(stage.performer.counts().cancelled, 1U);
}

TEST(CallResponse, KeepsQuietAfterHandOverWhenNothingSounded) {
  Stage stage(test::constant_model(1.0, {0.5}), call_response());
  stage.play({0.1});
  stage.advance(500ms);
  stage.play({0.2});
  // The model took the word but never sounded: there is nothing to release.
  EXPECT_EQ(stage.story(), "iMPi");
}

/// What a network that heard `frames` one by one says next, drawn with the performer's own luck.
Frame expected(const Mdrnn& model, const std::vector<Frame>& frames,
               const PerformerSettings& settings, std::uint64_t number) {
  Mdrnn::State state(model);
  for (const Frame& frame : frames)
    advance(model, state, frame);
  Uniforms uniforms(settings.seed, settings.agent, number);
  Frame next;
  sample(state.mixture(), settings.temperatures, uniforms, next);
  next.dt = std::min(next.dt, settings.max_rest.count());
  return next;
}

Frame frame(double dt, std::vector<double> controls) { return Frame(FrameView{dt, controls}); }

std::vector<double> values(const Frame& frame) {
  return {frame.controls().begin(), frame.controls().end()};
}

TEST(CallResponse, TheNetworkHearsExactlyWhatSounded) {
  const auto model =
      test::random_model({.dimension = 3, .layers = 2, .units = 16, .mixtures = 5}, 1);
  auto settings = call_response();
  settings.temperatures = {.sigma = 0.01, .pi = 1};
  settings.seed = 99;
  Stage stage(model, settings);
  std::vector<Frame> heard;

  stage.advance(500ms);
  stage.play({0.1, 0.9});
  heard.push_back(frame(0.5, {0.1, 0.9}));  // the first dt counts from the start
  stage.advance(50ms);
  stage.play({0.2, 0.8});
  heard.push_back(frame(0.05, {0.2, 0.8}));

  // The answers: the performer's last frame is not fed again, each answer is heard as it was
  // played.
  std::uint64_t number = 0;
  TimePoint last = stage.now;
  stage.advance(2s);
  const auto answers = stage.predictions();
  ASSERT_GE(answers.size(), 2U);
  for (const Sent& answer : answers) {
    const Frame next = expected(*model, heard, settings, number);
    EXPECT_EQ(answer.controls, values(next)) << number;
    EXPECT_EQ(answer.number, number);
    EXPECT_EQ(answer.due, std::max(last + to_duration(Seconds{next.dt}), TimePoint{650ms}))
        << number;
    last = answer.due;
    heard.push_back(next);
    ++number;
  }

  // The performer interrupts: what was pending was never played, so it was never heard.
  stage.play({0.7, 0.3});
  heard.push_back(frame(to_seconds(stage.now - last).count(), {0.7, 0.3}));
  const std::uint64_t pending_was = number++;
  EXPECT_EQ(stage.performer.counts().cancelled, 1U) << pending_was;
  stage.sent.clear();
  last = stage.now;
  stage.advance(10s);
  ASSERT_FALSE(stage.predictions().empty());
  EXPECT_EQ(stage.predictions()[0].controls, values(expected(*model, heard, settings, number)));
}

TEST(CallResponse, AFrameThatTheNetworkSkipsStillCountsAsPlaying) {
  const auto model =
      test::random_model({.dimension = 2, .layers = 1, .units = 8, .mixtures = 2}, 3);
  const auto settings = call_response();
  Stage stage(model, settings);
  stage.advance(1s);
  stage.play({0.1});
  stage.advance(20ms);
  stage.play({0.5}, false);
  stage.advance(20ms);
  stage.play({0.9});
  stage.advance(99ms);
  EXPECT_FALSE(stage.model_is_speaking());
  EXPECT_THAT(stage.all(Sent::What::row_performer), SizeIs(3));
  EXPECT_EQ(stage.performer.counts().unheard, 1U);
  stage.advance(10s);
  // dt is the time since the last frame that the network consumed.
  const Frame next = expected(*model, {frame(1, {0.1}), frame(0.04, {0.9})}, settings, 0);
  ASSERT_FALSE(stage.predictions().empty());
  EXPECT_EQ(stage.predictions()[0].controls, values(next));
}

TEST(CallResponse, AnswersAfterEveryFrameAtThresholdZero) {
  auto settings = call_response();
  settings.threshold = 0s;
  Stage stage(test::constant_model(0.001, {0.5}), settings);
  stage.play({0.1});
  stage.advance(1ms);
  EXPECT_EQ(stage.story(), "iMpn");
}

}  // namespace
}  // namespace imps
