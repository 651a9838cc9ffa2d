#include "session/lateness.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include <imps/random.h>

namespace imps {
namespace {

TEST(Lateness, QuantilesAreThoseOfASortedListToABinsWidth) {
  // A bin is a twentieth of a decade wide.
  const double width = std::pow(10.0, 1.0 / 20);
  Uniforms uniforms(1, 0, 0);
  Lateness lateness;
  std::vector<double> list;
  for (int i = 0; i < 10'000; ++i) {
    // From a few microseconds to a second or so, as many in each decade.
    const Duration late{static_cast<Duration::rep>(std::pow(10.0, 0.5 + 5.5 * uniforms.next()))};
    lateness.add(late);
    list.push_back(static_cast<double>(late.count()));
  }
  std::sort(list.begin(), list.end());
  for (const double fraction : {0.01, 0.25, 0.5, 0.9, 0.99, 0.999, 1.0}) {
    const auto rank = static_cast<std::size_t>(std::ceil(fraction * 10'000)) - 1;
    const auto told = static_cast<double>(lateness.quantile(fraction).count());
    EXPECT_GE(told, list[rank] - 0.5) << fraction << ": never flattering";
    EXPECT_LE(told, list[rank] * width + 1) << fraction;
  }
  EXPECT_EQ(static_cast<double>(lateness.worst().count()), list.back());
  EXPECT_EQ(lateness.count(), 10'000U);
}

TEST(Lateness, OfNothingIsNothing) {
  const LatenessSummary told = summary(Lateness());
  EXPECT_EQ(told.count, 0U);
  EXPECT_EQ(told.median, Duration{0});
  EXPECT_EQ(told.worst, Duration{0});
}

TEST(Lateness, TakesEarlyForOnTime) {
  Lateness lateness;
  lateness.add(Duration{-50'000});
  EXPECT_EQ(lateness.quantile(1), Duration{0});
  lateness.add(Duration{200});
  EXPECT_LE(lateness.quantile(0.5), Duration{1});
  EXPECT_EQ(lateness.quantile(1), Duration{200}) << "never above the worst";
}

TEST(Lateness, BeyondItsAxisIsTheWorst) {
  Lateness lateness;
  for (int i = 0; i < 10; ++i)
    lateness.add(std::chrono::seconds(60 + i));
  EXPECT_EQ(lateness.quantile(0.5), std::chrono::seconds(69));
  EXPECT_EQ(lateness.worst(), std::chrono::seconds(69));
}

TEST(Lateness, CopiesAreTheirOwn) {
  Lateness lateness;
  lateness.add(Duration{100});
  Lateness copy = lateness;
  copy.add(Duration{1000});
  EXPECT_EQ(lateness.count(), 1U);
  EXPECT_EQ(copy.count(), 2U);
  lateness = copy;
  EXPECT_EQ(summary(lateness).worst, Duration{1000});
}

}  // namespace
}  // namespace imps
