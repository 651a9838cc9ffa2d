#include <algorithm>
#include <cassert>

#include <imps/model.h>

#include "model/packed.h"

namespace imps {

Result<Mdrnn> Mdrnn::make(const Weights& weights) {
  if (const Result<void> checked = check(weights); !checked) return checked.error();
  return Mdrnn(std::make_unique<Packed>(make_plan(weights, step_kernel())));
}

Mdrnn::Mdrnn(std::unique_ptr<Packed> packed) noexcept : packed_(std::move(packed)) {}
Mdrnn::Mdrnn(Mdrnn&&) noexcept = default;
Mdrnn& Mdrnn::operator=(Mdrnn&&) noexcept = default;
Mdrnn::~Mdrnn() = default;

Sizes Mdrnn::sizes() const noexcept { return packed_->plan.sizes; }

Mdrnn::State::State(const Mdrnn& model)
    : sizes_(model.sizes()),
      padded_units_(model.packed_->plan.padded_units),
      memory_(lines(3 * static_cast<std::size_t>(sizes_.layers) * padded_units_)),
      output_(lines(model.packed_->plan.padded_outputs)) {}

std::vector<Mdrnn::State::Line> Mdrnn::State::lines(std::size_t floats) {
  constexpr std::size_t kFloats = sizeof(Line) / sizeof(float);
  return std::vector<Line>((floats + kFloats - 1) / kFloats);
}

void Mdrnn::State::reset() noexcept {
  std::fill(memory_.begin(), memory_.end(), Line{});
  heard_ = false;
}

MixtureView Mdrnn::State::mixture() const noexcept {
  if (output_.empty()) return {};
  const auto mixtures = static_cast<std::size_t>(sizes_.mixtures);
  const std::size_t values = mixtures * static_cast<std::size_t>(sizes_.dimension);
  const float* const sigmas = output_.front().values;
  return {.dimension = sizes_.dimension,
          .mixtures = sizes_.mixtures,
          .mus = {sigmas + values, values},
          .sigmas = {sigmas, values},
          .logits = {sigmas + 2 * values, mixtures}};
}

std::vector<float> Mdrnn::State::values() const {
  std::vector<float> all;
  const auto layers = static_cast<std::size_t>(sizes_.layers);
  const auto units = static_cast<std::ptrdiff_t>(sizes_.units);
  if (memory_.empty()) return all;
  const float* h = memory_.front().values + (second_ ? layers * padded_units_ : 0);
  const float* c = memory_.front().values + 2 * layers * padded_units_;
  for (std::size_t l = 0; l < layers; ++l) {
    all.insert(all.end(), h, h + units);
    all.insert(all.end(), c, c + units);
    h += padded_units_;
    c += padded_units_;
  }
  return all;
}

void advance(const Mdrnn& model, Mdrnn::State& state, FrameView frame) noexcept {
  const Plan& plan = model.packed_->plan;
  assert(frame.dimension() == plan.sizes.dimension && state.sizes_ == plan.sizes);
  // NaN counts as 0. The bounds are far beyond anything played; they keep every sum in a step
  // finite.
  const auto scaled = [](double value) {
    return value == value ? static_cast<float>(std::clamp(value, -1e6, 1e6) * kScale) : 0.0f;
  };
  alignas(64) float input[kMaxDimension];
  input[0] = scaled(frame.dt);
  std::transform(frame.controls.begin(), frame.controls.end(), input + 1, scaled);

  const std::size_t part = static_cast<std::size_t>(plan.sizes.layers) * plan.padded_units;
  float* const first = state.memory_.front().values;
  float* const second = first + part;
  plan.kernel->step(plan, input, state.second_ ? second : first, state.second_ ? first : second,
                    first + 2 * part, state.output_.front().values);
  state.second_ = !state.second_;
  state.heard_ = true;
}

}  // namespace imps
