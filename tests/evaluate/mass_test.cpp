// What lies between two points of a normal distribution, compared with many digits.
#include "evaluate/mass.h"

#include <cmath>
#include <limits>
#include <ostream>

#include <gmock/gmock.h>

#include "evaluate/coverage.h"

namespace imps::evaluate {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

struct Known {
  double lower;
  double upper;
  double log_mass;
};
void PrintTo(const Known& one, std::ostream* out) { *out << one.lower << " to " << one.upper; }

class MassBetween : public ::testing::TestWithParam<Known> {};

TEST_P(MassBetween, IsWhatManyDigitsSay) {
  const Known& known = GetParam();
  // 1e-11 of the mass; far out, of what its logarithm can still tell apart.
  const double tolerance = std::max(1e-11, 4e-16 * std::abs(known.log_mass));
  EXPECT_NEAR(log_normal_mass(known.lower, known.upper), known.log_mass, tolerance);
  EXPECT_NEAR(log_normal_mass(-known.upper, -known.lower), known.log_mass, tolerance);
}

// Worked out with mpmath 1.3 at 60 digits.
INSTANTIATE_TEST_SUITE_P(
    NearAndFar, MassBetween,
    ::testing::Values(
        Known{-1, 1, -0.381715146302126072}, Known{0, 1, -1.07486232686207138},
        Known{-0.001, 0.002, -6.72808202351855008}, Known{1, 1.0001, -10.6293289064309239},
        Known{1, 2, -1.99579826918075538}, Known{3, 3.05, -8.4891345400162025},
        Known{-5, -4.9, -15.4630049969820426}, Known{8, kInfinity, -35.0134371599145499},
        Known{-kInfinity, -30, -454.321243956343197}, Known{30, 31, -454.321243956343252},
        Known{30, 30.0001, -460.130778531848627}, Known{40, 40.1, -804.626788178752105},
        Known{24.99, 25.01, -317.320583292262113}, Known{100, 1000, -5005.52420869420509},
        Known{1000, 1000.001, -500008.285369084623}, Known{1e5, 100001, -5000000012.431864},
        Known{-1e-9, 1e-9, -20.9490571895911385}, Known{2e-9, 3e-9, -21.642204370151084},
        Known{0.5, 0.51, -5.65162432325208662}, Known{6, 6.01, -23.5539751407638908},
        Known{-kInfinity, 2.5, -0.00622902548586000238},
        Known{-3, kInfinity, -0.0013508099647481938}));

TEST(LogNormalMass, OfEverythingIsNothing) { EXPECT_EQ(log_normal_mass(-kInfinity, kInfinity), 0); }

TEST(LogNormalMass, IsFiniteAMillionTimesFurtherThanAnyDeviationReaches) {
  // One second away with a deviation of 1e-7 in ×10 units.
  EXPECT_TRUE(std::isfinite(log_normal_mass(1e8, 1.0001e8)));
  EXPECT_TRUE(std::isfinite(log_normal_mass(-1.0001e8, -1e8)));
}

TEST(LogNormalMass, HasNoSeamWhereItsFormulasMeet) {
  // Neighbouring intervals add up to the one around them, on both sides of every limit.
  for (const double lower : {0.9, 1.0, 4.9, 24.9, 24.999, 25.0, 33.0}) {
    for (const double width : {0.0001, 0.0099, 0.0101, 0.05, 0.2}) {
      const double middle = lower + width;
      const double upper = middle + width;
      const double sum =
          std::log1p(std::exp(log_normal_mass(middle, upper) - log_normal_mass(lower, middle))) +
          log_normal_mass(lower, middle);
      EXPECT_NEAR(log_normal_mass(lower, upper), sum, 2e-11) << lower << " by " << width;
    }
  }
}

TEST(NormalBelow, IsWhatManyDigitsSay) {
  EXPECT_NEAR(normal_below(-2.5), 0.0062096653257761352, 1e-17);
  EXPECT_EQ(normal_below(-kInfinity), 0);
  EXPECT_EQ(normal_below(kInfinity), 1);
}

TEST(CentralPart, OfAnIntervalIsItsShareInside) {
  EXPECT_DOUBLE_EQ(central_part(0.0, 1.0, 0.5), 0.5);
  EXPECT_DOUBLE_EQ(central_part(0.0, 1.0, 0.9), 0.9);
  EXPECT_DOUBLE_EQ(central_part(0.3, 0.6, 0.5), 1);
  EXPECT_DOUBLE_EQ(central_part(0.0, 0.5, 0.5), 0.5);
  EXPECT_DOUBLE_EQ(central_part(0.9, 1.0, 0.5), 0);
  EXPECT_NEAR(central_part(0.9, 1.0, 0.9), 0.5, 1e-12);
}

TEST(CentralPart, OfAPointIsAllOrNothing) {
  EXPECT_EQ(central_part(0.25, 0.25, 0.5), 1);
  EXPECT_EQ(central_part(0.2, 0.2, 0.5), 0);
}

}  // namespace
}  // namespace imps::evaluate
