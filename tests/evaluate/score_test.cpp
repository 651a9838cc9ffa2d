// Takes are scored as the formulas say, and no model gains by tricks.
#include "evaluate/score.h"

#include <cmath>
#include <numeric>

#include <gmock/gmock.h>

#include <imps/random.h>

#include "tests/evaluate/grids.h"
#include "tests/evaluate/takes.h"
#include "tests/support/models.h"

namespace imps::evaluate {
namespace {

using test::constant_model;
using test::make_dataset;
using test::random_model;

using test::kDt;
using test::kSevenBit;

Score score_of(const Mdrnn& model, const Dataset& dataset, const std::vector<Stretch>& stretches,
               unsigned threads = 1) {
  const auto grids = find_grids(dataset);
  const auto baselines = fit_baselines(dataset, stretches, *grids);
  auto scored = score(model, dataset, stretches, *grids, *baselines, threads);
  EXPECT_TRUE(scored.has_value());
  return *scored;
}

/// The part of a normal between two points, as every book has it.
double mass(double lower, double upper, double mean, double sigma) {
  const auto below = [&](double x) { return 0.5 * std::erfc((mean - x) / sigma / std::sqrt(2.0)); };
  return below(upper) - below(lower);
}

TEST(BitsOf, IsWhatManyDigitsSay) {
  // Components (0.25, 5; 0.125, 0.5) and (0.15, 5.5; 0.0625, 0.25) with shares 1/4 and 3/4, of the
  // bins 20 ms and 64/127: worked out with mpmath 1.3 at 60 digits.
  const std::vector<float> mus{0.25F, 5, 0.15F, 5.5F};
  const std::vector<float> sigmas{0.125F, 0.5F, 0.0625F, 0.25F};
  const std::vector<float> logits{0, std::log(3.0F)};
  const std::vector<std::int64_t> bins{20, 64};
  std::vector<double> each(2);
  const double together =
      bits_of({2, 2, mus, sigmas, logits}, std::vector{kDt, kSevenBit}, bins, each);
  // The mean 0.15 and log 3 are single precision: that is what limits the agreement.
  EXPECT_NEAR(together, 9.6228648210133592, 1e-6);
  EXPECT_NEAR(each[0], 4.5695773300770748, 1e-6);
  EXPECT_NEAR(each[1], 4.9182469029692221, 1e-6);
}

TEST(BitsOf, AllBinsTogetherAreOne) {
  const std::vector<float> mus{0.5F, 3, 8, 2, 9, 11, 0.1F, -3, 5};
  const std::vector<float> sigmas{0.2F, 1, 0.01F, 3, 1e-7F, 0.5F, 0.05F, 4, 100};
  const std::vector<float> logits{0.5F, 1, -1};
  const MixtureView mixture{3, 3, mus, sigmas, logits};
  const std::vector<Grid> grids{kDt, kSevenBit, {GridKind::ten_bit, 1024, 1024}};
  std::vector<double> each(3);
  // Each dimension by itself; dt up to 5 s, where nothing is left.
  for (std::size_t d = 0; d < 3; ++d) {
    double sum = 0;
    for (std::int64_t bin = 0; bin <= (d == 0 ? 5000 : grids[d].last); ++bin) {
      std::vector<std::int64_t> bins(3);
      bins[d] = bin;
      bits_of(mixture, grids, bins, each);
      sum += std::exp2(-each[d]);
    }
    EXPECT_NEAR(sum, 1, 1e-10) << d;
  }
  // Two of them together, of one dt.
  double sum = 0;
  for (std::int64_t a = 0; a <= 127; ++a)
    for (std::int64_t b = 0; b <= 1024; ++b)
      sum += std::exp2(-bits_of(mixture, grids, std::vector<std::int64_t>{50, a, b}, each));
  bits_of(mixture, grids, std::vector<std::int64_t>{50, 0, 0}, each);
  EXPECT_NEAR(sum, std::exp2(-each[0]), 1e-10);
}

TEST(Score, OfAModelThatAlwaysSaysTheSameIsItsMassInTheBins) {
  const Dataset dataset = test::one_take(
      {{0.1, 10.0 / 127}, {0.02, 64.0 / 127}, {0.05, 0.0}, {0.004, 1.0}, {0.03, 60.0 / 127}});
  const auto model = constant_model(0.03, {0.5}, 0.1);
  const Score scored = score_of(*model, dataset, stretches(dataset, Part::all));
  ASSERT_EQ(scored.frames, 4U);
  constexpr double kFar = 1e6;
  double dt = 0;
  for (const double ms : {20, 50, 4, 30})
    dt -= std::log2(mass((ms - 0.5) / 1000, (ms + 0.5) / 1000, 0.03, 0.1));
  double x = 0;
  x -= std::log2(mass(63.5 / 127, 64.5 / 127, 0.5, 0.1));
  x -= std::log2(mass(-kFar, 0.5 / 127, 0.5, 0.1));
  x -= std::log2(mass(126.5 / 127, kFar, 0.5, 0.1));
  x -= std::log2(mass(59.5 / 127, 60.5 / 127, 0.5, 0.1));
  // The model's own numbers are single precision.
  EXPECT_NEAR(scored.dimensions[0].bits, dt / 4, 1e-5);
  EXPECT_NEAR(scored.dimensions[1].bits, x / 4, 1e-5);
  EXPECT_NEAR(scored.bits, (dt + x) / 4, 1e-5) << "one component: the dimensions are independent";
  EXPECT_EQ(scored.cut, 0U);
}

TEST(Score, ASpikeOnTheValueGainsDensityAndNotBits) {
  // A controller that rests: the density at its value has no limit, the bin has one.
  const Dataset dataset =
      make_dataset(2, {200}, [](std::size_t, std::uint64_t, int d) { return d == 0 ? 0.02 : 0.5; });
  const auto stretch = stretches(dataset, Part::all);
  const Score narrow = score_of(*constant_model(0.02, {0.5}, 1e-8), dataset, stretch);
  const Score wide = score_of(*constant_model(0.02, {0.5}, 5e-5), dataset, stretch);
  EXPECT_LT(narrow.nll, wide.nll - 5);
  EXPECT_NEAR(narrow.bits, 0, 1e-6);
  EXPECT_NEAR(wide.bits, 0, 1e-6);
}

TEST(Score, AFrameThatNobodyCouldForeseeCostsNoMoreThanTheMost) {
  const Dataset dataset = make_dataset(2, {101}, [](std::size_t, std::uint64_t row, int d) {
    return d == 1 ? 0.5 : row == 50 ? 700.0 : 0.02;
  });
  const Score scored =
      score_of(*constant_model(0.02, {0.5}, 1e-7), dataset, stretches(dataset, Part::all));
  EXPECT_EQ(scored.cut, 1U);
  EXPECT_NEAR(scored.bits, kMostBits / 100, 1e-6);
  EXPECT_NEAR(scored.dimensions[0].bits, kMostBits / 100, 1e-6);
  EXPECT_TRUE(std::isfinite(scored.nll));
}

TEST(Score, ManyDimensionsTogetherMayCostMoreThanOne) {
  // 128 ten-bit controls, of which the model knows nothing: ten bits and more for each.
  const Dataset dataset = make_dataset(129, {30}, [](std::size_t, std::uint64_t row, int d) {
    return Uniforms(1, static_cast<std::uint32_t>(d), row).next();
  });
  const auto model = constant_model(0.5, std::vector<double>(128, 0.5), 0.4);
  const Score scored = score_of(*model, dataset, stretches(dataset, Part::all));
  EXPECT_EQ(scored.cut, 0U);
  double sum = 0;
  for (const DimensionScore& one : scored.dimensions)
    sum += one.bits;
  EXPECT_GT(scored.bits, kMostBits);
  EXPECT_NEAR(scored.bits, sum, 1e-6) << "one component: the dimensions are independent";
}

TEST(Score, IsSureAsItShouldBeOfWhatItHasDrawnItself) {
  // 20,000 draws; the deviation of a share is at most 0.0036.
  constexpr double kSigma = 0.03;
  const auto take = [&](bool rounded) {
    return make_dataset(2, {20'000}, [&](std::size_t, std::uint64_t row, int d) {
      Uniforms uniforms(1, static_cast<std::uint32_t>(d), row);
      const double away = kSigma * normal_quantile(uniforms.next());
      if (d == 0) return 1 + away;
      return rounded ? std::round(127 * (0.5 + away)) / 127 : 0.5 + away;
    });
  };
  for (const bool rounded : {false, true}) {
    const Dataset dataset = take(rounded);
    const auto stretch = stretches(dataset, Part::all);
    const Score fair = score_of(*constant_model(1, {0.5}, kSigma), dataset, stretch);
    for (const DimensionScore& one : fair.dimensions) {
      EXPECT_NEAR(one.coverage.half, 0.5, 0.015);
      EXPECT_NEAR(one.coverage.ninety, 0.9, 0.01);
    }
    const Score bold = score_of(*constant_model(1, {0.5}, kSigma / 2), dataset, stretch);
    EXPECT_LT(bold.dimensions[1].coverage.half, 0.4);
    EXPECT_LT(bold.dimensions[1].coverage.ninety, 0.7);
    const Score shy = score_of(*constant_model(1, {0.5}, 2 * kSigma), dataset, stretch);
    EXPECT_GT(shy.dimensions[1].coverage.half, 0.7);
    EXPECT_LT(fair.bits, bold.bits);
    EXPECT_LT(fair.bits, shy.bits);
  }
}

Dataset wandering(const std::vector<std::uint64_t>& rows) {
  return make_dataset(3, rows, [](std::size_t take, std::uint64_t row, int d) {
    Uniforms uniforms(take, static_cast<std::uint32_t>(d), row);
    const double u = uniforms.next();
    return d == 0 ? 0.005 + 0.05 * u : std::floor(128 * u) / 128;
  });
}

TEST(Score, DoesNotDependOnTheNumberOfThreads) {
  const Dataset dataset = wandering({300, 77, 1, 2, 450, 120});
  const auto model = random_model({.dimension = 3, .layers = 2, .units = 16, .mixtures = 5}, 3);
  const auto stretch = stretches(dataset, Part::all);
  const Score alone = score_of(*model, dataset, stretch, 1);
  for (const unsigned threads : {2U, 7U}) {
    const Score many = score_of(*model, dataset, stretch, threads);
    EXPECT_EQ(many.bits, alone.bits);
    EXPECT_EQ(many.nll, alone.nll);
    ASSERT_EQ(many.blocks.size(), alone.blocks.size());
    for (std::size_t b = 0; b < many.blocks.size(); ++b)
      EXPECT_EQ(many.blocks[b].bits, alone.blocks[b].bits);
  }
}

TEST(Score, OfAPartHearsTheTakeFromItsStart) {
  const Dataset dataset = wandering({300, 200});
  const auto model = random_model({.dimension = 3, .layers = 1, .units = 16, .mixtures = 3}, 9);
  const auto grids = find_grids(dataset);
  const auto baselines = fit_baselines(dataset, stretches(dataset, Part::training), *grids);
  const auto judged = [&](Part part) {
    return *score(*model, dataset, stretches(dataset, part), *grids, *baselines, 1);
  };
  const Score all = judged(Part::all);
  const Score training = judged(Part::training);
  const Score validation = judged(Part::validation);
  ASSERT_EQ(training.frames + validation.frames, all.frames);
  const auto sum = [](const Score& one) { return one.nll * static_cast<double>(one.frames); };
  EXPECT_NEAR(sum(training) + sum(validation), sum(all), 1e-9 * std::abs(sum(all)));
}

TEST(Score, BlocksAddUpToIt) {
  const Dataset dataset = wandering({351, 60});
  const auto model = random_model({.dimension = 3, .layers = 1, .units = 16, .mixtures = 3}, 9);
  const Score scored = score_of(*model, dataset, stretches(dataset, Part::all));
  std::vector<std::uint64_t> frames;
  double bits = 0;
  double x = 0;
  for (const BlockCost& block : scored.blocks) {
    frames.push_back(block.frames);
    bits += block.bits;
    x += block.dimension_bits[1];
  }
  EXPECT_THAT(frames, ::testing::ElementsAre(100, 100, 100, 50, 59)) << "none reaches over a take";
  EXPECT_NEAR(bits, scored.bits * 409, 1e-8);
  EXPECT_NEAR(x, scored.dimensions[1].bits * 409, 1e-8);
}

}  // namespace
}  // namespace imps::evaluate
