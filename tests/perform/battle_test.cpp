#include <gmock/gmock.h>

#include "tests/support/models.h"
#include "tests/support/stage.h"

namespace imps {
namespace {

using namespace std::chrono_literals;
using test::Sent;
using test::Stage;
using testing::Each;
using testing::IsEmpty;
using testing::SizeIs;

PerformerSettings battle() { return {.mode = Mode::battle, .temperatures = {.sigma = 0, .pi = 1}}; }

TEST(Battle, BeginsWithTheFirstFrame) {
  Stage stage(test::constant_model(0.5, {0.5}), battle());
  stage.advance(1min);
  EXPECT_THAT(stage.sent, IsEmpty());
  stage.play({0.2});
  stage.advance(2s);
  ASSERT_THAT(stage.predictions(), SizeIs(4));
  EXPECT_EQ(stage.predictions()[0].at, TimePoint{60500ms});
}

TEST(Battle, BeginsAtOnceWhenAsked) {
  auto settings = battle();
  settings.start_now = true;
  Stage stage(test::constant_model(0.5, {0.5}), settings);
  EXPECT_TRUE(stage.model_is_speaking());
  stage.advance(2s);
  EXPECT_THAT(stage.predictions(), SizeIs(4));
}

TEST(Battle, TheModelDoesNotListen) {
  const auto model =
      test::random_model({.dimension = 3, .layers = 2, .units = 16, .mixtures = 5}, 7);
  const auto perform = [&](bool performer_plays_on) {
    Stage stage(model, battle());
    stage.play({0.3, 0.4});
    for (int i = 0; i < 100; ++i) {
      stage.advance(37ms);
      if (performer_plays_on) stage.play({0.01 * i, 0.5});
    }
    EXPECT_THAT(stage.all(Sent::What::row_performer), SizeIs(performer_plays_on ? 101 : 1));
    return stage.predictions();
  };
  const auto alone = perform(false);
  EXPECT_THAT(alone, SizeIs(testing::Ge(5U)));
  EXPECT_EQ(alone, perform(true));
}

TEST(UserOnly, LogsAndPlaysNothing) {
  Stage stage(test::constant_model(0.5, {0.5}), {.mode = Mode::user_only});
  stage.play({0.2});
  stage.advance(1h);
  EXPECT_EQ(stage.story(), "i");
  EXPECT_EQ(stage.performer.deadline(), std::nullopt);
}

TEST(UserOnly, NeedsNoModel) {
  Performer performer(nullptr, 4, {.mode = Mode::user_only}, TimePoint{});
  const std::vector<double> controls{0.1, 0.2, 0.3};
  EXPECT_THAT(performer.on(PerformerFrame{controls}, TimePoint{1s}), SizeIs(1));
  performer.on(Command{.kind = Command::Kind::mode, .mode = Mode::battle}, TimePoint{2s});
  performer.on(PerformerFrame{controls}, TimePoint{3s});
  performer.on(Command{.kind = Command::Kind::mode, .mode = Mode::polyphony}, TimePoint{4s});
  performer.on(PerformerFrame{controls}, TimePoint{5s});
  performer.think();
  EXPECT_EQ(performer.deadline(), std::nullopt);
}

}  // namespace
}  // namespace imps
