#include "session/hand.h"

#include <vector>

#include <gmock/gmock.h>

namespace imps {
namespace {

using testing::ElementsAre;

TEST(Hand, KeepsControlsThatWereNotMovedWhereTheyStand) {
  Hand hand;
  hand.expect(3);
  EXPECT_THAT(hand.controls(), ElementsAre(0.5, 0.5, 0.5)) << "untouched";
  const std::vector<ControlUpdate> two{{0, 0.25}, {2, 1.0}};
  EXPECT_EQ(hand.take(two), ControlSet(0b101));
  EXPECT_THAT(hand.controls(), ElementsAre(0.25, 0.5, 1.0));
  const std::vector<ControlUpdate> beyond{{3, 0.1}, {127, 0.1}};
  EXPECT_TRUE(hand.take(beyond).none());
  hand.expect(3);
  EXPECT_THAT(hand.controls(), ElementsAre(0.25, 0.5, 1.0)) << "known already";
}

TEST(Hand, TouchesWhatAWholeFrameMoves) {
  Hand hand;
  EXPECT_EQ(hand.take(std::vector{0.5, 0.25}), ControlSet(0b11)) << "the first";
  EXPECT_EQ(hand.take(std::vector{0.5, 0.75}), ControlSet(0b10));
  EXPECT_TRUE(hand.take(std::vector{0.5, 0.75}).none());
  const std::vector<ControlUpdate> again{{0, 0.5}};
  EXPECT_EQ(hand.take(again), ControlSet(0b01)) << "a key is struck again";

  Hand expecting;
  expecting.expect(3);
  EXPECT_EQ(expecting.take(std::vector<ControlUpdate>{{0, 0.5}}), ControlSet(0b001));
  EXPECT_EQ(expecting.take(std::vector{0.5, 0.5, 0.25}), ControlSet(0b110))
      << "where it stands in the middle is told, too";
}

}  // namespace
}  // namespace imps
