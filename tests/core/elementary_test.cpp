#include "core/elementary.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include <imps/random.h>

namespace imps {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// The system's library is right to within an ulp or so, too: two apart is agreement.
constexpr double kUlps = 2 * std::numeric_limits<double>::epsilon();

TEST(Exponential, AgreesWithTheSystemsOverItsWholeRange) {
  Uniforms uniforms(1, 0, 0);
  for (int k = 0; k < 100'000; ++k) {
    const double x = k % 2 == 0 ? -708 + 1417 * uniforms.next() : 4 * uniforms.next() - 2;
    ASSERT_NEAR(exponential(x) / std::exp(x), 1, kUlps) << x;
  }
}

TEST(Exponential, EndsInInfinityAndInZero) {
  EXPECT_EQ(exponential(0), 1);
  EXPECT_TRUE(std::isfinite(exponential(709.78)));
  EXPECT_EQ(exponential(709.79), kInfinity);
  EXPECT_EQ(exponential(kInfinity), kInfinity);
  EXPECT_GT(exponential(-708), 0);
  EXPECT_EQ(exponential(-709), 0);
  EXPECT_EQ(exponential(-kInfinity), 0);
  EXPECT_TRUE(std::isnan(exponential(std::nan(""))));
}

TEST(Logarithm, AgreesWithTheSystemsOverItsWholeRange) {
  Uniforms uniforms(2, 0, 0);
  for (int k = 0; k < 100'000; ++k) {
    const double x =
        k % 2 == 0 ? std::ldexp(1 + uniforms.next(), k % 2044 - 1022) : 0.5 + uniforms.next();
    const double expected = std::log(x);
    ASSERT_NEAR(logarithm(x), expected, kUlps * std::abs(expected)) << x;
  }
}

TEST(Logarithm, EndsInInfinities) {
  EXPECT_EQ(logarithm(1), 0);
  EXPECT_EQ(logarithm(0), -kInfinity);
  EXPECT_EQ(logarithm(kInfinity), kInfinity);
  EXPECT_TRUE(std::isnan(logarithm(-1)));
  EXPECT_TRUE(std::isnan(logarithm(std::nan(""))));
}

// Bits written down once: another compiler or processor must give the same.
TEST(Elementary, GivesTheSameBitsEverywhere) {
  EXPECT_EQ(exponential(1), 0x1.5bf0a8b14576ap+1);
  EXPECT_EQ(exponential(-0.3), 0x1.7b4c869c37c05p-1);
  EXPECT_EQ(logarithm(10), 0x1.26bb1bbb55516p+1);
  EXPECT_EQ(logarithm(0.7), -0x1.6d3c324e13f5p-2);
  EXPECT_EQ(normal_quantile(0.9), 0x1.4813c36e26d33p+0);
}

TEST(NormalQuantile, InvertsTheNormalsDistribution) {
  for (double x = -8; x <= 8; x += 0.01) {
    // Near 1 the distribution itself has no more digits: only the lower half is as exact.
    const double p = 0.5 * std::erfc(-x / std::sqrt(2.0));
    const double tolerance =
        x < 1 ? 1e-13 * std::max(1.0, std::abs(x)) : 2e-16 * std::exp(x * x / 2) * 2.51 + 1e-13;
    EXPECT_NEAR(normal_quantile(p), x, tolerance) << x;
  }
}

TEST(NormalQuantile, IsOddAroundOneHalfAndFiniteAtTheEndsOfUniforms) {
  EXPECT_EQ(normal_quantile(0.5), 0);
  for (const double p : {0.01, 0.0625, 0.07, 0.3, 0.4375})
    EXPECT_DOUBLE_EQ(normal_quantile(p), -normal_quantile(1 - p));
  EXPECT_NEAR(normal_quantile(0x1p-53), -8.2095361516013874, 1e-12);
  EXPECT_NEAR(normal_quantile(1 - 0x1p-53), 8.2095361516013874, 1e-12);
  EXPECT_NEAR(normal_quantile(0.975), 1.9599639845400545, 1e-15);
}

}  // namespace
}  // namespace imps
