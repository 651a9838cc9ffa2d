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

PerformerSettings call_response() {
  return {.mode = Mode::call_response, .threshold = 100ms, .temperatures = {.sigma = 0, .pi = 1}};
}

Stage answering() {
  Stage stage(test::constant_model(0.25, {0.5}), call_response());
  stage.play({0.1});
  stage.advance(300ms);
  EXPECT_THAT(stage.predictions(), SizeIs(1));
  stage.sent.clear();
  return stage;
}

TEST(Pause, SilencesTheModelAndReleasesWhatItHolds) {
  Stage stage = answering();
  stage.command("pause");
  EXPECT_EQ(stage.story(), "r");
  stage.advance(1h);
  EXPECT_THAT(stage.predictions(), IsEmpty());
}

TEST(Pause, LeavesThePerformersThruAndTheLogAlone) {
  auto settings = call_response();
  settings.thru = true;
  Stage stage(test::constant_model(0.25, {0.5}), settings);
  stage.command("pause");
  stage.play({0.3});
  EXPECT_EQ(stage.story(), "ti");
}

TEST(Pause, EndsWithTheScheduleStartedAnewNotWithABurst) {
  Stage stage = answering();
  stage.command("pause");
  stage.advance(10min);
  stage.command("pause", 0.0);
  const TimePoint resumed = stage.now;
  stage.advance(499ms);
  ASSERT_THAT(stage.predictions(), SizeIs(1));
  EXPECT_EQ(stage.predictions()[0].due, resumed + 250ms);
}

TEST(Mute, ListensAndThinksAndNothingGoesOut) {
  const auto model =
      test::random_model({.dimension = 2, .layers = 1, .units = 16, .mixtures = 3}, 2);
  const auto perform = [&](bool muted) {
    Stage stage(model, {.mode = Mode::battle, .start_now = true, .seed = 3});
    stage.advance(2s);
    if (muted) stage.command("mute");
    stage.advance(5s);
    if (muted) {
      EXPECT_FALSE(stage.all(Sent::What::withheld).empty());
      stage.command("mute", 0.0);
    }
    stage.sent.clear();
    stage.advance(10s);
    return stage.predictions();
  };
  // Afterwards the music stands where it would have stood.
  EXPECT_EQ(perform(true), perform(false));
}

TEST(Mute, ReleasesWhatTheModelHolds) {
  Stage stage = answering();
  stage.command("mute");
  stage.advance(1s);
  EXPECT_EQ(stage.story(), "rwwww");
}

TEST(Panic, EndsEverythingAndWaitsForThePerformer) {
  Stage stage = answering();
  stage.command("panic");
  EXPECT_EQ(stage.story(), "rP");
  stage.advance(1h);
  EXPECT_EQ(stage.story(), "rP");
  stage.play({0.4});
  stage.advance(1s);
  EXPECT_THAT(stage.predictions(), SizeIs(testing::Ge(3U)));
}

TEST(Panic, ReleasesEvenWhenTheModelIsBelievedToHoldNothing) {
  Stage stage(test::constant_model(0.25, {0.5}), call_response());
  stage.command("panic");
  EXPECT_EQ(stage.story(), "r");
}

TEST(Reset, TheNetworkForgetsAndTheMusicGoesOn) {
  const auto model =
      test::random_model({.dimension = 3, .layers = 2, .units = 16, .mixtures = 5}, 21);
  PerformerSettings settings{
      .mode = Mode::battle, .temperatures = {.sigma = 0, .pi = 1}, .start_now = true};
  Stage stage(model, settings);
  stage.advance(5s);
  const auto last = stage.predictions().back();
  stage.sent.clear();
  stage.command("reset");
  const TimePoint when = stage.now;
  stage.advance(10s);
  ASSERT_FALSE(stage.predictions().empty());
  // As if only the last frame had ever been heard; its dt is what was drawn for it.
  const auto first = stage.predictions()[0];
  EXPECT_GT(first.due, when);
  EXPECT_EQ(first.number, last.number + 2) << "the pending one was dropped";
}

