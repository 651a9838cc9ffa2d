// The steps of controllers are found in what they sent.
#include "dataset/resolution.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace imps {
namespace {

/// One control, one take.
Dataset sent(const std::vector<float>& values) {
  std::vector<float> rows;
  for (const float value : values)
    rows.insert(rows.end(), {0.0123F, value});
  return Dataset::from_values(2, rows, {{"take", 0, values.size()}});
}

int steps_in(const std::vector<float>& values) {
  ResolutionFinder finder;
  for (const float value : values)
    finder.see(value);
  return finder.steps();
}

std::vector<float> every(int last, float steps) {
  std::vector<float> values;
  for (int k = 0; k <= last; ++k)
    values.push_back(static_cast<float>(k) / steps);
  return values;
}

TEST(Resolution, IsThatOfAMidiControllerHoweverItWasDivided) {
  EXPECT_EQ(steps_in(every(127, 127)), 127);
  EXPECT_EQ(steps_in(every(127, 128)), 128);
  EXPECT_EQ(steps_in(every(128, 128)), 128);
}

TEST(Resolution, SeesThroughFourDecimals) {
  for (const float steps : {127.0F, 128.0F}) {
    std::vector<float> values = every(127, steps);
    for (float& value : values)
      value = std::round(value * 1e4F) / 1e4F;
    EXPECT_EQ(steps_in(values), static_cast<int>(steps));
  }
}

TEST(Resolution, OfAnythingElseIsContinuous) {
  EXPECT_EQ(steps_in(every(1023, 1023)), 0);
  EXPECT_EQ(steps_in({0, 1, 0.5F, 0.3F}), 0);
}

TEST(Resolution, OfAControlThatNeverMovesIsThatOfItsValue) {
  EXPECT_EQ(steps_in({0, 0, 0}), 127);
  EXPECT_EQ(steps_in({0.5F}), 128);
  EXPECT_EQ(steps_in({0.123456F}), 0);
}

TEST(Resolutions, AreFoundForEachControlByItself) {
  std::vector<float> values;
  for (int row = 0; row < 5000; ++row) {
    values.push_back(0.01F);
    values.push_back(static_cast<float>(row % 128) / 127);
    values.push_back(static_cast<float>(row % 128) / 128);
    values.push_back(static_cast<float>(row % 300) * 0.0031F);
  }
  const Dataset dataset = Dataset::from_values(4, values, {{"a", 0, 5000}});
  const RowRange all{&dataset, 0, dataset.rows()};
  const auto found = find_resolutions({&all, 1}, 4);
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 3U);
  EXPECT_EQ((*found)[0].steps, 127);
  EXPECT_EQ((*found)[1].steps, 128);
  EXPECT_EQ((*found)[2].steps, 0);
  EXPECT_EQ((*found)[0].greatest, 1);
  EXPECT_EQ((*found)[1].greatest, 127.0F / 128);
  EXPECT_EQ((*found)[0].moves, 4999U);
}

TEST(Resolutions, AreJudgedByNoMoreRowsThanAskedAndByNoOthers) {
  const Dataset one = sent({0.3F, 0.5F, 0.25F, 0.75F});
  const Dataset other = sent({0.125F, 0.3F});
  const std::vector<RowRange> ranges{{&one, 1, 2}, {&other, 0, 2}};
  const auto steps = [&](std::uint64_t most_rows) {
    return find_resolutions(ranges, 2, most_rows)->front().steps;
  };
  EXPECT_EQ(steps(2), 128);
  EXPECT_EQ(steps(3), 128);
  EXPECT_EQ(steps(4), 0);
}

}  // namespace
}  // namespace imps
