#include "train/lessons.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "tests/train/lesson.h"

namespace imps::train {
namespace {

struct Desk {
  Dataset dataset =
      Dataset::from_values(2, {1, 0.5F, 2, 0.25F, 90, 0.75F, 4, 1, 5, 0}, {{"a", 0, 5}});
  Layout layout{Sizes{.dimension = 2, .layers = 1, .units = 3, .mixtures = 1}};
  Recipe recipe;
  bool moves = true;
  Movement::Room room;
  Lesson<float> lesson{layout, {.rows = 2, .steps = 4}};

  double fill(const std::vector<Window>& windows, bool training) {
    const Lessons lessons(layout, recipe,
                          {.steps = {1.0F / 128}, .moves = {moves}, .rooms = {room}}, 9);
    const std::uint64_t draw = 4;
    const auto weight = lessons.fill(windows, training ? &draw : nullptr, lesson);
    EXPECT_TRUE(weight);
    return *weight;
  }
};

TEST(Lessons, AreTimesTenStepByStepAndShiftedByOne) {
  Desk desk;
  EXPECT_EQ(desk.fill({{&desk.dataset, 0, 2}, {&desk.dataset, 1, 1}}, false), 3);
  EXPECT_EQ(desk.lesson.extent.rows, 2U);
  EXPECT_EQ(desk.lesson.extent.steps, 2U);
  // inputs [T, b, D]: step 0 of both windows, then step 1; a missing one is 0.
  const std::vector<float> inputs(desk.lesson.inputs.begin(), desk.lesson.inputs.begin() + 8);
  EXPECT_EQ(inputs, (std::vector<float>{10, 5, 20, 2.5F, 20, 2.5F, 0, 0}));
  // targets [D, T·b]
  const std::vector<float> targets(desk.lesson.targets.begin(), desk.lesson.targets.begin() + 8);
  EXPECT_EQ(targets, (std::vector<float>{20, 900, 900, 0, 2.5F, 7.5F, 7.5F, 0}));
  const std::vector<float> weights(desk.lesson.weights.begin(), desk.lesson.weights.begin() + 4);
  EXPECT_EQ(weights, (std::vector<float>{1, 1, 1, 0}));
}

TEST(Lessons, TakeTheLogarithmOfLongRestsWhenLearningOnly) {
  Desk desk;
  desk.recipe = {.dither = 0, .mirror = 0, .shift = 0, .long_dt = 60};
  desk.fill({{&desk.dataset, 1, 1}}, true);
  EXPECT_NEAR(desk.lesson.targets[0], 600 * (1 + std::log(1.5)), 0.01);  // 90 s
  EXPECT_EQ(desk.lesson.inputs[0], 20);
  desk.fill({{&desk.dataset, 1, 1}}, false);
  EXPECT_EQ(desk.lesson.targets[0], 900);
}

TEST(Lessons, DitherWithinTheControlsOwnStep) {
  Desk desk;
  desk.recipe = {.dither = 1, .mirror = 0, .shift = 0, .long_dt = 0};
  desk.fill({{&desk.dataset, 0, 4}}, true);
  bool moved = false;
  const std::vector<float> plain{5, 2.5F, 7.5F, 10};
  for (std::size_t t = 0; t < 4; ++t) {
    const float x = desk.lesson.inputs[t * 2 + 1];
    EXPECT_NEAR(x, plain[t], 10 * 0.5 / 128 + 1e-5);
    moved = moved || x != plain[t];
    // What is heard is what was to be predicted one step before.
    if (t > 0) {
      EXPECT_EQ(x, desk.lesson.targets[4 + t - 1]);
    }
  }
  EXPECT_TRUE(moved);
  EXPECT_EQ(desk.lesson.inputs[0], 10) << "dt has no step";
}

TEST(Lessons, HoldDitherWhileTheControlIsHeld) {
  Desk desk;
  desk.dataset =
      Dataset::from_values(2, {1, 0.5F, 1, 0.5F, 1, 0.5F, 1, 0.25F, 1, 0.25F}, {{"a", 0, 5}});
  desk.recipe = {.dither = 1, .dither_anew = 0, .mirror = 0, .shift = 0, .long_dt = 0};
  desk.fill({{&desk.dataset, 0, 4}}, true);
  const auto& heard = desk.lesson.inputs;  // [T, D]
  EXPECT_NE(heard[1], 5);
  EXPECT_EQ(heard[1], heard[3]);
  EXPECT_EQ(heard[1], heard[5]);
  EXPECT_NEAR(heard[7], 2.5, 10 * 0.5 / 128 + 1e-5);
  EXPECT_NE(heard[7] - 2.5F, heard[1] - 5) << "another value lies elsewhere in its step";
  desk.recipe.dither_anew = 0.2;
  desk.fill({{&desk.dataset, 0, 4}}, true);
  EXPECT_NE(heard[1], heard[3]);
  EXPECT_NEAR(heard[1], heard[3], 10 * 0.2 / 128 + 1e-5);
}

TEST(Lessons, DitherEachTakeByItsOwnSteps) {
  Desk desk;
  desk.recipe = {.dither = 1, .mirror = 0, .shift = 0, .long_dt = 0};
  const Lessons lessons(desk.layout, desk.recipe,
                        {.steps = {0, 1.0F / 127}, .moves = {true}, .rooms = {{}}}, 9);
  const std::uint64_t draw = 4;
  const std::vector<Window> windows{{&desk.dataset, 0, 3, 0}, {&desk.dataset, 0, 3, 1}};
  ASSERT_TRUE(lessons.fill(windows, &draw, desk.lesson));
  EXPECT_EQ(desk.lesson.inputs[1], 5) << "the first take is continuous";
  EXPECT_NE(desk.lesson.inputs[3], 5);
}

TEST(Lessons, MoveControlsOnlyWhereThereIsRoom) {
  Desk desk;
  desk.recipe = {.dither = 0, .mirror = 1, .shift = 0.5, .long_dt = 0};
  // The window touches 0 and 1: it is turned over, and cannot move.
  desk.fill({{&desk.dataset, 0, 4}}, true);
  const std::vector<float> turned{5, 7.5F, 2.5F, 0};
  for (std::size_t t = 0; t < 4; ++t)
    EXPECT_NEAR(desk.lesson.inputs[t * 2 + 1], turned[t], 1e-5);
}

TEST(Lessons, LeaveAControlInTheCornerWhereItIsPlayed) {
  Desk desk;
  desk.dataset = Dataset::from_values(2, {1, 0.1F, 1, 0.2F, 1, 0.1F, 1, 0, 1, 0.2F}, {{"a", 0, 5}});
  desk.room = {0, 0.2F};
  desk.recipe = {.dither = 0, .mirror = 1, .shift = 0.5, .long_dt = 0};
  desk.fill({{&desk.dataset, 0, 4}}, true);
  const std::vector<float> turned{1, 0, 1, 2};  // about the middle of its room
  for (std::size_t t = 0; t < 4; ++t)
    EXPECT_NEAR(desk.lesson.inputs[t * 2 + 1], turned[t], 1e-5);
}

TEST(Lessons, LeaveAControlThatNeverMovesWhereItIs) {
  Desk desk;
  desk.recipe = {.dither = 0, .mirror = 1, .shift = 0.5, .long_dt = 0};
  desk.moves = false;
  desk.fill({{&desk.dataset, 1, 1}}, true);
  EXPECT_EQ(desk.lesson.inputs[1], 2.5F);
}

}  // namespace
}  // namespace imps::train
