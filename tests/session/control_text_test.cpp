#include "session/control_text.h"

#include <array>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace imps::test {
namespace {

TEST(ControlText, CountsFromOneAndJoinsNeighbours) {
  EXPECT_EQ(control_text({}), "");
  EXPECT_EQ(control_text(ControlSet(0b100111)), "1-3 6");
  EXPECT_EQ(control_text(~ControlSet(0b10010010010)), "all but 2 5 8 11");
  EXPECT_EQ(controls_of("1-3 6"), ControlSet(0b100111));
  EXPECT_EQ(controls_of("all but 4-5"), ~ControlSet(0b11000));
}

TEST(ControlText, LeavesOutWhatIsNone) {
  EXPECT_EQ(controls_of("0 129 -1 2- x 3-2 1e1 2  3"), ControlSet(0b110));
}

RC_GTEST_PROP(ControlText, ReadsBackAndFitsIntoAnEvent, ()) {
  ControlSet controls;
  const int run = *rc::gen::inRange(1, 5);
  for (std::size_t k = 0; k < controls.size();
       k += static_cast<std::size_t>(*rc::gen::inRange(1, 4)))
    for (std::size_t n = 0; n < static_cast<std::size_t>(run) && k < controls.size(); ++n)
      controls.set(k++);
  const std::string text = control_text(controls);
  RC_ASSERT(text.size() <= 255U);
  RC_ASSERT(controls_of(text) == controls);
}

TEST(ControlSet, OfNumbersCountsFromOne) {
  EXPECT_EQ(control_set(std::array{1.0, 3.0, 0.0, 500.0}), ControlSet(0b101));
}

}  // namespace
}  // namespace imps::test