TEST(SetMode, CancelsReleasesAndPassesTheVoice) {
  Stage stage = answering();
  stage.command("mode", std::string_view("useronly"));
  EXPECT_EQ(stage.story(), "rP");
  stage.advance(1h);
  EXPECT_THAT(stage.predictions(), IsEmpty());
}

TEST(SetMode, AfterPanicTheModelWaitsForThePerformerInWhateverMode) {
  Stage stage = answering();
  stage.command("panic");
  stage.command("mode", std::string_view("battle"));
  stage.advance(1min);
  stage.command("mode", std::string_view("callresponse"));
  stage.advance(1min);
  EXPECT_THAT(stage.predictions(), IsEmpty());
  stage.play({0.3});
  stage.advance(1s);
  EXPECT_THAT(stage.predictions(), SizeIs(testing::Ge(3U)));
}

TEST(SetMode, AfterUserOnlyTheModelGoesOnFromWhereThePerformerIs) {
  const auto model =
      test::random_model({.dimension = 3, .layers = 2, .units = 16, .mixtures = 5}, 31);
  Stage stage(model, {.mode = Mode::user_only, .temperatures = {.sigma = 0, .pi = 1}});
  stage.advance(1min);
  stage.play({0.1, 0.9});
  stage.advance(1s);
  stage.command("mode", std::string_view("callresponse"));
  stage.advance(10s);
  // The minute of silence before the frame counts as the longest rest, not as a minute.
  Mdrnn::State state(*model);
  const std::vector<double> last{0.1, 0.9};
  advance(*model, state, {5.0, last});
  Uniforms uniforms(0, 0, 0);
  Frame next;
  sample(state.mixture(), {.sigma = 0, .pi = 1}, uniforms, next);
  ASSERT_FALSE(stage.predictions().empty());
  EXPECT_EQ(stage.predictions()[0].controls,
            std::vector<double>(next.controls().begin(), next.controls().end()));
}

TEST(SetMode, BattleBeginsAtOnceWhenThePerformerHasPlayedBefore) {
  Stage stage(test::constant_model(0.25, {0.5}),
              {.mode = Mode::user_only, .temperatures = {.sigma = 0, .pi = 1}});
  stage.play({0.1});
  stage.advance(1s);
  stage.command("mode", std::string_view("battle"));
  stage.advance(250ms);
  EXPECT_THAT(stage.predictions(), SizeIs(1));
}

TEST(Temperatures, RedrawWhatIsPendingWithTheSameLuck) {
  const auto model = test::constant_model(1.0, {0.5, 0.5}, 0.1);
  const auto perform = [&](double before, double after) {
    Stage stage(model, {.mode = Mode::battle,
                        .temperatures = {.sigma = before, .pi = 1},
                        .start_now = true,
                        .seed = 5});
    stage.advance(1ms);
    stage.command("sigmatemp", after);
    stage.advance(20s);
    return stage.predictions();
  };
  EXPECT_EQ(perform(0, 0.3), perform(0.3, 0.3));
  EXPECT_NE(perform(0, 0.3), perform(0, 0));
}

TEST(Timescale, MovesWhatIsPending) {
  Stage stage(test::constant_model(4.0, {0.5}),
              {.mode = Mode::battle, .temperatures = {.sigma = 0, .pi = 1}, .start_now = true});
  stage.advance(1s);
  stage.command("timescale", 0.5);
  stage.advance(1s);
  ASSERT_THAT(stage.predictions(), SizeIs(1));
  EXPECT_EQ(stage.predictions()[0].due, TimePoint{2s});
}

TEST(Threshold, TakesEffectInTheSilenceThatIsGoingOn) {
  Stage stage(test::constant_model(0.01, {0.5}), {.mode = Mode::call_response, .threshold = 1h});
  stage.play({0.1});
  stage.advance(1min);
  stage.command("threshold", 61.0);
  stage.advance(2s);
  EXPECT_TRUE(stage.model_is_speaking());
}

