#include "tests/reference/uniformity.h"

#include <algorithm>
#include <cmath>
#include <sstream>

namespace imps::test {
namespace {

/// √n·D exceeds this with probability 2·exp(−2x²) = 10⁻⁴.
constexpr double kCritical = 2.2253;
constexpr double kDeviations = 5;
/// Where next to nothing is expected the normal approximation is none.
constexpr double kFewCounts = 3;

double below(double z) { return 0.5 * std::erfc(-z / std::sqrt(2.0)); }

double kolmogorov(std::vector<double> uniforms) {
  std::sort(uniforms.begin(), uniforms.end());
  const auto n = static_cast<double>(uniforms.size());
  double largest = 0;
  for (std::size_t k = 0; k < uniforms.size(); ++k) {
    const auto rank = static_cast<double>(k);
    largest = std::max({largest, (rank + 1) / n - uniforms[k], uniforms[k] - rank / n});
  }
  return std::sqrt(n) * largest;
}

/// Weights that sum to 1, given their logarithms.
std::vector<double> weights(const std::vector<double>& logarithms) {
  const double largest = *std::max_element(logarithms.begin(), logarithms.end());
  std::vector<double> values;
  double total = 0;
  for (const double logarithm : logarithms) {
    values.push_back(std::exp(logarithm - largest));
    total += values.back();
  }
  for (double& value : values)
    value /= total;
  return values;
}

}  // namespace

Uniformity::Uniformity(int dimension, const Temperatures& temperatures, double longest_rest)
    : temperatures_(temperatures),
      longest_rest_(longest_rest),
      coordinates_(static_cast<std::size_t>(dimension)) {}

void Uniformity::add(const MixtureView& mixture, const std::vector<double>& frame) {
  const auto components = static_cast<std::size_t>(mixture.mixtures);
  std::vector<double> logarithms;  // of the components' weights, given the coordinates so far
  for (const float logit : mixture.logits)
    logarithms.push_back(logit / temperatures_.pi);

  for (std::size_t d = 0; d < coordinates_.size(); ++d) {
    const double least = d == 0 ? 0.001 : 0;
    const double most = d == 0 ? longest_rest_ : 1;
    const auto z = [&](std::size_t m, double value) {
      const std::size_t k = m * coordinates_.size() + d;
      return (value * kScale - mixture.mus[k]) /
             (mixture.sigmas[k] * std::sqrt(temperatures_.sigma));
    };
    const std::vector<double> weight = weights(logarithms);
    double under_least = 0;
    double under_most = 0;
    double over_most = 0;
    double under_value = 0;
    for (std::size_t m = 0; m < components; ++m) {
      under_least += weight[m] * below(z(m, least));
      under_most += weight[m] * below(z(m, most));
      over_most += weight[m] * below(-z(m, most));
      under_value += weight[m] * below(z(m, frame[d]));
    }

    Coordinate& coordinate = coordinates_[d];
    const std::array<double, 2> beyond{under_least, over_most};
    for (std::size_t side = 0; side < 2; ++side) {
      coordinate.bounds[side].expected += beyond[side];
      coordinate.bounds[side].variance += beyond[side] * (1 - beyond[side]);
    }
    const bool at_least = frame[d] <= least;
    const bool at_most = frame[d] >= most;
    if (at_least || at_most) {
      ++coordinate.bounds[at_least ? 0 : 1].found;
    } else {
      coordinate.uniforms.push_back((under_value - under_least) / (under_most - under_least));
    }
    for (std::size_t m = 0; m < components; ++m) {
      const double away = z(m, frame[d]);
      logarithms[m] +=
          at_least  ? std::log(below(z(m, least)))
          : at_most ? std::log(below(-z(m, most)))
                    : -0.5 * away * away - std::log(mixture.sigmas[m * coordinates_.size() + d]);
    }
  }
}

std::string Uniformity::fault() const {
  std::ostringstream text;
  for (std::size_t d = 0; d < coordinates_.size(); ++d) {
    const Coordinate& coordinate = coordinates_[d];
    if (!coordinate.uniforms.empty()) {
      const double statistic = kolmogorov(coordinate.uniforms);
      if (!(statistic < kCritical)) {
        text << "coordinate " << d << ": Kolmogorov's statistic of " << coordinate.uniforms.size()
             << " is " << statistic << "\n";
      }
    }
    for (const Bound& bound : coordinate.bounds) {
      const double allowed = std::max(kFewCounts, kDeviations * std::sqrt(bound.variance));
      if (!(std::abs(bound.found - bound.expected) <= allowed)) {
        text << "coordinate " << d << ": " << bound.found << " on its "
             << (&bound == coordinate.bounds.data() ? "lower" : "upper") << " bound, expected "
             << bound.expected << " ± " << std::sqrt(bound.variance) << "\n";
      }
    }
  }
  return text.str();
}

std::size_t Uniformity::judged() const {
  std::size_t count = 0;
  for (const Coordinate& coordinate : coordinates_)
    count += coordinate.uniforms.size();
  return count;
}

}  // namespace imps::test
