#include <algorithm>
#include <utility>

#include <imps/surprise.h>

#include "perform/mind.h"

namespace imps {
namespace {

/// Between two predictions of a model that feeds itself: a tiny time scale is no flood.
constexpr Duration kLeastGap = std::chrono::microseconds(100);

/// Tells the uniform numbers of what moves from those of where it moves to, agents being few.
constexpr std::uint32_t kRests = 0x8000'0000;

}  // namespace

void Performer::Mind::draw(const MixtureView& mixture, TimePoint base, std::uint64_t which,
                           Prediction& into, const Scene& scene) noexcept {
  into.still = scene.hands.held() | fixed | resting(which);
  conditions.held = into.still;
  if (into.still.any()) {
    std::ranges::copy(scene.stands, conditions.values.begin());
    put_where_held(into.still, scene);
  }
  const double least = std::max(
      std::max(to_seconds(scene.passed).count(), 0.0) / settings.timescale, limits[0].least);
  conditions.dt_least = least;
  Uniforms uniforms(settings.seed, settings.agent, which);
  sample(mixture, settings.temperatures, conditions, settings.surprise, uniforms, into.frame);
  into.frame.dt = std::min(into.frame.dt, std::max(settings.max_rest.count(), least));
  into.number = which;
  set_base(into, base);
  scene.hands.bend(into, manners());
}

ControlSet Performer::Mind::resting(std::uint64_t which) const noexcept {
  ControlSet rests;
  if (sparse.none()) return rests;
  Uniforms uniforms(settings.seed, settings.agent ^ kRests, which);
  for (std::size_t k = 0; k + 1 < limits.size(); ++k)
    if (sparse.test(k)) rests.set(k, uniforms.next() > limits[k + 1].chance);
  return rests;
}

void Performer::Mind::put_where_held(ControlSet& still, const Scene& scene) noexcept {
  const ControlSet held = fixed & ~scene.hands.held();
  for (std::size_t k = 0; k + 1 < limits.size() && held.any(); ++k) {
    if (!held.test(k) || !limits[k + 1].held_at) continue;
    conditions.values[k] = *limits[k + 1].held_at;
    if (scene.stands[k] != conditions.values[k]) still.reset(k);
  }
}

void Performer::Mind::set_base(Prediction& prediction, TimePoint base) const noexcept {
  prediction.base = base;
  const TimePoint due = base + to_duration(Seconds{prediction.frame.dt * settings.timescale});
  prediction.due = drawn_to(settings.beat, due, base);
}

void Performer::Mind::hold_back(Prediction& prediction, TimePoint at) const noexcept {
  if (prediction.due < at) prediction.due = std::max(drawn_to(settings.beat, at, at), at);
}

void Performer::Mind::set_own_base(Prediction& prediction, TimePoint base) const noexcept {
  set_base(prediction, base);
  prediction.due = std::max(prediction.due, base + kLeastGap);
}

void Performer::Mind::draw_next(TimePoint base) noexcept {
  ensure_mixture();
  draw(heard.mixture(), base, number++, next, as_it_is());
  set_own_base(next, base);
  has_next = true;
  thought = false;
}

void Performer::Mind::speak_from(TimePoint base) noexcept {
  settle();
  if (!has_next) draw_next(base);
  hold_back(next, now);
}

void Performer::Mind::think() noexcept {
  settle();
  if (!has_next || thought) return;
  ahead = heard;
  advance(*model, ahead, next.frame);
  Hands then = hands;
  then.sounded(next);
  draw(ahead.mixture(), next.due, next.number + 1, following,
       {then, std::as_const(next.frame).controls()});
  set_own_base(following, next.due);
  thought = true;
}

void Performer::Mind::redraw() noexcept {
  redraw_next(now);
  waiting.for_each([this](Waiting::Entry& entry) {
    draw(entry.mixture, entry.prediction.base, entry.prediction.number, entry.prediction,
         as_it_is());
  });
}

void Performer::Mind::redraw_next(TimePoint at) noexcept {
  if (!has_next) return;
  const TimePoint base = next.base;
  draw(heard.mixture(), base, next.number, next, as_it_is(together() ? at - base : Duration{0}));
  set_own_base(next, base);
  hold_back(next, at);
  thought = false;
}

void Performer::Mind::cancel() noexcept {
  if (has_next) ++counts.cancelled;
  has_next = false;
  thought = false;
  counts.cancelled += waiting.size();
  waiting.clear();
}

void Performer::Mind::schedule_polyphony() noexcept {
  if (paused || settings.mode != Mode::polyphony) return;
  bool dropped = false;
  auto& entry = waiting.add(heard.mixture(), number, dropped);
  if (dropped) ++counts.overflowed;
  draw(entry.mixture, last_consumed, number++, entry.prediction, as_it_is());
}

}  // namespace imps
