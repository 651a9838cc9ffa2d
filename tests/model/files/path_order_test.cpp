#include "model/files/path_order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace imps::files {
namespace {

using testing::ElementsAre;

TEST(PathOrder, CountsLayersAsPeopleDo) {
  EXPECT_TRUE(comes_before("layers/lstm/cell", "layers/lstm_1/cell"));
  EXPECT_TRUE(comes_before("layers/lstm_9/cell", "layers/lstm_10/cell"));
  EXPECT_FALSE(comes_before("layers/lstm_10/cell", "layers/lstm_9/cell"));
  EXPECT_TRUE(comes_before("lstm2", "lstm10"));
  EXPECT_TRUE(comes_before("a/2", "a/2/b"));
}

TEST(PathOrder, TakesNumbersOfAnyLengthAndLeadingZeros) {
  EXPECT_TRUE(comes_before("x99999999999999999999", "x100000000000000000000"));
  EXPECT_FALSE(comes_before("x007", "x7"));
  EXPECT_FALSE(comes_before("x7", "x007"));
}

TEST(PathOrder, PutsNothingBeforeItself) { EXPECT_FALSE(comes_before("a/b_1", "a/b_1")); }

TEST(PathParts, AreCutAtBothKindsOfSlash) {
  EXPECT_THAT(path_parts("/a\\b//c/"), ElementsAre("a", "b", "c"));
  EXPECT_TRUE(path_parts("").empty());
}

}  // namespace
}  // namespace imps::files