TEST(Seed, MakesAResponseRepeatable) {
  const auto model =
      test::random_model({.dimension = 3, .layers = 2, .units = 16, .mixtures = 5}, 8);
  const auto answer = [&](std::uint64_t seed) {
    Stage stage(model, {.mode = Mode::call_response, .threshold = 100ms, .seed = 1234});
    stage.play({0.5, 0.5});
    stage.advance(3s);  // whatever was drawn before does not matter
    stage.command("reset");
    stage.play({0.2, 0.3});
    stage.command("seed", static_cast<double>(seed));
    stage.sent.clear();
    stage.advance(3s);
    std::vector<std::vector<double>> controls;
    for (const Sent& one : stage.predictions())
      controls.push_back(one.controls);
    return controls;
  };
  EXPECT_EQ(answer(17), answer(17));
  EXPECT_NE(answer(17), answer(18));
}

TEST(HandOver, ByHandTheModelAnswersWithoutWaitingForTheThreshold) {
  auto settings = call_response();
  settings.threshold = 10s;
  Stage stage(test::constant_model(0.25, {0.5}), settings);
  stage.play({0.1});
  stage.advance(100ms);
  stage.command("handover");
  stage.advance(150ms);
  EXPECT_EQ(stage.story(), "iMpn");
  EXPECT_EQ(stage.predictions()[0].due, TimePoint{250ms});
}

TEST(HandOver, ByHandTheModelBeginsThoughNobodyHasPlayed) {
  Stage stage(test::constant_model(0.25, {0.5}), call_response());
  stage.command("handover");
  stage.advance(250ms);
  EXPECT_EQ(stage.story(), "Mpn");
}

TEST(HandOver, ByHandTheModelIsReleasedAndSilentUntilThePerformerHasPlayed) {
  Stage stage = answering();
  stage.command("handover");
  EXPECT_EQ(stage.story(), "rP");
  stage.advance(1h);
  EXPECT_THAT(stage.predictions(), IsEmpty());
  stage.play({0.3});
  stage.advance(300ms);
  EXPECT_TRUE(stage.model_is_speaking());
}

TEST(HandOver, ByHandABattleRestsUntilItIsAskedForAgain) {
  Stage stage(test::constant_model(0.25, {0.5}), {.mode = Mode::battle, .start_now = true});
  stage.advance(300ms);
  stage.sent.clear();
  stage.command("handover");
  stage.play({0.3});
  stage.advance(1min);
  EXPECT_EQ(stage.story(), "rPi");
  stage.command("handover");
  stage.advance(300ms);
  EXPECT_EQ(stage.story(), "rPiMpn");
}

TEST(HandOver, ByHandDoesNothingWhileTheModelIsPaused) {
  Stage stage = answering();
  stage.command("pause");
  stage.sent.clear();
  stage.command("handover");
  stage.advance(1s);
  EXPECT_EQ(stage.story(), "");
}

TEST(SetModel, GoesOnWithTheNewOneFromTheSameMoment) {
  Stage stage(test::constant_model(0.25, {0.5}), call_response());
  stage.play({0.1});
  stage.advance(600ms);  // answers at 250 and 500 ms, the next would be at 750
  stage.sent.clear();
  const auto old = stage.performer.set_model(test::constant_model(0.3, {0.9}), stage.now);
  ASSERT_NE(old, nullptr);
  stage.advance(210ms);
  ASSERT_THAT(stage.predictions(), SizeIs(1));
  EXPECT_EQ(stage.predictions()[0].due, TimePoint{800ms});
  EXPECT_NEAR(stage.predictions()[0].controls[0], 0.9, 1e-6);
}

TEST(Stop, ReleasesAndCancels) {
  Stage stage = answering();
  stage.stop();
  EXPECT_EQ(stage.story(), "rP");
  EXPECT_EQ(stage.performer.deadline(), std::nullopt);
}

}  // namespace
}  // namespace imps
