#include "generate/soloist.h"

#include <algorithm>

#include <imps/surprise.h>

namespace imps {
namespace {

// The stage's bound between two predictions of a model that feeds itself (doc/design.md, "Time").
constexpr Duration kLeastGap = std::chrono::microseconds(100);

}  // namespace

Frame neutral_frame(int dimension) noexcept {
  Frame frame;
  frame.dt = 0.1;
  frame.resize(static_cast<std::size_t>(dimension - 1));
  for (double& x : frame.controls())
    x = 0.5;
  return frame;
}

Soloist::Soloist(const Mdrnn& model, const SoloSettings& settings)
    : model_(model), settings_(settings), state_(model), frame_(neutral_frame(model.dimension())) {}

void Soloist::hear(FrameView frame) noexcept { advance(model_, state_, frame); }

Soloist::Played Soloist::next() noexcept {
  // A network that has heard nothing has nothing to say.
  if (owed_ || !state_.has_mixture()) advance(model_, state_, frame_);
  owed_ = true;
  Uniforms uniforms(settings_.seed, settings_.agent, number_++);
  sample(state_.mixture(), settings_.temperatures, {}, settings_.surprise, uniforms, frame_);
  frame_.dt = std::min(frame_.dt, settings_.max_rest.count());
  at_ += std::max(to_duration(Seconds{frame_.dt * settings_.timescale}), kLeastGap);
  return {at_, std::as_const(frame_).controls()};
}

}  // namespace imps
