#include <limits>

#include <gtest/gtest.h>

#include <imps/time.h>

namespace imps {
namespace {

TEST(ToDuration, RoundsToTheNearestMicrosecond) {
  EXPECT_EQ(to_duration(Seconds{0.0000014}).count(), 1);
  EXPECT_EQ(to_duration(Seconds{0.0000016}).count(), 2);
  EXPECT_EQ(to_duration(Seconds{-1.5}).count(), -1'500'000);
}

TEST(ToDuration, SaturatesSoThatSumsWithATimePointStayInRange) {
  const auto far = to_duration(Seconds{std::numeric_limits<double>::infinity()});
  EXPECT_GT((TimePoint{} + far).time_since_epoch().count(), 0);
  EXPECT_GT((TimePoint{far} + far).time_since_epoch().count(), 0);
  EXPECT_EQ(to_duration(Seconds{std::numeric_limits<double>::quiet_NaN()}).count(), 0);
}

}  // namespace
}  // namespace imps
