// Where takes are cut into what is learnt from and what is held out.
#include "dataset/cut.h"

#include <vector>

#include <gtest/gtest.h>

namespace imps {
namespace {

constexpr std::uint64_t kImpsyRows = 51;

using Takes = std::vector<std::uint64_t>;

Cut cut_of(const Takes& takes, std::uint64_t window_rows = kImpsyRows) {
  return find_cut(takes, window_rows);
}

TEST(Windows, AreCountedInEachTakeAndSplitAsKerasDoes) {
  // 100 + 50 windows; floor(0.9 · 150) = 135.
  EXPECT_EQ(count_windows(Takes{150, 100}, kImpsyRows), (WindowCounts{135, 15}));
  // One more makes floor(135.9).
  EXPECT_EQ(count_windows(Takes{151, 100}, kImpsyRows), (WindowCounts{135, 16}));
  // What IMPSY says of the smaller of the recorded datasets.
  EXPECT_EQ(count_windows(Takes{3837, 922, 4406, 2909}, kImpsyRows), (WindowCounts{10'686, 1'188}));
}

TEST(Windows, TakesTooShortForOneHaveNone) {
  const WindowCounts counts = count_windows(Takes{50, 51, 1, 60}, kImpsyRows);
  EXPECT_EQ(counts.training + counts.validation, 10U) << "nor has one of just 51 rows, in IMPSY";
  EXPECT_EQ(count_windows({}, kImpsyRows), WindowCounts{});
}

TEST(Cut, IsAtTheFirstRowOfTheFirstValidationWindow) {
  // The 136th window begins at row 35 of the second take.
  EXPECT_EQ(cut_of({150, 100}), (Cut{1, 35, Cut::By::windows}));
}

TEST(Cut, FollowsTheLengthOfTheWindows) {
  // 1000 − 100 windows of 101 rows: the 811th begins at row 810.
  EXPECT_EQ(cut_of({1000}, 101), (Cut{0, 810, Cut::By::windows}));
}

TEST(Cut, IsBetweenTakesWhenWindowsAre) {
  // 90 and 10 windows, and a take too short for one between them: it is held out too.
  EXPECT_EQ(cut_of({140, 20, 60}), (Cut{1, 0, Cut::By::windows}));
  // Before the last training window, it is learnt from.
  EXPECT_EQ(cut_of({20, 140, 60}), (Cut{2, 0, Cut::By::windows}));
}

TEST(Cut, WithoutWindowsForBothPartsHoldsOutTheLastTenthOfTheRows) {
  EXPECT_EQ(cut_of({40, 40, 20}), (Cut{2, 10, Cut::By::rows}));
  EXPECT_EQ(cut_of({1000}, 2000), (Cut{0, 900, Cut::By::rows}));
  // One window alone is in the validation part, which leaves none to learn from.
  EXPECT_EQ(cut_of({51}), (Cut{0, 46, Cut::By::rows}));
}

TEST(Cut, LearnsFromMoreRowsThanItHoldsOut) {
  // Two windows: one of each kind, and one row to learn from.
  EXPECT_EQ(cut_of({52}), (Cut{0, 47, Cut::By::rows}));
  // 58 windows of 108 rows: floor(52.2) begin before the cut.
  EXPECT_EQ(cut_of({108}), (Cut{0, 98, Cut::By::rows}));
  EXPECT_EQ(cut_of({120}), (Cut{0, 63, Cut::By::windows}));
}

TEST(Cut, HoldsOutTwoRowsAtLeast) {
  EXPECT_EQ(cut_of({10}), (Cut{0, 8, Cut::By::rows}));
  EXPECT_EQ(cut_of({2}), (Cut{0, 0, Cut::By::rows}));
  EXPECT_EQ(cut_of({1}), (Cut{0, 0, Cut::By::rows}));
  EXPECT_EQ(cut_of({5, 1, 1}), (Cut{1, 0, Cut::By::rows}));
}

}  // namespace
}  // namespace imps
