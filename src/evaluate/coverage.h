// Whether predictions are as sure as they should be.
#pragma once

namespace imps::evaluate {

/// How often what came lay in the middle of what was predicted: of a model that is as sure as it
/// should be, half of the time in the central 50 % of its distribution, and 90 % in the central
/// 90 %. More: it is too unsure; less: too sure.
struct Coverage {
  double half = 0;
  double ninety = 0;
};

/// How much of [lower, upper], 0 ≤ lower ≤ upper ≤ 1, lies in the central `level`, (0, 1), of
/// [0, 1], as a part of its width; of a point, 0 or 1. With lower and upper what a prediction gives
/// to less than a bin, and to it and less, that is the expected value for a place within the bin
/// that nobody knows (the nonrandomised PIT of Czado, Gneiting and Held, 2009).
double central_part(double lower, double upper, double level) noexcept;

}  // namespace imps::evaluate
