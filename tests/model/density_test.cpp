// The density of a mixture, compared with numbers worked out elsewhere.
#include "model/density.h"

#include <cmath>
#include <vector>

#include <gmock/gmock.h>

namespace imps::test {
namespace {

/// A mixture that owns its numbers.
struct OwnMixture {
  std::vector<float> mus;
  std::vector<float> sigmas;
  std::vector<float> logits;
  [[nodiscard]] MixtureView view() const {
    return {static_cast<int>(mus.size() / logits.size()), static_cast<int>(logits.size()), mus,
            sigmas, logits};
  }
};

TEST(LogDensity, IsWhatFiftyDigitsSay) {
  // Worked out with mpmath 1.3 at 60 digits.
  const OwnMixture mixture{{1, -2, 3, 0.5}, {0.5, 2, 1.5, 0.25}, {0.25, -1}};
  EXPECT_NEAR(log_density(mixture.view(), std::vector{1.25, 0.75}), -2.6387909218939365, 1e-14);
}

TEST(LogDensity, OfOneStandardNormalHasItsConstant) {
  const OwnMixture mixture{{0, 0, 0}, {1, 1, 1}, {7}};
  EXPECT_NEAR(log_density(mixture.view(), std::vector{0.0, 0.0, 2.0}),
              -1.5 * std::log(2 * 3.14159265358979323846) - 2, 1e-14);
}

TEST(LogDensity, IntegratesToOne) {
  const OwnMixture mixture{{1, -2, 3, 0.5, 1, 1}, {0.5, 1, 1.5, 0.75, 1, 0.5}, {0.25, -1, 2}};
  constexpr double kStep = 0.05;
  double sum = 0;
  for (double a = -8; a < 14; a += kStep)
    for (double b = -10; b < 10; b += kStep)
      sum += std::exp(log_density(mixture.view(), std::vector{a, b}));
  // Sums over a grid much finer than the narrowest deviation are exact but for what lies outside.
  EXPECT_NEAR(sum * kStep * kStep, 1, 1e-9);
}

TEST(LogDensity, IsFiniteFarOutAndForTheNarrowest) {
  const OwnMixture mixture{{1e30F, -1e30F}, {1e-7F, 1e-7F}, {1e30F, -1e30F}};
  for (const double target : {-1e6, 0.0, 1e6})
    EXPECT_TRUE(std::isfinite(log_density(mixture.view(), std::vector{target}))) << target;
}

TEST(LogSum, OfNothingIsMinusInfinity) { EXPECT_EQ(log_sum({}), -HUGE_VAL); }

TEST(LogSum, DoesNotOverflow) {
  EXPECT_DOUBLE_EQ(log_sum(std::vector{1000.0, 1000.0}), 1000 + std::log(2.0));
  EXPECT_DOUBLE_EQ(log_sum(std::vector{-1000.0, -HUGE_VAL}), -1000);
}

}  // namespace
}  // namespace imps::test
