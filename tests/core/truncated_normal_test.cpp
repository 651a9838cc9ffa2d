// The normal distribution in an interval, against the C library and against itself.
#include "core/truncated_normal.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <imps/random.h>

namespace imps::test {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

double reference_tail(double x) { return 0.5 * std::erfc(x / std::sqrt(2.0)); }

TEST(NormalTail, IsTheCLibrarysWhereThatHasNumbers) {
  for (double x = -8; x < 37; x += 0.01) {
    const double expected = std::log(reference_tail(x));
    // Near 0 the logarithm of nearly 1 has no more digits than 1 has.
    EXPECT_NEAR(log_normal_tail(x), expected, 2e-10 * std::abs(expected) + 5e-16) << x;
  }
}

TEST(NormalTail, GoesOnWhereProbabilitiesAreNoNumbers) {
  // ln Q(x) ≈ −x²/2 − ln(x √(2π)) − 1/x²: the asymptotic series' next term is below 3/x⁴.
  for (const double x : {50.0, 1e3, 1e6}) {
    const double expected = -x * x / 2 - std::log(x * std::sqrt(2 * M_PI)) - 1 / (x * x);
    EXPECT_NEAR(log_normal_tail(x), expected, 1e-14 * std::abs(expected) + 3 / std::pow(x, 4)) << x;
  }
  EXPECT_EQ(log_normal_tail(kInfinity), -kInfinity);
  EXPECT_EQ(log_normal_tail(-kInfinity), 0);
}

TEST(NormalMass, IsTheDifferenceOfTails) {
  const auto at = [] { return *rc::gen::inRange(-700, 701) / 100.0; };
  EXPECT_TRUE(rc::check([&] {
    const double least = at();
    const double most = at();
    if (least >= most) {
      RC_ASSERT(log_normal_mass(least, most) == -kInfinity);
      return;
    }
    // Of the side on which the C library's numbers are small, and so exact.
    const double expected = least > 0 ? reference_tail(least) - reference_tail(most)
                                      : reference_tail(-most) - reference_tail(-least);
    RC_ASSERT(std::abs(log_normal_mass(least, most) - std::log(expected)) < 1e-8);
  }));
  EXPECT_NEAR(log_normal_mass(-1e-9, 1e-9), std::log(2e-9 / std::sqrt(2 * M_PI)), 1e-9);
  EXPECT_EQ(log_normal_mass(-kInfinity, kInfinity), 0);
}

TEST(TruncatedNormalQuantile, WithoutBoundsIsTheNormals) {
  for (double p = 0.001; p < 1; p += 0.001)
    EXPECT_NEAR(truncated_normal_quantile(-kInfinity, kInfinity, p), normal_quantile(p), 1e-12);
}

TEST(TruncatedNormalQuantile, CutsTheIntervalInTheRatioThatWasAsked) {
  EXPECT_TRUE(rc::check([] {
    const double least = *rc::gen::inRange(-60'000, 60'000) / 1000.0;
    const double width = *rc::gen::inRange(1, 5000) / 1000.0;
    const double p = *rc::gen::inRange(1, 1000) / 1000.0;
    const double most = least + width;
    const double x = truncated_normal_quantile(least, most, p);
    RC_ASSERT(x >= least && x <= most);
    const double left = std::exp(log_normal_mass(least, x) - log_normal_mass(least, most));
    RC_ASSERT(std::abs(left - p) < 1e-5);
  }));
}

TEST(TruncatedNormalQuantile, StaysInTheIntervalHoweverFarItIs) {
  for (const double far : {100.0, 1e5, 1e100, 1e200}) {
    for (const double p : {0.25, 0.5, 0.75}) {
      const double right = truncated_normal_quantile(far, kInfinity, p);
      EXPECT_GE(right, far);
      EXPECT_TRUE(std::isfinite(right));
      EXPECT_EQ(truncated_normal_quantile(-kInfinity, -far, 1 - p), -right);
    }
  }
}

}  // namespace
}  // namespace imps::test
