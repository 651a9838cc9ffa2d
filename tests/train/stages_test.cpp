#include "train/stages.h"

#include <gtest/gtest.h>

namespace imps::train {
namespace {

std::vector<int> units_of(const Sizes& sizes, std::uint64_t rows) {
  const auto stages = stages_of(
      sizes, [&](const Sizes& of) -> Result<Recipe> { return default_recipe(of, rows); }, false);
  std::vector<int> units;
  for (const Stage& stage : *stages)
    units.push_back(stage.sizes.units);
  return units;
}

TEST(Stages, BeginSmallWhereThereAreFewRows) {
  EXPECT_EQ(units_of({4, 2, 32, 5}, 12'000), (std::vector{32}));
  EXPECT_EQ(units_of({4, 2, 64, 5}, 12'000), (std::vector{32, 64}));
  EXPECT_EQ(units_of({4, 2, 128, 5}, 12'000), (std::vector{32, 64, 128}));
  EXPECT_EQ(units_of({4, 2, 100, 5}, 12'000), (std::vector{50, 100}));
  EXPECT_EQ(units_of({4, 2, 16, 5}, 10), (std::vector{16}));
}

TEST(Stages, AreOneWhereThereAreManyRows) {
  EXPECT_EQ(units_of({4, 2, 64, 5}, 100'000), (std::vector{64}));
  EXPECT_EQ(units_of({4, 2, 128, 5}, 100'000), (std::vector{128}));
  // Enough for 256 units, not for 512.
  EXPECT_EQ(units_of({4, 3, 512, 5}, 100'000), (std::vector{256, 512}));
}

TEST(Stages, ShareTheEpochsThatWereAskedFor) {
  for (const std::uint64_t epochs : {1U, 2U, 3U, 10U}) {
    const auto stages = stages_of(
        {4, 2, 128, 5},
        [&](const Sizes&) -> Result<Recipe> {
          return Recipe{.grows = 1, .epochs = epochs, .least_batches = 0};
        },
        true);
    std::uint64_t sum = 0;
    for (const Stage& stage : *stages)
      sum += stage.recipe.epochs;
    EXPECT_EQ(sum, epochs);
    EXPECT_EQ(stages->back().sizes.units, 128);
  }
}

}  // namespace
}  // namespace imps::train
