// Extremes of the mixture's loss, where a careless formula overflows.
#include "train/kernels.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace imps::train {
namespace {

template <class T>
struct OneFrame {
  std::vector<T> outputs;
  std::vector<T> targets;
  std::vector<T> weights{1};
  std::vector<T> losses{0};

  double run_it(std::size_t dimension, std::size_t mixtures) {
    run(MixtureLoss<T>{.columns = 1,
                       .dimension = dimension,
                       .mixtures = mixtures,
                       .outputs = outputs.data(),
                       .targets = targets.data(),
                       .weights = weights.data(),
                       .losses = losses.data(),
                       .derivatives = true});
    return static_cast<double>(losses[0]);
  }
};

template <class T>
class MixtureLosses : public testing::Test {};
using Kinds = testing::Types<float, double>;
TYPED_TEST_SUITE(MixtureLosses, Kinds);

// −log of a normal density, worked by hand: ln(σ√(2π)) + (y − μ)²/2σ².
TYPED_TEST(MixtureLosses, AreTheNormalsForOneComponent) {
  // mu 2, z 0 → sigma 1 + 1e-7, logit 5; target 3.5
  OneFrame<TypeParam> frame{.outputs = {2, 0, 5}, .targets = {TypeParam(3.5)}};
  EXPECT_NEAR(frame.run_it(1, 1), 0.918938533 + 1.125, 1e-5);
  EXPECT_NEAR(frame.outputs[0], -1.5, 1e-5);      // dL/dμ = −(y − μ)/σ²
  EXPECT_NEAR(frame.outputs[1], 1 - 2.25, 1e-5);  // dL/dσ = 1/σ − (y − μ)²/σ³
  EXPECT_NEAR(frame.outputs[2], 0, 1e-6);
}

TYPED_TEST(MixtureLosses, OfTwoEqualComponentsAreThoseOfOne) {
  OneFrame<TypeParam> frame{.outputs = {2, 2, 0, 0, 1, 1}, .targets = {TypeParam(3.5)}};
  EXPECT_NEAR(frame.run_it(1, 2), 0.918938533 + 1.125, 1e-5);
  EXPECT_NEAR(frame.outputs[0], -0.75, 1e-5);
  EXPECT_NEAR(frame.outputs[1], -0.75, 1e-5);
}

TYPED_TEST(MixtureLosses, StayFiniteAtTheNarrowestAndFarthest) {
  for (const double z : {-90.0, -16.0, 0.0, 1e4})
    for (const double logit : {-1e4, 0.0, 1e4})
      for (const double target : {0.0, 10.0, 8000.0}) {
        OneFrame<TypeParam> frame{.outputs = {1, 2, TypeParam(z), 0, TypeParam(logit), 0},
                                  .targets = {TypeParam(target)}};
        EXPECT_TRUE(std::isfinite(frame.run_it(1, 2))) << z << " " << logit << " " << target;
        for (const TypeParam value : frame.outputs)
          EXPECT_TRUE(std::isfinite(value)) << z << " " << logit << " " << target;
      }
}

TYPED_TEST(MixtureLosses, OfAFrameThatDoesNotCountAreNothing) {
  OneFrame<TypeParam> frame{.outputs = {2, 0, 5}, .targets = {3}, .weights = {0}};
  EXPECT_EQ(frame.run_it(1, 1), 0);
  for (const TypeParam value : frame.outputs)
    EXPECT_EQ(value, 0);
}

TYPED_TEST(MixtureLosses, KeepsTheNumbersOfAdam) {
  // Kingma and Ba's first step: m̂ = g, v̂ = g², so the parameter moves by the rate, whatever g is.
  std::vector<TypeParam> gradient{TypeParam(0.5), -3};
  std::vector<TypeParam> parameters{1, 1};
  std::vector<TypeParam> first(2);
  std::vector<TypeParam> second(2);
  const double corrected = 0.01 * std::sqrt(1 - 0.999) / (1 - 0.9);
  run(AdamStep<TypeParam>{.count = 2,
                          .gradient = gradient.data(),
                          .gradient_scale = 1,
                          .parameters = parameters.data(),
                          .first = first.data(),
                          .second = second.data(),
                          .rate = TypeParam(corrected),
                          .beta1 = TypeParam(0.9),
                          .beta2 = TypeParam(0.999),
                          .epsilon = TypeParam(1e-7),
                          .decay = 1,
                          .average = nullptr,
                          .average_part = 0});
  EXPECT_NEAR(parameters[0], 0.99, 1e-5);
  EXPECT_NEAR(parameters[1], 1.01, 1e-5);
}

}  // namespace
}  // namespace imps::train
