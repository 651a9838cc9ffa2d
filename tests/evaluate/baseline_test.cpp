// What needs no model is still a distribution, and says what was counted.
#include "evaluate/baseline.h"

#include <cmath>

#include <gmock/gmock.h>

#include "tests/evaluate/grids.h"
#include "tests/evaluate/takes.h"

namespace imps::evaluate {
namespace {

using test::kDt;
using test::kSevenBit;

TEST(Baselines, GiveAllBinsOneTogetherWhateverCameBefore) {
  Baseline baseline(kSevenBit);
  for (std::int64_t k = 0; k < 50; ++k)
    baseline.count(k, (3 * k) % 128);
  baseline.finish();
  double marginal = 0;
  for (std::int64_t bin = 0; bin < 128; ++bin)
    marginal += std::exp2(-baseline.marginal_bits(bin));
  EXPECT_NEAR(marginal, 1, 1e-12);
  for (const std::int64_t previous : {0, 1, 64, 127}) {
    double hold = 0;
    for (std::int64_t bin = 0; bin < 128; ++bin)
      hold += std::exp2(-baseline.hold_bits(previous, bin));
    EXPECT_NEAR(hold, 1, 1e-12) << previous;
  }
}

TEST(Baselines, OfDtGiveAllMillisecondsOneTogether) {
  Baseline baseline(kDt);
  baseline.count(17, 18);
  baseline.count(18, 250);
  baseline.count(250, 2'000'000);
  baseline.finish();
  constexpr std::int64_t kEnd = std::int64_t{1} << 21;
  double marginal = 0;
  double hold = 0;
  for (std::int64_t bin = 0; bin < kEnd; ++bin) {
    marginal += std::exp2(-baseline.marginal_bits(bin));
    hold += std::exp2(-baseline.hold_bits(18, bin));
  }
  // Half of the open cell lies beyond kEnd: as much as lies between half of it and kEnd.
  for (std::int64_t bin = kEnd / 2; bin < kEnd; ++bin) {
    marginal += std::exp2(-baseline.marginal_bits(bin));
    hold += std::exp2(-baseline.hold_bits(18, bin));
  }
  EXPECT_NEAR(marginal, 1, 1e-6);
  EXPECT_NEAR(hold, 1, 1e-6);
}

TEST(Baselines, AddOneToEveryCount) {
  Baseline baseline(kSevenBit);
  baseline.count(10, 10);
  baseline.count(10, 10);
  baseline.count(10, 12);
  baseline.finish();
  // 3 counted, 128 added.
  EXPECT_DOUBLE_EQ(baseline.marginal_bits(10), std::log2(131.0 / 3));
  EXPECT_DOUBLE_EQ(baseline.marginal_bits(99), std::log2(131.0 / 1));
  // From 64, every value is in reach: 128 changes with one added, and the three that were counted.
  EXPECT_DOUBLE_EQ(baseline.hold_bits(64, 64), std::log2(131.0 / 3));
  EXPECT_DOUBLE_EQ(baseline.hold_bits(64, 66), std::log2(131.0 / 2));
  // From 127, the change by two is out of reach.
  EXPECT_DOUBLE_EQ(baseline.hold_bits(127, 127), std::log2(130.0 / 3));
}

TEST(Baselines, OfNothingCountedAreUniform) {
  EXPECT_DOUBLE_EQ(Baseline(kSevenBit).marginal_bits(5), 7);
  EXPECT_DOUBLE_EQ(Baseline(kSevenBit).hold_bits(3, 5), 7);
}

TEST(Baselines, DoNotReachFromOneTakeIntoTheNext) {
  // Within each take the control stands still; between them it leaps.
  const Dataset dataset =
      test::make_dataset(2, {40, 40}, [](std::size_t take, std::uint64_t, int column) {
        return column == 0 ? 0.01 : static_cast<double>(take * 100) / 127;
      });
  const std::vector<Grid> grids{kDt, kSevenBit};
  const auto baselines = fit_baselines(dataset, stretches(dataset, Part::all), grids);
  ASSERT_TRUE(baselines.has_value());
  // 78 transitions, none of which moves: 128 reachable changes with one added.
  EXPECT_DOUBLE_EQ((*baselines)[1].hold_bits(64, 64), std::log2(206.0 / 79));
  EXPECT_DOUBLE_EQ((*baselines)[1].marginal_bits(100), std::log2(206.0 / 40));
}

}  // namespace
}  // namespace imps::evaluate
