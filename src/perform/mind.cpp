#include "perform/mind.h"

#include <algorithm>
#include <utility>

namespace imps {
namespace {

/// What a network hears that must speak before anybody has played: all controls in the middle.
constexpr double kNeutralControl = 0.5;
constexpr double kNeutralDt = 0.1;

/// Of a control: no output has been told where it stands.
constexpr double kUntold = -1;

Frame neutral_frame(int dimension) noexcept {
  Frame frame;
  frame.dt = kNeutralDt;
  frame.resize(static_cast<std::size_t>(dimension - 1));
  for (double& x : frame.controls())
    x = kNeutralControl;
  return frame;
}

}  // namespace

Sizes Performer::Mind::sizes_of(const Mdrnn* model, int dimension) noexcept {
  return model != nullptr ? model->sizes()
                          : Sizes{.dimension = dimension, .layers = 0, .units = 0, .mixtures = 0};
}

Performer::Mind::Mind(std::shared_ptr<const Mdrnn> model_, int dimension_,
                      const PerformerSettings& settings_, TimePoint start,
                      std::span<const Frame> warm)
    : model(std::move(model_)),
      dimension(dimension_),
      settings(settings_),
      now(start),
      last_consumed(start),
      last_frame(neutral_frame(dimension_)),
      stands(last_frame),
      waiting(sizes_of(model.get(), dimension_)) {
  if (model != nullptr) {
    heard = Mdrnn::State(*model);
    ahead = Mdrnn::State(*model);
    for (const Frame& frame : warm)
      advance(*model, heard, frame);
  }
  if (!warm.empty()) stands = last_frame = warm.back();
  std::ranges::copy(std::as_const(stands).controls(), told.begin());
  for (std::size_t k = 0; k + 1 < static_cast<std::size_t>(dimension); ++k)
    all.set(k);
  if (settings.mode == Mode::battle && settings.start_now) begin_battle();
}

// ---- time

void Performer::Mind::enter(TimePoint at) noexcept {
  come_to(at);
  let_rest_go();
}

void Performer::Mind::come_to(TimePoint at) noexcept {
  now = std::max(now, at);
  actions.clear();
  settle();
}

// ---- the network

void Performer::Mind::settle() noexcept {
  if (!owed) return;
  owed = false;
  advance(*model, heard, last_frame);
  if (owed_polyphony) {
    owed_polyphony = false;
    schedule_polyphony();
  } else if (speaking() && !has_next) {
    draw_next(last_consumed);
  }
}

void Performer::Mind::consume(double dt, std::span<const double> controls, TimePoint at) noexcept {
  last_frame = FrameView{dt, controls};
  last_consumed = at;
  owed = model != nullptr;
}

// ---- what goes out

void Performer::Mind::sound(const Prediction& prediction) noexcept {
  ++counts.predictions;
  sounding = prediction.frame;
  hands.sounded(prediction);
  // One that waited was drawn when the hands were elsewhere.
  const ControlSet still = hands.held() | prediction.still;
  for (std::size_t k = 0; k < sounding.controls().size(); ++k)
    if (still.test(k)) sounding.controls()[k] = stands.controls()[k];
  stands = sounding;
  if (muted) {
    actions.add(Withheld{now, prediction.number});
    return;
  }
  holding = true;
  const ControlSet moved = (all & ~still) | untold();
  tell(sounding.controls(), moved);
  actions.add(Play{prediction.due, std::as_const(sounding).controls(), prediction.number, moved});
  actions.add(WriteRow{now, Voice::model, std::as_const(sounding).controls()});
}

void Performer::Mind::tell(std::span<const double> controls, const ControlSet& which) noexcept {
  for (std::size_t k = 0; k < controls.size(); ++k)
    if (which.test(k)) told[k] = controls[k];
  were_told |= which;
}

void Performer::Mind::leave_untold(const ControlSet& touched) noexcept {
  const ControlSet news = touched & all & ~were_told;
  for (std::size_t k = 0; k < told.size(); ++k)
    if (news.test(k)) told[k] = kUntold;
}

ControlSet Performer::Mind::untold() const noexcept {
  ControlSet untold = fixed & all & ~hands.held();
  for (std::size_t k = 0; k < told.size(); ++k)
    if (untold.test(k) && told[k] == std::as_const(sounding).controls()[k]) untold.reset(k);
  return untold;
}

void Performer::Mind::release() noexcept {
  if (!holding) return;
  holding = false;
  for (std::size_t k = 0; k < told.size(); ++k)
    if (were_told.test(k)) told[k] = kUntold;  // notes have ended
  actions.add(Release{});
}

void Performer::Mind::give_voice(Voice to) noexcept {
  if (voice == to) return;
  voice = to;
  actions.add(HandOver{now, to});
}

}  // namespace imps
