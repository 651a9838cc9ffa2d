#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include <imps/random.h>

namespace imps {
namespace {

std::vector<double> draw(Uniforms uniforms, int n) {
  std::vector<double> numbers;
  for (int i = 0; i < n; ++i)
    numbers.push_back(uniforms.next());
  return numbers;
}

TEST(Uniforms, AreAFunctionOfSeedAgentAndPredictionOnly) {
  EXPECT_EQ(draw({7, 1, 42}, 20), draw({7, 1, 42}, 20));
  EXPECT_NE(draw({7, 1, 42}, 20), draw({8, 1, 42}, 20));
  EXPECT_NE(draw({7, 1, 42}, 20), draw({7, 2, 42}, 20));
  EXPECT_NE(draw({7, 1, 42}, 20), draw({7, 1, 43}, 20));
  EXPECT_NE(draw({7, 1, 42}, 20), draw({7 + (1ULL << 40), 1, 42}, 20));
  EXPECT_NE(draw({7, 1, 42}, 20), draw({7, 1, 42 + (1ULL << 40)}, 20));
}

// Known answers of Philox 4×32-10 for a zero counter and key, from the generator's own publication:
// 6627e8d5 e169c58d bc57ac4c 9b00dbd8.
TEST(Uniforms, FollowThePublishedKnownAnswers) {
  Uniforms zero(0, 0, 0);
  const auto first = (0x6627e8d5e169c58dULL >> 12);
  const auto second = (0xbc57ac4c9b00dbd8ULL >> 12);
  EXPECT_EQ(zero.next(), (static_cast<double>(first) + 0.5) * 0x1p-52);
  EXPECT_EQ(zero.next(), (static_cast<double>(second) + 0.5) * 0x1p-52);
}

TEST(Uniforms, AreUniformAndNeverReachTheEnds) {
  double sum = 0;
  double squares = 0;
  constexpr int kDraws = 200'000;
  for (int prediction = 0; prediction < kDraws / 10; ++prediction) {
    for (const double u : draw({1, 0, static_cast<std::uint64_t>(prediction)}, 10)) {
      ASSERT_GT(u, 0.0);
      ASSERT_LT(u, 1.0);
      sum += u;
      squares += u * u;
    }
  }
  const double mean = sum / kDraws;
  // Five standard errors of a uniform's mean and second moment.
  EXPECT_NEAR(mean, 0.5, 5 * std::sqrt(1.0 / 12 / kDraws));
  EXPECT_NEAR(squares / kDraws, 1.0 / 3, 5 * std::sqrt(4.0 / 45 / kDraws));
}

}  // namespace
}  // namespace imps
