// Differences between models, and how sure they are.
#include "evaluate/compare.h"

#include <cmath>

#include <gmock/gmock.h>

#include <imps/random.h>

namespace imps::evaluate {
namespace {

TEST(MeanOfBlocks, IsWhatABookWorksOut) {
  // Three equal blocks: an ordinary t interval of 1, 2 and 3, with 2 degrees of freedom:
  // 2 ± 4.302652729911275 · 1 / √3.
  const Difference difference =
      mean_of_blocks(std::vector{10.0, 20.0, 30.0}, std::vector{10.0, 10.0, 10.0});
  EXPECT_DOUBLE_EQ(difference.mean, 2);
  EXPECT_NEAR(difference.lower, 2 - 4.302652729911275 / std::sqrt(3.0), 1e-9);
  EXPECT_NEAR(difference.upper, 2 + 4.302652729911275 / std::sqrt(3.0), 1e-9);
  EXPECT_FALSE(difference.is_certain());
}

TEST(MeanOfBlocks, WeighsBlocksByTheirFrames) {
  EXPECT_DOUBLE_EQ(mean_of_blocks(std::vector{100.0, 1.0}, std::vector{100.0, 10.0}).mean,
                   101.0 / 110);
}

TEST(MeanOfBlocks, OfOneBlockIsNotSureOfAnything) {
  const Difference difference = mean_of_blocks(std::vector{10.0}, std::vector{10.0});
  EXPECT_EQ(difference.mean, 1);
  EXPECT_EQ(difference.lower, -HUGE_VAL);
  EXPECT_EQ(difference.upper, HUGE_VAL);
  EXPECT_FALSE(difference.is_certain());
}

TEST(MeanOfBlocks, HoldsTheTruthNineteenTimesInTwenty) {
  // 2,000 recordings of 12 blocks around 0.5: the deviation of the share is 0.005.
  constexpr int kRecordings = 2000;
  const std::vector<double> frames{100, 100, 100, 40, 100, 100, 100, 100, 70, 100, 100, 100};
  int held = 0;
  for (int k = 0; k < kRecordings; ++k) {
    std::vector<double> sums;
    Uniforms uniforms(3, 0, static_cast<std::uint64_t>(k));
    for (const double n : frames)
      sums.push_back(0.5 * n + 3 * std::sqrt(n) * normal_quantile(uniforms.next()));
    const Difference difference = mean_of_blocks(sums, frames);
    if (difference.lower <= 0.5 && difference.upper >= 0.5) ++held;
  }
  EXPECT_NEAR(static_cast<double>(held) / kRecordings, 0.95, 0.02);
}

Score with_blocks(const std::vector<double>& bits) {
  Score score;
  score.dimensions.resize(1);
  for (const double one : bits) {
    score.blocks.push_back({100, 2 * one, one, {3 * one}});
    score.frames += 100;
  }
  return score;
}

TEST(Compare, SubtractsBlockByBlock) {
  // Takes differ much, the models little: pairs see it.
  const Score first = with_blocks({100, 900, 400, 1500});
  const Score other = with_blocks({90, 891, 389, 1490});
  const Comparison comparison = compare(first, other);
  EXPECT_DOUBLE_EQ(comparison.bits.mean, -0.1);
  EXPECT_TRUE(comparison.bits.is_certain());
  EXPECT_DOUBLE_EQ(comparison.nll.mean, -0.2);
  ASSERT_EQ(comparison.dimensions.size(), 1U);
  EXPECT_NEAR(comparison.dimensions[0].mean, -0.3, 1e-12);
}

TEST(Compare, OfAModelWithItselfFindsNothing) {
  const Score score = with_blocks({100, 900, 400});
  const Comparison comparison = compare(score, score);
  EXPECT_EQ(comparison.bits.mean, 0);
  EXPECT_FALSE(comparison.bits.is_certain());
}

}  // namespace
}  // namespace imps::evaluate
