// Playing, the performer's and a model's own, is measured alike.
#include "evaluate/alone.h"

#include <cmath>
#include <numeric>

#include <gmock/gmock.h>

#include "tests/evaluate/grids.h"
#include "tests/evaluate/takes.h"
#include "tests/support/models.h"

namespace imps::evaluate {
namespace {

using test::constant_model;
using test::random_model;

using test::kDt;
using test::kSevenBit;

Play play_of(const Dataset& dataset) {
  const auto grids = find_grids(dataset);
  auto play = measure_play(dataset, stretches(dataset, Part::all), *grids);
  EXPECT_TRUE(play.has_value());
  return *play;
}

TEST(Play, CountsPaceRestsRangeAndSteps) {
  const auto at = [](double k) { return k / 127; };
  const Play play = play_of(test::one_take({{9, at(0), at(10)},
                                            {0.1, at(4), at(10)},
                                            {0.3, at(4), at(10)},
                                            {2.0, at(0), at(20)},
                                            {0.2, at(127), at(10)}}));
  EXPECT_EQ(play.frames, 4U);
  EXPECT_NEAR(play.seconds, 2.6, 1e-6) << "the first row is nobody's answer";
  EXPECT_NEAR(play.frames_per_second, 3 / 0.6, 1e-5);
  EXPECT_DOUBLE_EQ(play.rests, 0.25);
  EXPECT_NEAR(play.middle_dt, 0.2, 1e-9);
  EXPECT_DOUBLE_EQ(play.controls[0].moved, 0.75);
  EXPECT_NEAR(play.controls[0].mean_step, at(4 + 4 + 127) / 3, 1e-9);
  EXPECT_DOUBLE_EQ(play.controls[0].low, 0);
  EXPECT_DOUBLE_EQ(play.controls[0].high, 1);
  EXPECT_DOUBLE_EQ(play.controls[0].steps[0], 0.25);
  EXPECT_DOUBLE_EQ(play.controls[0].steps[3], 0.5);
  EXPECT_DOUBLE_EQ(play.controls[0].steps[7], 0.25);
  EXPECT_DOUBLE_EQ(play.controls[1].moved, 0.5);
}

TEST(Play, SaysWhatMovesTogether) {
  // x_2 moves whenever x_1 does, x_3 whenever it does not, x_4 in every other of either, x_5 never.
  const Dataset dataset = test::make_dataset(6, {401}, [](std::size_t, std::uint64_t row, int d) {
    const auto half = static_cast<double>((row + 1) / 2 % 2);
    switch (d) {
      case 0:
        return 0.01;
      case 3:
        return static_cast<double>(row / 2 % 2);
      case 4:
        return static_cast<double>((row + 1) / 4 % 2 + (row + 2) / 4 % 2) / 2;
      case 5:
        return 0.25;
      default:
        return half;
    }
  });
  const Play play = play_of(dataset);
  const auto together = [&](std::size_t a, std::size_t b) {
    return play.together[(a - 1) * 5 + b - 1];
  };
  EXPECT_NEAR(together(1, 1), 1, 1e-12);
  EXPECT_NEAR(together(1, 2), 1, 1e-12);
  EXPECT_NEAR(together(1, 3), -1, 1e-12);
  EXPECT_NEAR(together(1, 4), 0, 0.02);
  EXPECT_EQ(together(2, 3), together(3, 2));
  EXPECT_TRUE(std::isnan(together(1, 5)));
}

TEST(Play, PartsOfHistogramsAddUpToOne) {
  const Play play = play_of(test::make_dataset(2, {500}, [](std::size_t, std::uint64_t row, int d) {
    Uniforms uniforms(1, static_cast<std::uint32_t>(d), row);
    return d == 0 ? std::pow(10, -6 + 9 * uniforms.next()) : uniforms.next();
  }));
  const auto sum = [](const auto& parts) {
    return std::accumulate(parts.begin(), parts.end(), 0.0);
  };
  EXPECT_NEAR(sum(play.dts), 1, 1e-12);
  EXPECT_NEAR(sum(play.controls[0].places), 1, 1e-12);
  EXPECT_NEAR(sum(play.controls[0].steps), 1, 1e-12);
}

TEST(Alone, AModelThatAlwaysSaysTheSamePlaysTheSame) {
  const std::vector<Grid> grids{kDt, kSevenBit};
  const std::vector<float> lead_in{0.5F, 0.1F};
  const auto model = constant_model(0.05, {60.0 / 127}, 1e-6);
  const Play play = play_alone(*model, lead_in, {.frames = 200}, grids);
  EXPECT_EQ(play.frames, 200U);
  EXPECT_NEAR(play.frames_per_second, 20, 0.01);
  EXPECT_EQ(play.rests, 0);
  EXPECT_DOUBLE_EQ(play.controls[0].middle, 60.0 / 127);
  EXPECT_NEAR(play.controls[0].moved, 1.0 / 200, 1e-12) << "from where the performer left it";
}

TEST(Alone, NoRestIsLongerThanOnStage) {
  const std::vector<Grid> grids{kDt, kSevenBit};
  const std::vector<float> lead_in{0.5F, 0.1F};
  const Play play = play_alone(*constant_model(60, {0.5}, 1e-6), lead_in, {.frames = 10}, grids);
  EXPECT_DOUBLE_EQ(play.seconds, 10 * kLongestRest);
  EXPECT_EQ(play.rests, 1);
  EXPECT_EQ(play.frames_per_second, 0) << "it never plays";
}

TEST(Alone, IsAsLivelyAsThePerformerAtSomeTemperature) {
  const std::vector<Grid> grids{kDt, kSevenBit};
  const std::vector<float> lead_in{0.5F, 0.5F};
  const auto model = constant_model(0.05, {0.5}, 0.01);  // a little more than a step
  const auto lively_at = [&](double moved) {
    Play performer;
    performer.controls.resize(1);
    performer.controls[0].moved = moved;
    return as_lively_at(*model, lead_in, {.frames = 500}, grids, performer);
  };
  EXPECT_EQ(lively_at(0), 0);
  EXPECT_EQ(lively_at(1), kTriedTemperatures.back());
  for (const double temperature : {0.1, 0.3, 0.7}) {
    const double moved = liveliness(play_alone(
        *model, lead_in, {.frames = 500, .temperatures = {.sigma = temperature}}, grids));
    EXPECT_EQ(lively_at(moved), temperature);
  }
}

TEST(Alone, TheSeedDecides) {
  const std::vector<Grid> grids{kDt, kSevenBit, kSevenBit};
  const std::vector<float> lead_in{0.02F, 0.5F, 0.5F};
  const auto model = random_model({.dimension = 3, .layers = 2, .units = 16, .mixtures = 5}, 1);
  const auto seconds = [&](std::uint64_t seed) {
    return play_alone(*model, lead_in, {.frames = 500, .seed = seed, .temperatures = {.sigma = 1}},
                      grids)
        .seconds;
  };
  EXPECT_EQ(seconds(1), seconds(1));
  EXPECT_NE(seconds(1), seconds(2));
}

}  // namespace
}  // namespace imps::evaluate
