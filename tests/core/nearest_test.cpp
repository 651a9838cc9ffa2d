#include "core/nearest.h"

#include <array>

#include <gtest/gtest.h>

namespace imps {
namespace {

constexpr std::array<std::string_view, 4> kWords{"predict", "replay", "run", "inspect"};

TEST(Nearest, FindsTheWordThatWasMeant) {
  EXPECT_EQ(nearest("repaly", kWords), "replay");
  EXPECT_EQ(nearest("Predct", kWords), "predict");
  EXPECT_EQ(nearest("rn", kWords), "run");
}

TEST(Nearest, KnowsTheFirstWordOfALongerName) {
  constexpr std::array<std::string_view, 3> kNames{"none", "note_on", "note_velocity"};
  EXPECT_EQ(nearest("note", kNames), "note_on");
  EXPECT_EQ(nearest("nome", kNames), "none");
  EXPECT_EQ(nearest("", kNames), "");
}

TEST(Nearest, SaysNothingWhenNoWordIsNear) {
  EXPECT_EQ(nearest("banana", kWords), "");
  EXPECT_EQ(nearest("", kWords), "");
  EXPECT_EQ(nearest(std::string(100'000, 'x'), kWords), "");
  EXPECT_EQ(did_you_mean("banana", kWords), "");
  EXPECT_EQ(did_you_mean("rnu", kWords), " (did you mean 'run'?)");
}

}  // namespace
}  // namespace imps
