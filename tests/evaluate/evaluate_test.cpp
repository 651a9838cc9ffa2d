// Whole evaluations, of ordinary data and of the edges.
#include "evaluate/evaluate.h"

#include <cmath>

#include <gmock/gmock.h>

#include "tests/evaluate/takes.h"
#include "tests/support/models.h"

namespace imps::evaluate {
namespace {

using test::make_dataset;
using test::random_model;
using ::testing::AllOf;
using ::testing::HasSubstr;

Dataset takes_of(const std::vector<std::uint64_t>& rows) {
  return make_dataset(3, rows, [](std::size_t take, std::uint64_t row, int d) {
    Uniforms uniforms(take, static_cast<std::uint32_t>(d), row);
    if (d == 0) return 0.01 + 0.02 * uniforms.next();
    return d == 1 ? std::floor(128 * uniforms.next()) / 127 * (127.0 / 128) : 0.5;
  });
}

const Sizes kSizes{.dimension = 3, .layers = 1, .units = 8, .mixtures = 3};

TEST(Evaluate, NamesBothDimensionsWhenTheyDiffer) {
  const auto ground = prepare(takes_of({30}), Part::all);
  ASSERT_TRUE(ground.has_value());
  Sizes four = kSizes;
  four.dimension = 4;
  const auto found = evaluate(*random_model(four, 1), *ground, {});
  ASSERT_FALSE(found.has_value());
  EXPECT_THAT(found.error().message,
              AllOf(HasSubstr("dimension is 4 (dt and 3 controls)"), HasSubstr("is 3 (dt and 2)")));
}

TEST(Evaluate, RefusesAPartWithNothingToPredict) {
  const auto nothing = prepare(takes_of({1, 1, 1}), Part::all);
  ASSERT_FALSE(nothing.has_value());
  EXPECT_THAT(nothing.error().message, HasSubstr("the all part has no row to predict"));
  const auto training = prepare(takes_of({2}), Part::training);
  ASSERT_FALSE(training.has_value());
  EXPECT_THAT(training.error().message, HasSubstr("--split all"));
}

TEST(Evaluate, GivesFiniteFiguresForTheSmallestOfData) {
  for (const auto& rows : std::vector<std::vector<std::uint64_t>>{
           {2}, {2, 2}, {1, 3}, {50}, {51}, {52}, {40, 40, 40}, {500}}) {
    for (const Part part : {Part::all, Part::validation}) {
      SCOPED_TRACE(::testing::PrintToString(rows) + " " + std::string(words(part)));
      const auto ground = prepare(takes_of(rows), part);
      ASSERT_TRUE(ground.has_value()) << ground.error().message;
      const auto found = evaluate(*random_model(kSizes, 1), *ground,
                                  {.like_impsy = true, .alone = {.frames = 20}, .threads = 1});
      ASSERT_TRUE(found.has_value());
      EXPECT_EQ(found->score.frames, count_frames(ground->stretches));
      EXPECT_TRUE(std::isfinite(found->score.bits));
      EXPECT_TRUE(std::isfinite(found->score.nll));
      EXPECT_TRUE(std::isfinite(found->score.hold_bits));
      EXPECT_TRUE(std::isfinite(found->score.marginal_bits));
      EXPECT_TRUE(std::isfinite(found->impsy->training.nll));
      EXPECT_TRUE(std::isfinite(found->impsy->validation.nll));
      EXPECT_EQ(found->alone.frames, 20U);
    }
  }
}

TEST(Evaluate, HoldingTheLastValueIsHardToBeatForAControlThatNeverMoves) {
  const auto ground = prepare(takes_of({2000}), Part::validation);
  ASSERT_TRUE(ground.has_value());
  const auto found = evaluate(*random_model(kSizes, 1), *ground, {.alone = {.frames = 20}});
  ASSERT_TRUE(found.has_value());
  // 1,755 or so rows of training that never moved, of which 128 or 1025 changes have one more.
  EXPECT_LT(found->score.dimensions[2].hold_bits, 1);
  // One that takes every value alike costs about seven bits, whatever is said.
  EXPECT_NEAR(found->score.dimensions[1].marginal_bits, 7, 0.2);
  EXPECT_GT(found->score.dimensions[1].bits, 6.9);
}

}  // namespace
}  // namespace imps::evaluate
