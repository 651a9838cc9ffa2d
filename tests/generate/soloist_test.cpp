// A model alone in a file plays what it plays alone on stage.
#include "generate/soloist.h"

#include <gmock/gmock.h>

#include "tests/support/models.h"
#include "tests/support/stage.h"

namespace imps {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

struct Frames {
  std::vector<TimePoint> at;
  std::vector<std::vector<double>> controls;
};

Frames play(Soloist& soloist, std::size_t count) {
  Frames frames;
  for (std::size_t k = 0; k < count; ++k) {
    const Soloist::Played one = soloist.next();
    frames.at.push_back(one.at);
    frames.controls.emplace_back(one.controls.begin(), one.controls.end());
  }
  return frames;
}

class SoloistLikeTheStage : public testing::TestWithParam<PerformerSettings> {};

TEST_P(SoloistLikeTheStage, PlaysBitForBitWhatAPerformerInBattlePlays) {
  const auto model =
      test::random_model({.dimension = 4, .layers = 2, .units = 17, .mixtures = 5}, 3);
  PerformerSettings settings = GetParam();
  settings.mode = Mode::battle;
  settings.start_now = true;
  test::Stage stage(model, settings);
  stage.advance(30s);
  const auto sent = stage.predictions();
  ASSERT_THAT(sent, testing::SizeIs(testing::Ge(20U)));

  Soloist soloist(*model, {.seed = settings.seed,
                           .agent = settings.agent,
                           .temperatures = settings.temperatures,
                           .timescale = settings.timescale,
                           .max_rest = settings.max_rest});
  const Frames frames = play(soloist, sent.size());
  for (std::size_t k = 0; k < sent.size(); ++k) {
    ASSERT_EQ(frames.at[k], sent[k].due) << k;
    ASSERT_EQ(frames.controls[k], sent[k].controls) << k;
  }
}

INSTANTIATE_TEST_SUITE_P(Settings, SoloistLikeTheStage,
                         testing::Values(PerformerSettings{},
                                         PerformerSettings{.temperatures = {.sigma = 1, .pi = 2},
                                                           .timescale = 0.5,
                                                           .seed = 7},
                                         PerformerSettings{.max_rest = Seconds{0.05}, .seed = 1}));

TEST(Soloist, BoundsRestsAndStretchesWhatIsPlayed) {
  const auto model = test::constant_model(8, {0.25});
  Soloist soloist(*model, {.temperatures = {.sigma = 0}, .timescale = 2, .max_rest = Seconds{3}});
  const Frames frames = play(soloist, 3);
  EXPECT_THAT(frames.at, ElementsAre(TimePoint{6s}, TimePoint{12s}, TimePoint{18s}));
  EXPECT_THAT(frames.controls[0], ElementsAre(testing::DoubleNear(0.25, 1e-6)));
}

TEST(Soloist, IsNoFloodWhateverTheTimeScale) {
  const auto model = test::constant_model(0, {0.5});
  Soloist soloist(*model, {.temperatures = {.sigma = 0}, .timescale = 1e-6});
  EXPECT_THAT(play(soloist, 2).at, ElementsAre(TimePoint{100us}, TimePoint{200us}));
}

TEST(Soloist, GoesOnFromWhatItHasHeard) {
  const auto model =
      test::random_model({.dimension = 3, .layers = 1, .units = 16, .mixtures = 5}, 5);
  const std::vector<double> phrase{0.1, 0.9};
  const auto after = [&](std::size_t times) {
    Soloist soloist(*model, {});
    for (std::size_t k = 0; k < times; ++k)
      soloist.hear({0.2, phrase});
    return play(soloist, 1).controls[0];
  };
  // The same step, taken by hand.
  Mdrnn::State state(*model);
  for (int k = 0; k < 2; ++k)
    advance(*model, state, {0.2, phrase});
  Uniforms uniforms(0, 0, 0);
  Frame expected;
  sample(state.mixture(), {}, uniforms, expected);
  EXPECT_THAT(after(2), testing::ElementsAreArray(expected.controls()));
  EXPECT_NE(after(1), after(2));
}

}  // namespace
}  // namespace imps
