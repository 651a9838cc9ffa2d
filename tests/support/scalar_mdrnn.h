// The network as the formulas say it, one number at a time in double precision: what the packed
// step is compared with.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include <imps/model.h>
#include <imps/random.h>

namespace imps::test {

/// Weights as a network begins with: uniform with the spread of Glorot's, forget bias 1.
inline Weights random_weights(const Sizes& sizes, std::uint64_t seed) {
  Uniforms uniforms(seed, 0, 0);
  const auto fill = [&](std::size_t rows, std::size_t columns) {
    const double limit = std::sqrt(6.0 / static_cast<double>(rows + columns));
    std::vector<float> values(rows * columns);
    for (float& value : values)
      value = static_cast<float>((2 * uniforms.next() - 1) * limit);
    return values;
  };
  const auto units = static_cast<std::size_t>(sizes.units);
  const auto dimension = static_cast<std::size_t>(sizes.dimension);
  const auto mixtures = static_cast<std::size_t>(sizes.mixtures);
  Weights weights;
  weights.sizes = sizes;
  for (int l = 0; l < sizes.layers; ++l) {
    LstmWeights layer;
    layer.kernel = fill(l == 0 ? dimension : units, 4 * units);
    layer.recurrent_kernel = fill(units, 4 * units);
    layer.bias = fill(1, 4 * units);
    for (std::size_t u = units; u < 2 * units; ++u)
      layer.bias[u] += 1;
    weights.lstm.push_back(std::move(layer));
  }
  const auto dense = [&](std::size_t out) { return DenseWeights{fill(units, out), fill(1, out)}; };
  weights.mus = dense(mixtures * dimension);
  weights.sigmas = dense(mixtures * dimension);
  weights.pi = dense(mixtures);
  return weights;
}

class ScalarMdrnn {
 public:
  explicit ScalarMdrnn(const Weights& weights)
      : weights_(weights),
        h_(weights.lstm.size(), std::vector<double>(units())),
        c_(weights.lstm.size(), std::vector<double>(units())) {}

  /// [mus | sigmas | logits] for the frame `values` = (dt, x_1, …), unscaled.
  std::vector<double> step(const std::vector<double>& values) {
    std::vector<double> below;
    for (const double value : values)
      below.push_back(static_cast<float>(value * kScale));
    for (std::size_t l = 0; l < h_.size(); ++l) {
      layer(weights_.lstm[l], below, h_[l], c_[l]);
      below = h_[l];
    }
    std::vector<double> out = dense(weights_.mus, below);
    for (const double z : dense(weights_.sigmas, below))
      out.push_back((z > 0 ? z + 1 : std::exp(z)) + 1e-7);
    for (const double logit : dense(weights_.pi, below))
      out.push_back(logit);
    return out;
  }

 private:
  [[nodiscard]] std::size_t units() const { return static_cast<std::size_t>(weights_.sizes.units); }

  static void add_rows(const std::vector<float>& kernel, const std::vector<double>& input,
                       std::vector<double>& sums) {
    for (std::size_t k = 0; k < input.size(); ++k) {
      for (std::size_t column = 0; column < sums.size(); ++column)
        sums[column] += input[k] * kernel[k * sums.size() + column];
    }
  }

  static std::vector<double> dense(const DenseWeights& weights, const std::vector<double>& h) {
    std::vector<double> sums(weights.bias.begin(), weights.bias.end());
    add_rows(weights.kernel, h, sums);
    return sums;
  }

  static double sigmoid(double z) { return 1 / (1 + std::exp(-z)); }

  void layer(const LstmWeights& weights, const std::vector<double>& input, std::vector<double>& h,
             std::vector<double>& c) const {
    std::vector<double> sums(weights.bias.begin(), weights.bias.end());
    add_rows(weights.kernel, input, sums);
    add_rows(weights.recurrent_kernel, h, sums);
    const double* const gate = sums.data();
    for (std::size_t u = 0; u < h.size(); ++u) {
      const double i = sigmoid(gate[u]);
      const double f = sigmoid(gate[units() + u]);
      const double g = std::tanh(gate[2 * units() + u]);
      const double o = sigmoid(gate[3 * units() + u]);
      c[u] = f * c[u] + i * g;
      h[u] = o * std::tanh(c[u]);
    }
  }

  const Weights& weights_;
  std::vector<std::vector<double>> h_;  // [layers][units]
  std::vector<std::vector<double>> c_;
};

/// [mus | sigmas | logits] of a mixture.
inline std::vector<float> flat(const MixtureView& mixture) {
  std::vector<float> all(mixture.mus.begin(), mixture.mus.end());
  all.insert(all.end(), mixture.sigmas.begin(), mixture.sigmas.end());
  all.insert(all.end(), mixture.logits.begin(), mixture.logits.end());
  return all;
}

/// The largest |a − b| / max(1, |b|); infinite when the sizes differ or something is no number.
template <class A, class B>
double largest_error(const A& a, const B& b) {
  if (a.size() != b.size()) return HUGE_VAL;
  double largest = 0;
  for (std::size_t k = 0; k < a.size(); ++k) {
    const double expected = static_cast<double>(b[k]);
    const double error =
        std::abs(static_cast<double>(a[k]) - expected) / std::max(1.0, std::abs(expected));
    if (!(error <= largest)) largest = std::isnan(error) ? HUGE_VAL : error;
  }
  return largest;
}

}  // namespace imps::test
