// Whether frames look drawn from the mixtures that they are said to be drawn from.
#pragma once

#include <array>
#include <string>
#include <vector>

#include <imps/model.h>

namespace imps::test {

/// A frame's coordinates are turned, one after another, into what their distribution given the ones
/// before says of them (Rosenblatt, "Remarks on a multivariate transformation", 1952): with the
/// right mixture these are independent and uniform, whatever the mixture. A coordinate on a bound
/// is counted against the mass beyond that bound instead, and the others are judged given that they
/// are within the bounds. It is the joint distribution that is tested: means, deviations, weights,
/// and that all coordinates come from one component.
class Uniformity {
 public:
  /// @param longest_rest  the upper bound of dt, in seconds.
  Uniformity(int dimension, const Temperatures& temperatures, double longest_rest);

  /// One frame (dt, x_1 … x_N) that is said to be from `mixture`.
  void add(const MixtureView& mixture, const std::vector<double>& frame);

  /// "" when every coordinate passes: Kolmogorov's statistic below its 1 − 10⁻⁴ quantile, and the
  /// counts on the bounds within 5 standard deviations (and 3 counts) of what is expected; else
  /// what does not.
  [[nodiscard]] std::string fault() const;

  /// How many numbers the Kolmogorov statistics are made of.
  [[nodiscard]] std::size_t judged() const;

 private:
  struct Bound {
    double found = 0;
    double expected = 0;
    double variance = 0;
  };
  struct Coordinate {
    std::vector<double> uniforms;
    std::array<Bound, 2> bounds;  // lower, upper
  };

  Temperatures temperatures_;
  double longest_rest_;
  std::vector<Coordinate> coordinates_;
};

}  // namespace imps::test
