#include "model/built_in.h"

#include <array>
#include <cassert>

#include "core/elementary.h"

namespace imps {
namespace {

// A gate held open or shut by its bias alone.
constexpr float kOpen = 12.0F;
constexpr float kShut = -12.0F;

// tanh(tanh(u)) is close to u for small u: inputs come in at this slope and go out at its inverse.
constexpr double kSlope = 0.02;
constexpr double kCentre = 5.0;      // of a control, ×10
constexpr double kPaceCentre = 3.0;  // of dt, ×10

// How much of a slow cell is new at each frame.
constexpr double kAverageRate = 0.08;
constexpr double kPaceRate = 0.25;

double logit(double p) { return logarithm(p / (1 - p)); }

// One component: where each control goes, relative to where it is and to its average.
struct Gesture {
  double weight;   // probability
  double last;     // share of the last position
  double average;  // share of the average
  double step;     // ×10, one way for even controls and the other for odd
  double pace;     // of the performer's pace
};
constexpr std::array<Gesture, 5> kGestures{{
    {0.30, 1.0, 0.0, 0.0, 1.0},
    {0.25, 0.95, 0.05, 0.6, 1.0},
    {0.25, 0.95, 0.05, -0.6, 1.0},
    {0.12, 0.4, 0.6, 0.0, 2.0},
    {0.08, -1.0, 2.0, 0.0, 0.5},
}};
constexpr double kSigmaControl = 1.0;  // ×10
constexpr double kSigmaPace = 0.6;

}  // namespace

Weights built_in_weights(int dimension) {
  assert(dimension >= kMinDimension && dimension <= kMaxDimension);
  const auto controls = static_cast<std::size_t>(dimension - 1);
  const auto inputs = static_cast<std::size_t>(dimension);
  // Units: the last position of each control, the average of each, the pace.
  const std::size_t units = 2 * controls + 1;
  const std::size_t pace = 2 * controls;
  const std::size_t gates = 4 * units;

  Weights weights;
  weights.sizes = {.dimension = dimension,
                   .layers = 1,
                   .units = static_cast<int>(units),
                   .mixtures = static_cast<int>(kGestures.size())};
  auto& lstm = weights.lstm.emplace_back();
  lstm.kernel.assign(inputs * gates, 0.0F);
  lstm.recurrent_kernel.assign(units * gates, 0.0F);
  lstm.bias.assign(gates, 0.0F);
  // The cell of `unit` takes in `input` at `rate` (1: all of it at once).
  const auto listen = [&](std::size_t unit, std::size_t input, double centre, double rate) {
    lstm.kernel[input * gates + 2 * units + unit] = static_cast<float>(kSlope);
    lstm.bias[2 * units + unit] = static_cast<float>(-kSlope * centre);
    lstm.bias[unit] = rate >= 1 ? kOpen : static_cast<float>(logit(rate));
    lstm.bias[units + unit] = rate >= 1 ? kShut : static_cast<float>(logit(1 - rate));
    lstm.bias[3 * units + unit] = kOpen;
  };
  for (std::size_t k = 0; k < controls; ++k) {
    listen(k, k + 1, kCentre, 1);
    listen(controls + k, k + 1, kCentre, kAverageRate);
  }
  listen(pace, 0, kPaceCentre, kPaceRate);

  const std::size_t gaussians = kGestures.size() * inputs;
  weights.mus.kernel.assign(units * gaussians, 0.0F);
  weights.mus.bias.assign(gaussians, 0.0F);
  weights.sigmas.kernel.assign(units * gaussians, 0.0F);
  weights.sigmas.bias.assign(gaussians, 0.0F);
  weights.pi.kernel.assign(units * kGestures.size(), 0.0F);
  for (std::size_t m = 0; m < kGestures.size(); ++m) {
    const Gesture& gesture = kGestures[m];
    const auto mu = [&](std::size_t unit, std::size_t d) -> float& {
      return weights.mus.kernel[unit * gaussians + m * inputs + d];
    };
    mu(pace, 0) = static_cast<float>(gesture.pace / kSlope);
    weights.mus.bias[m * inputs] = static_cast<float>(gesture.pace * kPaceCentre);
    // elu(z) + 1 = exp(z) up to 1.
    weights.sigmas.bias[m * inputs] = static_cast<float>(logarithm(kSigmaPace));
    for (std::size_t k = 0; k < controls; ++k) {
      mu(k, k + 1) = static_cast<float>(gesture.last / kSlope);
      mu(controls + k, k + 1) = static_cast<float>(gesture.average / kSlope);
      const double step = k % 2 == 0 ? gesture.step : -gesture.step;
      weights.mus.bias[m * inputs + k + 1] =
          static_cast<float>(kCentre * (gesture.last + gesture.average) + step);
      weights.sigmas.bias[m * inputs + k + 1] = static_cast<float>(logarithm(kSigmaControl));
    }
    weights.pi.bias.push_back(static_cast<float>(logarithm(gesture.weight)));
  }
  return weights;
}

}  // namespace imps
