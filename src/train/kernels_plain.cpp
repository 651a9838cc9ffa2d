// The kernels in double, as one would write them on paper: what the fast ones are held against.
#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include <imps/model.h>

#include "train/kernels.h"

namespace imps::train {
namespace {

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

}  // namespace

void run(const GatesForward<double>& job) noexcept {
  const std::size_t n = job.units;
  for (std::size_t r = 0; r < job.rows; ++r) {
    double* const z = job.z + r * 4 * n;
    for (std::size_t u = 0; u < n; ++u) {
      const double i = sigmoid(z[u]);
      const double f = sigmoid(z[n + u]);
      const double g = std::tanh(z[2 * n + u]);
      const double o = sigmoid(z[3 * n + u]);
      const double c = f * job.c_before[r * n + u] + i * g;
      const double t = std::tanh(c);
      z[u] = i;
      z[n + u] = f;
      z[2 * n + u] = g;
      z[3 * n + u] = o;
      job.c[r * n + u] = c;
      job.tanh_c[r * n + u] = t;
      job.h[r * n + u] = o * t;
    }
  }
}

void run(const GatesBackward<double>& job) noexcept {
  const std::size_t n = job.units;
  for (std::size_t r = 0; r < job.rows; ++r) {
    double* const gates = job.gates + r * 4 * n;
    for (std::size_t u = 0; u < n; ++u) {
      const double i = gates[u];
      const double f = gates[n + u];
      const double g = gates[2 * n + u];
      const double o = gates[3 * n + u];
      const double t = job.tanh_c[r * n + u];
      const double dh = job.dh_above[r * n + u] + job.dh_after[r * n + u];
      const double dc = job.dc[r * n + u] + dh * o * (1 - t * t);
      gates[u] = dc * g * i * (1 - i);
      gates[n + u] = dc * job.c_before[r * n + u] * f * (1 - f);
      gates[2 * n + u] = dc * i * (1 - g * g);
      gates[3 * n + u] = dh * t * o * (1 - o);
      job.dc[r * n + u] = dc * f;
    }
  }
}

void run(const MixtureLoss<double>& job) noexcept {
  const std::size_t size = job.mixtures * job.dimension;
  for (std::size_t k = 0; k < job.columns; ++k) {
    const auto at = [&](std::size_t row) -> double& { return job.outputs[row * job.columns + k]; };
    const double weight = job.weights[k];
    job.losses[k] = 0;
    if (weight == 0) {
      if (job.derivatives)
        for (std::size_t row = 0; row < 2 * size + job.mixtures; ++row)
          at(row) = 0;
      continue;
    }
    std::array<double, kMaxMixtures> joint{};
    double most_logit = at(2 * size);
    for (std::size_t m = 1; m < job.mixtures; ++m)
      most_logit = std::max(most_logit, at(2 * size + m));
    double logit_sum = 0;
    for (std::size_t m = 0; m < job.mixtures; ++m)
      logit_sum += std::exp(at(2 * size + m) - most_logit);
    double most = -INFINITY;
    for (std::size_t m = 0; m < job.mixtures; ++m) {
      double log_density = at(2 * size + m) - most_logit - std::log(logit_sum);
      for (std::size_t d = 0; d < job.dimension; ++d) {
        const double z = at(size + m * job.dimension + d);
        const double sigma = (z > 0 ? z + 1 : std::exp(z)) + 1e-7;
        const double r = (job.targets[d * job.columns + k] - at(m * job.dimension + d)) / sigma;
        log_density -= std::log(sigma) + 0.5 * r * r + 0.5 * std::log(2 * std::numbers::pi);
      }
      joint[m] = log_density;
      most = std::max(most, log_density);
    }
    double sum = 0;
    for (std::size_t m = 0; m < job.mixtures; ++m)
      sum += std::exp(joint[m] - most);
    const double log_likelihood = most + std::log(sum);
    job.losses[k] = -weight * log_likelihood;
    if (!job.derivatives) continue;
    for (std::size_t m = 0; m < job.mixtures; ++m) {
      const double part = std::exp(joint[m] - log_likelihood);  // the component's responsibility
      const double prior = std::exp(at(2 * size + m) - most_logit) / logit_sum;
      for (std::size_t d = 0; d < job.dimension; ++d) {
        double& mu = at(m * job.dimension + d);
        double& z = at(size + m * job.dimension + d);
        const double slope = z > 0 ? 1 : std::exp(z);
        const double sigma = (z > 0 ? z + 1 : std::exp(z)) + 1e-7;
        const double r = (job.targets[d * job.columns + k] - mu) / sigma;
        mu = -weight * part * r / sigma;
        z = weight * part * (1 - r * r) / sigma * slope;
      }
      // The softmax's sum is taken before any logit is replaced: `prior` needs only this one.
      at(2 * size + m) = weight * (prior - part);
    }
  }
}

void run(const AdamStep<double>& job) noexcept {
  for (std::size_t k = 0; k < job.count; ++k) {
    const double own = job.scales != nullptr ? job.scales[k] : 1;
    const double g = job.gradient[k] * job.gradient_scale * own;
    job.first[k] += (1 - job.beta1) * (g - job.first[k]);
    job.second[k] += (1 - job.beta2) * (g * g - job.second[k]);
    job.parameters[k] = job.parameters[k] * job.decay -
                        job.rate * own * job.first[k] / (std::sqrt(job.second[k]) + job.epsilon);
    if (job.average != nullptr)
      job.average[k] += job.average_part * (job.parameters[k] - job.average[k]);
  }
}

}  // namespace imps::train
