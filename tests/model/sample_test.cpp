#include <cmath>
#include <fstream>
#include <limits>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <rapidcheck.h>

#include <imps/model.h>

#include "model/draw.h"
#include "tests/support/reference.h"

namespace imps {
namespace {

// A mixture that owns its numbers.
struct Mixture {
  int dimension;
  std::vector<float> mus;
  std::vector<float> sigmas;
  std::vector<float> logits;

  [[nodiscard]] MixtureView view() const {
    return {dimension, static_cast<int>(logits.size()), mus, sigmas, logits};
  }
};

Frame sampled(const Mixture& mixture, Temperatures temperatures, std::uint64_t n) {
  Uniforms uniforms(1, 0, n);
  Frame frame;
  sample(mixture.view(), temperatures, uniforms, frame);
  return frame;
}

// Two components of dimension 3, in ×10 units.
const Mixture kMixture{3, {2, 5, 3, 4, 1, 9}, {1, 1, 1, 2, 2, 2}, {0, 1}};

TEST(Sample, GivesTheComponentsMeanAtSigmaTemperatureZero) {
  int seconds = 0;
  for (std::uint64_t n = 0; n < 200; ++n) {
    const Frame frame = sampled(kMixture, {.sigma = 0}, n);
    const bool second = frame.dt == 0.4;
    EXPECT_EQ(frame.dt, second ? 0.4 : 0.2);
    EXPECT_EQ(frame.controls()[0], second ? 0.1 : 0.5);
    EXPECT_EQ(frame.controls()[1], second ? 0.9 : 0.3);
    seconds += second ? 1 : 0;
  }
  // Softmax of (0, 1) is (0.269, 0.731): 146 of 200, within four standard deviations.
  EXPECT_NEAR(seconds, 146, 25);
}

TEST(Sample, IsAFunctionOfItsUniformsAlone) {
  for (std::uint64_t n = 0; n < 20; ++n) {
    const Frame a = sampled(kMixture, {.sigma = 1}, n);
    const Frame b = sampled(kMixture, {.sigma = 1}, n);
    EXPECT_EQ(a.dt, b.dt);
    EXPECT_TRUE(std::equal(a.controls().begin(), a.controls().end(), b.controls().begin()));
  }
}

TEST(Sample, TakesOneNumberForTheComponentAndOneForEachDimension) {
  for (const double sigma : {0.0, 1.0}) {
    Uniforms used(3, 1, 4);
    Frame frame;
    sample(kMixture.view(), {.sigma = sigma}, used, frame);
    Uniforms fresh(3, 1, 4);
    for (int k = 0; k < 4; ++k)
      fresh.next();
    EXPECT_EQ(used.next(), fresh.next());
  }
}

TEST(Sample, KeepsControlsAndRestsWithinWhatCanBePlayed) {
  const Mixture far{3, {-50, -50, 50}, {0.1f, 0.1f, 0.1f}, {0}};
  const Frame frame = sampled(far, {}, 1);
  EXPECT_EQ(frame.dt, 0.001);
  EXPECT_EQ(frame.controls()[0], 0.0);
  EXPECT_EQ(frame.controls()[1], 1.0);
  EXPECT_EQ(frame.dimension(), 3);
}

TEST(Sample, ChoosesTheLikeliestWhenColdAndAnyWhenHot) {
  const std::vector<float> logits = {-2, 3, 1};
  for (const double uniform : {1e-9, 0.3, 0.999999}) {
    EXPECT_EQ(choose_component(logits, 1e-300, uniform), 1u);
    EXPECT_EQ(choose_component(logits, 1e-3, uniform), 1u);
  }
  EXPECT_EQ(choose_component(logits, 1e300, 0.2), 0u);
  EXPECT_EQ(choose_component(logits, 1e300, 0.5), 1u);
  EXPECT_EQ(choose_component(logits, 1e300, 0.8), 2u);
  // However near 1 the number is, a component without weight is never chosen.
  const std::vector<float> dead_end = {0, 0, -1e4f};
  EXPECT_EQ(choose_component(dead_end, 1, std::nextafter(1.0, 0.0)), 1u);
}

TEST(Sample, GivesFiniteFramesWhateverTheMixtureAndTheTemperatures) {
  const auto numbers = [](std::size_t n, const std::vector<float>& from) {
    return *rc::gen::container<std::vector<float>>(n, rc::gen::elementOf(from));
  };
  const std::vector<double> extremes = {
      0, 1e-320, 1e-300, 1e-30, 0.01, 1, 1.5, 100, 1e4, 1e300, std::numeric_limits<double>::max()};
  EXPECT_TRUE(rc::check([&] {
    const int dimension = *rc::gen::inRange(2, 130);
    const auto m = static_cast<std::size_t>(*rc::gen::inRange(1, 65));
    const std::size_t values = m * static_cast<std::size_t>(dimension);
    const Mixture mixture{dimension, numbers(values, {-1e30f, -1e4f, -1, 0, 0.5f, 10, 1e4f, 1e30f}),
                          numbers(values, {1e-38f, 1e-7f, 0.1f, 1, 100, 1e4f, 1e30f}),
                          numbers(m, {-1e30f, -1e4f, -1, 0, 1, 1e4f, 1e30f})};
    const Temperatures temperatures{*rc::gen::elementOf(extremes), *rc::gen::elementOf(extremes)};
    const Frame frame = sampled(mixture, temperatures, *rc::gen::arbitrary<std::uint64_t>());
    RC_ASSERT(frame.dimension() == dimension);
    RC_ASSERT(std::isfinite(frame.dt) && frame.dt >= 0.001);
    for (const double control : frame.controls())
      RC_ASSERT(control >= 0 && control <= 1);
  }));
}

// The recording's mixture: one component's rests are around 134 with a deviation of 328 (×10), so
// the tails matter. Means and covariances are compared in standard errors of 200,000 draws.
TEST(Sample, HasTheRecordedMeansCovariancesAndFrequencies) {
  IMPS_NEEDS_REFERENCE(reference);
  std::ifstream file(reference / "made" / "sampling.json");
  const nlohmann::json recorded = nlohmann::json::parse(file);
  Mixture mixture{recorded["dimension"].get<int>(), {}, {}, recorded["pi_logits"]};
  for (const auto& row : recorded["mus"])
    for (const float mu : row)
      mixture.mus.push_back(mu);
  for (const auto& row : recorded["sigmas"])
    for (const float sigma : row)
      mixture.sigmas.push_back(sigma);
  const auto dimension = static_cast<std::size_t>(mixture.dimension);
  ASSERT_EQ(recorded["cases"].size(), 4u);

  for (const auto& expected : recorded["cases"]) {
    const Temperatures temperatures{expected["sigma_temp"].get<double>(),
                                    expected["pi_temp"].get<double>()};
    SCOPED_TRACE(expected["pi_temp"].dump() + " " + expected["sigma_temp"].dump());
    constexpr int kDraws = 200'000;
    std::vector<double> sums(dimension);
    std::vector<double> squares(dimension * dimension);  // of differences from the exact mean
    std::vector<double> fourths(dimension * dimension);
    std::vector<int> chosen(mixture.logits.size());
    const std::vector<double> mean = expected["analytic_mean"];
    std::vector<double> values(dimension);
    for (std::uint64_t n = 0; n < kDraws; ++n) {
      Uniforms uniforms(11, 0, n);
      draw(mixture.view(), temperatures, uniforms, values);
      ++chosen[choose_component(mixture.logits, temperatures.pi, Uniforms(11, 0, n).next())];
      for (std::size_t i = 0; i < dimension; ++i) {
        sums[i] += values[i] - mean[i];
        for (std::size_t j = 0; j < dimension; ++j) {
          const double product = (values[i] - mean[i]) * (values[j] - mean[j]);
          squares[i * dimension + j] += product;
          fourths[i * dimension + j] += product * product;
        }
      }
    }
    for (std::size_t i = 0; i < dimension; ++i) {
      for (std::size_t j = 0; j < dimension; ++j) {
        const double covariance = expected["analytic_cov"][i][j];
        const double found = squares[i * dimension + j] / kDraws;
        const double error =
            std::sqrt((fourths[i * dimension + j] / kDraws - found * found) / kDraws);
        EXPECT_NEAR(found, covariance, 4.5 * error) << i << " " << j;
      }
      const double error = std::sqrt(expected["analytic_cov"][i][i].get<double>() / kDraws);
      EXPECT_NEAR(sums[i] / kDraws, 0, 4.5 * error) << i;
    }
    for (std::size_t m = 0; m < chosen.size(); ++m) {
      const double share = expected["pi"][m];
      EXPECT_NEAR(static_cast<double>(chosen[m]) / kDraws, share,
                  4.5 * std::sqrt(share * (1 - share) / kDraws))
          << m;
    }
  }
}

}  // namespace
}  // namespace imps
