// The steps of controllers are found in what they sent.
#include "evaluate/grid.h"

#include <cmath>

#include <gmock/gmock.h>

#include "evaluate/cells.h"
#include "tests/evaluate/takes.h"

namespace imps::evaluate {
namespace {

using test::make_dataset;

std::vector<Grid> grids_of(const Dataset& dataset) {
  auto grids = find_grids(dataset);
  EXPECT_TRUE(grids.has_value());
  return *grids;
}

TEST(Grids, AreFoundForEachDimensionByItself) {
  const auto grids = grids_of(make_dataset(6, {300}, [](std::size_t, std::uint64_t row, int d) {
    const auto k = static_cast<double>(row);
    switch (d) {
      case 0:
        return 0.0123 * k;
      case 1:
        return std::fmod(k, 128) / 127;
      case 2:
        return std::fmod(k, 128) / 128;
      case 3:
        return std::round(1e4 * std::fmod(k, 128) / 127) / 1e4;  // as written with four decimals
      case 4:
        return std::fmod(0.618 * k, 1.0);
      default:
        return std::fmod(k, 129) / 128;
    }
  }));
  ASSERT_EQ(grids.size(), 6U);
  EXPECT_EQ(grids[0], (Grid{GridKind::milliseconds, 1000, Grid::kNoLast}));
  EXPECT_EQ(grids[1], (Grid{GridKind::seven_bit, 127, 127}));
  EXPECT_EQ(grids[2], (Grid{GridKind::seven_bit, 128, 127}));
  EXPECT_EQ(grids[3], (Grid{GridKind::seven_bit, 127, 127}));
  EXPECT_EQ(grids[4], (Grid{GridKind::ten_bit, 1024, 1024}));
  EXPECT_EQ(grids[5], (Grid{GridKind::seven_bit, 128, 128}));
}

TEST(Grids, OfAControlThatNeverMovesIsThatOfItsValue) {
  const auto still = [](double value) {
    return grids_of(make_dataset(
        2, {5}, [value](std::size_t, std::uint64_t, int d) { return d == 0 ? 0.1 : value; }))[1];
  };
  EXPECT_EQ(still(0).kind, GridKind::seven_bit);
  EXPECT_EQ(still(0.123456).kind, GridKind::ten_bit);
}

TEST(Bins, AreAsWideAsAStepAndReachToInfinityAtTheEnds) {
  const Grid grid{GridKind::seven_bit, 127, 127};
  EXPECT_EQ(grid.bin(64.0 / 127), 64);
  EXPECT_DOUBLE_EQ(grid.interval(64).lower, 63.5 / 127);
  EXPECT_DOUBLE_EQ(grid.interval(64).upper, 64.5 / 127);
  EXPECT_EQ(grid.interval(0).lower, -HUGE_VAL);
  EXPECT_DOUBLE_EQ(grid.interval(0).upper, 0.5 / 127);
  EXPECT_EQ(grid.interval(127).upper, HUGE_VAL);
  EXPECT_EQ(grid.bin(-3), 0);
  EXPECT_EQ(grid.bin(3), 127);
}

TEST(Bins, OfDtAreMillisecondsWithoutEnd) {
  const Grid grid{GridKind::milliseconds, 1000, Grid::kNoLast};
  EXPECT_EQ(grid.bin(0), 0);
  EXPECT_EQ(grid.bin(0.0174), 17);
  EXPECT_EQ(grid.bin(764.696), 764'696);
  EXPECT_TRUE(std::isfinite(grid.interval(764'696).upper));
}

TEST(Cells, OfDtFollowEachOtherWithoutAHole) {
  const Cells cells({GridKind::milliseconds, 1000, Grid::kNoLast});
  std::size_t last = 0;
  std::vector<double> parts(cells.count());
  constexpr std::int64_t kOpen = std::int64_t{1} << 20;
  for (std::int64_t bin = 0; bin < kOpen; ++bin) {
    const std::size_t cell = cells.of(bin);
    ASSERT_TRUE(cell == last || cell == last + 1) << bin;
    ASSERT_LT(cell, cells.count() - 1);
    parts[cell] += std::exp2(-cells.bits_within(bin));
    last = cell;
  }
  EXPECT_EQ(last, cells.count() - 2);
  parts.pop_back();
  EXPECT_THAT(parts, ::testing::Each(::testing::DoubleNear(1, 1e-9)));
  EXPECT_EQ(cells.of(kOpen), cells.count() - 1);
  EXPECT_EQ(cells.of(Grid::kNoLast), cells.count() - 1);
}

TEST(Cells, TheOpenOneGivesItsBinsOneTogether) {
  const Cells cells({GridKind::milliseconds, 1000, Grid::kNoLast});
  // The sum of K / (k · (k + 1)) from K to 4·K − 1 is 1 − 1/4.
  constexpr std::int64_t kOpen = std::int64_t{1} << 20;
  double sum = 0;
  for (std::int64_t bin = kOpen; bin < 4 * kOpen; ++bin)
    sum += std::exp2(-cells.bits_within(bin));
  EXPECT_NEAR(sum, 0.75, 1e-6);
}

}  // namespace
}  // namespace imps::evaluate
