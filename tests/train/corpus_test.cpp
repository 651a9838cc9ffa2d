#include "train/corpus.h"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "tests/train/lesson.h"

namespace imps::train {
namespace {

Dataset of_lengths(const std::vector<std::uint64_t>& lengths) {
  std::vector<Take> takes;
  std::uint64_t rows = 0;
  for (const std::uint64_t length : lengths) {
    takes.push_back({"take", rows, length});
    rows += length;
  }
  return Dataset::from_values(2, std::vector<float>(rows * 2, 0.5F), takes);
}

TEST(Windows, EndToEndHoldEveryTransitionOnceInEveryPass) {
  const Dataset dataset = of_lengths({173, 1, 2, 51, 50, 400});
  const auto takes = test::takes_of(dataset);
  std::set<std::uint64_t> firsts;
  for (std::uint64_t pass = 0; pass < 20; ++pass) {
    const auto windows = WindowList::end_to_end(takes, 50, 3, pass);
    std::map<std::uint64_t, int> seen;
    for (std::uint64_t k = 0; k < windows.count(); ++k) {
      const Window window = windows.at(k);
      EXPECT_GE(window.transitions, 1U);
      EXPECT_LE(window.transitions, 50U);
      ASSERT_LT(window.take, takes.size());
      EXPECT_GE(window.first, takes[window.take].first);
      EXPECT_LT(window.first, takes[window.take].first + takes[window.take].rows);
      for (std::uint64_t row = 0; row < window.transitions; ++row)
        ++seen[window.first + row];
    }
    std::size_t expected = 0;
    for (const Stretch& take : takes) {
      expected += take.rows - 1;
      for (std::uint64_t row = 0; row + 1 < take.rows; ++row)
        EXPECT_EQ(seen[take.first + row], 1);
    }
    EXPECT_EQ(seen.size(), expected);
    firsts.insert(windows.at(1).first);
  }
  EXPECT_GT(firsts.size(), 10U) << "the offsets do not change from pass to pass";
}

TEST(Windows, AtEveryRowAreThoseOfImpsy) {
  // IMPSY: for a take of n rows, n − 50 windows of 51 rows; shorter takes have none.
  const Dataset dataset = of_lengths({60, 50, 51});
  const auto windows = WindowList::every_row(test::takes_of(dataset), 50);
  ASSERT_EQ(windows.count(), 11U);
  EXPECT_EQ(windows.at(0).first, 0U);
  EXPECT_EQ(windows.at(9).first, 9U);
  EXPECT_EQ(windows.at(10).first, 110U);
  EXPECT_EQ(windows.at(10).transitions, 50U);
}

TEST(Windows, ThinnedAreSpreadOverAllTakes) {
  const Dataset dataset = of_lengths({60, 50, 70});
  const auto all = WindowList::every_row(test::takes_of(dataset), 50);
  ASSERT_EQ(all.count(), 30U);
  EXPECT_EQ(all.thinned(30 * 50).count(), 30U);
  const auto some = all.thinned(11 * 50);
  ASSERT_EQ(some.count(), 10U) << "every third";
  for (std::uint64_t k = 0; k < some.count(); ++k)
    EXPECT_EQ(some.at(k).first, all.at(3 * k).first);
}

TEST(Shuffle, IsAPermutationThatChangesWithPassAndSeed) {
  for (const std::uint64_t count : {1U, 2U, 3U, 17U, 1000U}) {
    const Shuffle shuffle(count, 1, 0);
    std::set<std::uint64_t> seen;
    for (std::uint64_t k = 0; k < count; ++k)
      seen.insert(shuffle[k]);
    EXPECT_EQ(seen.size(), count);
    EXPECT_EQ(*seen.rbegin(), count - 1);
  }
  std::size_t kept = 0;
  for (std::uint64_t k = 0; k < 1000; ++k)
    kept += Shuffle(1000, 1, 0)[k] == Shuffle(1000, 1, 1)[k] ||
                    Shuffle(1000, 1, 0)[k] == Shuffle(1000, 2, 0)[k]
                ? 1
                : 0;
  EXPECT_LT(kept, 20U);
}

TEST(Shuffle, LeavesNoOrder) {
  // Neighbours end up about a third of the list apart, as two random places do.
  const Shuffle shuffle(10'000, 5, 0);
  double distance = 0;
  for (std::uint64_t k = 0; k + 1 < 10'000; ++k)
    distance += std::abs(static_cast<double>(shuffle[k]) - static_cast<double>(shuffle[k + 1]));
  EXPECT_NEAR(distance / 9999, 10'000 / 3.0, 150);
}

TEST(Split, HoldsOutTheLastTenthOfTheWindowsAsKerasDoes) {
  // 150 + 250 windows: floor(400 · 0.9) = 360 are learnt from, the second take's first 210.
  const Dataset dataset = of_lengths({200, 300});
  const auto parts = split(test::takes_of(dataset), 50);
  ASSERT_TRUE(parts);
  ASSERT_EQ(parts->training.size(), 2U);
  ASSERT_EQ(parts->validation.size(), 1U);
  EXPECT_EQ(parts->validation[0].first, 200U + 210U);
  EXPECT_EQ(parts->validation[0].rows, 90U);
  // The row that the first validation window hears may be predicted in training; none after it.
  EXPECT_EQ(parts->training[1].first, 200U);
  EXPECT_EQ(parts->training[1].rows, 211U);
  EXPECT_EQ(windows_at_every_row(parts->validation, 50), 40U);
}

TEST(Split, KeepsShortTakesAmongWhatIsLearntFrom) {
  const Dataset dataset = of_lengths({20, 300, 30});
  const auto parts = split(test::takes_of(dataset), 50);
  ASSERT_TRUE(parts);
  EXPECT_EQ(parts->training.front().rows, 20U);
}

TEST(Split, JudgesByTakesThatHaveAWindow) {
  const Dataset dataset = of_lengths({100, 900, 20, 60});
  const auto parts = split(test::takes_of(dataset), 50);
  ASSERT_TRUE(parts);
  ASSERT_EQ(parts->validation.size(), 2U);
  EXPECT_EQ(parts->validation.back().rows, 60U);
}

TEST(Split, OfTakesThatAreAllShortIsByRows) {
  const Dataset dataset = of_lengths({40, 40, 20});
  const auto parts = split(test::takes_of(dataset), 50);
  ASSERT_TRUE(parts);
  std::uint64_t held_out = 0;
  for (const Stretch& take : parts->validation)
    held_out += take.rows;
  EXPECT_EQ(held_out, 10U);
}

TEST(Split, RefusesWhatNothingCanBeLearntFrom) {
  for (const auto& lengths : {std::vector<std::uint64_t>{1}, {2}, {1, 1, 1}, {3}}) {
    const Dataset dataset = of_lengths(lengths);
    const auto parts = split(test::takes_of(dataset), 50);
    ASSERT_FALSE(parts);
    EXPECT_NE(parts.error().message.find("too few rows"), std::string::npos);
  }
  const Dataset enough = of_lengths({4});
  EXPECT_TRUE(split(test::takes_of(enough), 50));
}

}  // namespace
}  // namespace imps::train
