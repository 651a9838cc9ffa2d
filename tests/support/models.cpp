#include "tests/support/models.h"

#include <cmath>
#include <random>
#include <stdexcept>

namespace imps::test {
namespace {

std::shared_ptr<const Mdrnn> make(const Weights& weights) {
  auto model = Mdrnn::make(weights);
  if (!model) throw std::runtime_error(model.error().message);
  return std::make_shared<const Mdrnn>(std::move(*model));
}

std::size_t size(int n) { return static_cast<std::size_t>(n); }

Weights zero_weights(const Sizes& sizes) {
  Weights weights;
  weights.sizes = sizes;
  for (int layer = 0; layer < sizes.layers; ++layer) {
    const int in = layer == 0 ? sizes.dimension : sizes.units;
    weights.lstm.push_back(
        {.kernel = std::vector<float>(size(in * 4 * sizes.units)),
         .recurrent_kernel = std::vector<float>(size(sizes.units * 4 * sizes.units)),
         .bias = std::vector<float>(size(4 * sizes.units))});
  }
  const auto dense = [&](int out) {
    return DenseWeights{.kernel = std::vector<float>(size(sizes.units * out)),
                        .bias = std::vector<float>(size(out))};
  };
  weights.mus = dense(sizes.mixtures * sizes.dimension);
  weights.sigmas = dense(sizes.mixtures * sizes.dimension);
  weights.pi = dense(sizes.mixtures);
  return weights;
}

}  // namespace

Weights constant_weights(double dt, const std::vector<double>& controls, double sigma) {
  const int dimension = static_cast<int>(controls.size()) + 1;
  Weights weights = zero_weights({.dimension = dimension, .layers = 1, .units = 8, .mixtures = 1});
  weights.mus.bias[0] = static_cast<float>(dt * kScale);
  for (std::size_t i = 0; i < controls.size(); ++i)
    weights.mus.bias[i + 1] = static_cast<float>(controls[i] * kScale);
  // elu(z) + 1 is exp(z) below zero and z + 1 above.
  const double scaled = sigma * kScale;
  const double z = scaled < 1 ? std::log(scaled) : scaled - 1;
  for (float& bias : weights.sigmas.bias)
    bias = static_cast<float>(z);
  return weights;
}

std::shared_ptr<const Mdrnn> constant_model(double dt, const std::vector<double>& controls,
                                            double sigma) {
  return make(constant_weights(dt, controls, sigma));
}

Weights random_weights(const Sizes& sizes, std::uint64_t seed) {
  Weights weights = zero_weights(sizes);
  std::mt19937_64 random(seed);
  const auto fill = [&random](std::vector<float>& values, double limit) {
    std::uniform_real_distribution<double> uniform(-limit, limit);
    for (float& value : values)
      value = static_cast<float>(uniform(random));
  };
  const double units = sizes.units;
  for (auto& layer : weights.lstm) {
    fill(layer.kernel, std::sqrt(6.0 / (5 * units)));
    fill(layer.recurrent_kernel, std::sqrt(3.0 / units));
    fill(layer.bias, 0.5);
  }
  for (DenseWeights* dense : {&weights.mus, &weights.sigmas, &weights.pi}) {
    fill(dense->kernel, std::sqrt(6.0 / units));
    fill(dense->bias, 0.5);
  }
  for (int m = 0; m < sizes.mixtures; ++m) {
    for (int d = 0; d < sizes.dimension; ++d) {
      weights.mus.bias[size(m * sizes.dimension + d)] += d == 0 ? 2.0F : 5.0F;
    }
  }
  return weights;
}

std::shared_ptr<const Mdrnn> random_model(const Sizes& sizes, std::uint64_t seed) {
  return make(random_weights(sizes, seed));
}

}  // namespace imps::test
