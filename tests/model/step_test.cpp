#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <imps/model.h>

#include "tests/model/targets.h"
#include "tests/support/scalar_mdrnn.h"

namespace imps {
namespace {

using test::flat;
using test::largest_error;
using test::on_every_target;
using test::random_weights;
using test::ScalarMdrnn;

std::vector<double> random_frame(int dimension, Uniforms& uniforms) {
  std::vector<double> values(static_cast<std::size_t>(dimension));
  for (double& value : values)
    value = uniforms.next();
  return values;
}

FrameView view(const std::vector<double>& values) {
  return {values[0], std::span(values).subspan(1)};
}

// The largest error over `steps` steps. Sums of a few hundred products of floats, gates within
// 4e-7 and the state's feedback leave about 1e-6; the field's own recordings ask for 1e-4.
constexpr double kTolerance = 1e-5;

// Compares a network of random weights with the formulas, step for step, on every target.
double error_against_formulas(const Sizes& sizes, int steps, std::uint64_t seed) {
  const Weights weights = random_weights(sizes, seed);
  ScalarMdrnn scalar(weights);
  Uniforms uniforms(seed, 1, 0);
  std::vector<std::vector<double>> frames;
  std::vector<std::vector<double>> expected;
  for (int step = 0; step < steps; ++step) {
    frames.push_back(random_frame(sizes.dimension, uniforms));
    expected.push_back(scalar.step(frames.back()));
  }
  double largest = 0;
  on_every_target([&] {
    const Mdrnn model = Mdrnn::make(weights).value();
    Mdrnn::State state(model);
    for (std::size_t step = 0; step < frames.size(); ++step) {
      advance(model, state, view(frames[step]));
      largest = std::max(largest, largest_error(flat(state.mixture()), expected[step]));
    }
  });
  return largest;
}

TEST(Step, FollowsTheFormulasAtTheSizesThatHaveNames) {
  EXPECT_LT(error_against_formulas({9, 2, 16, 5}, 50, 1), kTolerance);
  EXPECT_LT(error_against_formulas({9, 2, 32, 5}, 50, 2), kTolerance);
  EXPECT_LT(error_against_formulas({4, 2, 64, 5}, 30, 3), kTolerance);
  EXPECT_LT(error_against_formulas({9, 2, 128, 5}, 20, 4), kTolerance);
  EXPECT_LT(error_against_formulas({9, 2, 256, 5}, 5, 5), kTolerance);
  EXPECT_LT(error_against_formulas({9, 3, 512, 5}, 2, 6), kTolerance);
}

TEST(Step, FollowsTheFormulasAtTheEdgesOfWhatFilesHold) {
  EXPECT_LT(error_against_formulas({2, 1, 8, 1}, 50, 1), kTolerance);
  EXPECT_LT(error_against_formulas({129, 1, 13, 16}, 20, 2), kTolerance);
  EXPECT_LT(error_against_formulas({2, 4, 100, 16}, 10, 3), kTolerance);
  EXPECT_LT(error_against_formulas({129, 1, 1024, 16}, 2, 4), kTolerance);
  EXPECT_LT(error_against_formulas({2, 8, 1, 64}, 10, 5), kTolerance);
  EXPECT_LT(error_against_formulas({3, 1, 1, 1}, 10, 6), kTolerance);
}

TEST(Step, FollowsTheFormulasAtAnySize) {
  EXPECT_TRUE(rc::check([] {
    const Sizes sizes{*rc::gen::inRange(2, 130), *rc::gen::inRange(1, 5), *rc::gen::inRange(1, 100),
                      *rc::gen::inRange(1, 17)};
    RC_ASSERT(error_against_formulas(sizes, 3, *rc::gen::arbitrary<std::uint64_t>()) < kTolerance);
  }));
}

// One unit for each value of a gate's bias, -12 to 12 in `kParts` networks (the weights of one of
// them all would be 64 million): the largest distance of c from `exact`, on every target.
template <class Exact>
void expect_within_4e7(std::size_t gate, float candidate, float input, const Exact& exact) {
  constexpr int kParts = 10;
  constexpr std::size_t n = 401;
  const std::vector<double> frame = {0.5, 0.5};
  for (int part = 0; part < kParts; ++part) {
    const auto value = [&](std::size_t u) {
      return -12 +
             24 * static_cast<float>(static_cast<std::size_t>(part) * n + u) / (kParts * n - 1);
    };
    Weights weights;
    weights.sizes = {2, 1, n, 1};
    weights.lstm.resize(1);
    weights.lstm[0].kernel.resize(2 * 4 * n);
    weights.lstm[0].recurrent_kernel.resize(n * 4 * n);
    // The input gate, the forget gate (shut), the candidate, the output gate (open).
    std::vector<float>& bias = weights.lstm[0].bias;
    for (const float gate_bias : {input, -100.0F, candidate, 100.0F})
      bias.insert(bias.end(), n, gate_bias);
    for (std::size_t u = 0; u < n; ++u)
      bias[gate * n + u] = value(u);
    weights.mus = {std::vector<float>(2 * n), std::vector<float>(2)};
    weights.sigmas = weights.mus;
    weights.pi = {std::vector<float>(n), std::vector<float>(1)};
    on_every_target([&] {
      const Mdrnn model = Mdrnn::make(weights).value();
      Mdrnn::State state(model);
      advance(model, state, view(frame));
      const std::vector<float> h_c = state.values();
      double largest = 0;
      for (std::size_t u = 0; u < n; ++u)
        largest = std::max(largest, std::abs(exact(static_cast<double>(value(u))) - h_c[n + u]));
      EXPECT_LT(largest, 4e-7) << part;
    });
  }
}

TEST(Step, ComputesTanhAndSigmoidWithin4e7) {
  // The input gate is open: c is tanh of the candidate. The candidate wide open: c is the gate.
  expect_within_4e7(2, 0, 100, [](double x) { return std::tanh(x); });
  expect_within_4e7(0, 100, 0, [](double x) { return 1 / (1 + std::exp(-x)); });
}

TEST(Step, ComputesDeviationsFromVerySmallToVeryLarge) {
  const std::vector<float> z = {-1e30f, -200, -87.5f, -20, -3, -0.7f, -1e-8f, 0,
                                1e-8f,  0.5f, 1,      2,   50, 1e4f,  1e20f,  1e30f};
  Weights weights = random_weights({2, 1, 1, 8}, 1);
  weights.sigmas = {std::vector<float>(16), z};
  on_every_target([&] {
    const Mdrnn model = Mdrnn::make(weights).value();
    Mdrnn::State state(model);
    advance(model, state, view({0.1, 0.2}));
    const auto sigmas = state.mixture().sigmas;
    for (std::size_t k = 0; k < z.size(); ++k) {
      const double exact = (z[k] > 0 ? z[k] + 1.0 : std::exp(static_cast<double>(z[k]))) + 1e-7;
      EXPECT_GT(sigmas[k], 0) << z[k];
      EXPECT_NEAR(sigmas[k], exact, 5e-7 * exact) << z[k];
    }
  });
}

TEST(Step, StaysFiniteWithTheLargestWeightsAndTheWildestInput) {
  Weights weights = random_weights({5, 2, 20, 3}, 1);
  const auto inflate = [](std::vector<float>& values) {
    for (float& value : values)
      value = value < 0 ? -1e30f : 1e30f;
  };
  for (LstmWeights& layer : weights.lstm) {
    inflate(layer.kernel);
    inflate(layer.recurrent_kernel);
    inflate(layer.bias);
  }
  for (DenseWeights* dense : {&weights.mus, &weights.sigmas, &weights.pi}) {
    inflate(dense->kernel);
    inflate(dense->bias);
  }
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  on_every_target([&] {
    const Mdrnn model = Mdrnn::make(weights).value();
    Mdrnn::State state(model);
    for (const double wild : {1e300, -1e300, kInfinity, -kInfinity, kNan, 0.0}) {
      advance(model, state, view({wild, wild, 0.5, wild, 0.5}));
      for (const float value : flat(state.mixture()))
        ASSERT_TRUE(std::isfinite(value)) << wild;
      for (const float sigma : state.mixture().sigmas)
        ASSERT_GT(sigma, 0);
    }
  });
}

TEST(Step, GivesTheSameBitsAgainAndWhereverTheStateLies) {
  const Weights weights = random_weights({9, 2, 100, 5}, 3);
  on_every_target([&] {
    const Mdrnn model = Mdrnn::make(weights).value();
    const Mdrnn again = Mdrnn::make(weights).value();
    Mdrnn::State state(model);
    Mdrnn::State other(again);
    Uniforms uniforms(5, 0, 0);
    for (int step = 0; step < 20; ++step) {
      const std::vector<double> frame = random_frame(9, uniforms);
      Mdrnn::State copy = state;
      advance(model, state, view(frame));
      advance(again, other, view(frame));
      advance(model, copy, view(frame));
      ASSERT_EQ(flat(state.mixture()), flat(other.mixture()));
      ASSERT_EQ(flat(state.mixture()), flat(copy.mixture()));
      ASSERT_EQ(state.values(), copy.values());
    }
  });
}

}  // namespace
}  // namespace imps
