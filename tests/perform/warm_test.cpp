// A network that begins with what another one has heard.
#include <gmock/gmock.h>

#include "tests/support/models.h"
#include "tests/support/stage.h"

namespace imps {
namespace {

using namespace std::chrono_literals;
using test::Stage;
using testing::IsEmpty;
using testing::SizeIs;

const Sizes kSizes{.dimension = 3, .layers = 2, .units = 8, .mixtures = 2};

Frame frame(double dt, const std::vector<double>& controls) {
  return Frame(FrameView{dt, controls});
}

TEST(Warm, ANetworkAnswersAsIfItHadHeardAllOfItItself) {
  const auto model = test::random_model(kSizes, 7);
  const PerformerSettings settings{.threshold = 50ms, .max_rest = 100ms, .seed = 5};
  Stage heard_it(model, settings);
  heard_it.advance(100ms);
  heard_it.play({0.1, 0.9});
  heard_it.advance(20ms);
  heard_it.play({0.2, 0.8});
  heard_it.advance(20ms);
  heard_it.play({0.3, 0.7});
  heard_it.advance(1s);

  const std::vector<Frame> warm{frame(0.1, {0.1, 0.9}), frame(0.02, {0.2, 0.8})};
  Stage was_told(model, settings, warm);
  was_told.advance(20ms);
  was_told.play({0.3, 0.7});
  was_told.advance(1s);

  Stage knows_nothing(model, settings);
  knows_nothing.advance(20ms);
  knows_nothing.play({0.3, 0.7});
  knows_nothing.advance(1s);

  ASSERT_THAT(was_told.predictions(), SizeIs(heard_it.predictions().size()));
  ASSERT_GT(was_told.predictions().size(), 5U);
  for (std::size_t k = 0; k < was_told.predictions().size(); ++k) {
    ASSERT_EQ(was_told.predictions()[k].controls, heard_it.predictions()[k].controls) << k;
    ASSERT_EQ(was_told.predictions()[k].at + 120ms, heard_it.predictions()[k].at) << k;
  }
  EXPECT_NE(knows_nothing.predictions()[0].controls, was_told.predictions()[0].controls);
}

TEST(Warm, InCallResponseNothingSoundsBeforeThePerformerHasPlayed) {
  const std::vector<Frame> warm{frame(0.1, {0.1, 0.9})};
  Stage stage(test::random_model(kSizes, 7), {.threshold = 50ms}, warm);
  stage.advance(1h);
  EXPECT_THAT(stage.sent, IsEmpty());
}

TEST(Warm, ABattleThatStartsAtOnceGoesOnFromIt) {
  const auto model = test::random_model(kSizes, 7);
  const PerformerSettings settings{.mode = Mode::battle, .start_now = true, .seed = 5};
  const std::vector<Frame> warm{frame(0.1, {0.1, 0.9}), frame(0.02, {0.2, 0.8})};
  Stage warmed(model, settings, warm);
  Stage cold(model, settings);
  warmed.advance(5s);
  cold.advance(5s);
  // What follows from the same frames in a network by itself.
  Mdrnn::State state(*model);
  for (const Frame& one : warm)
    advance(*model, state, one);
  Uniforms uniforms(5, 0, 0);
  Frame first;
  sample(state.mixture(), settings.temperatures, uniforms, first);
  ASSERT_THAT(warmed.predictions(), testing::Not(IsEmpty()));
  EXPECT_THAT(warmed.predictions()[0].controls, testing::ElementsAreArray(first.controls()));
  EXPECT_NE(cold.predictions()[0].controls, warmed.predictions()[0].controls);
}

}  // namespace
}  // namespace imps
