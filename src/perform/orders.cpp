// What a performer does that is told what to do.
#include <algorithm>
#include <utility>

#include "perform/mind.h"

namespace imps {

void Performer::Mind::set_mode(Mode mode) noexcept {
  if (mode == settings.mode) return;
  cancel();
  release();
  forget_hands();
  held_back = false;
  const bool was_deaf = settings.mode == Mode::user_only;
  settings.mode = mode;
  if (was_deaf && unconsumed) {
    // The network goes on from where the performer is.
    const Seconds dt = std::min(to_seconds(last_played - last_consumed), settings.max_rest);
    consume(std::max(dt.count(), 0.0), std::as_const(played).controls(), last_played);
    settle();
  }
  const bool begins = mode == Mode::battle && (answer_wanted || settings.start_now);
  if (begins) {
    begin_battle();
  } else if (mode == Mode::duet) {
    share_voice();
    if (speaking()) speak_from(now);
  } else {
    give_voice(Voice::performer);
  }
  answer_armed = answer_wanted;
}

void Performer::Mind::set_shared(bool on) noexcept {
  settings.shared = on;
  if (together()) return;
  const bool had_any = hands.held().any();
  forget_hands();
  if (!had_any || settings.mode == Mode::polyphony) return;
  // A battle that had come to rest under the performer's hands goes on.
  if (settings.mode == Mode::battle && answer_wanted && !held_back) give_voice(Voice::model);
  redraw_next(now);
  if (speaking()) speak_from(now);
}

void Performer::Mind::set_paused(bool on) noexcept {
  if (on == paused) return;
  if (on) {
    cancel();
    release();
    paused = true;
  } else {
    paused = false;
    if (speaking()) speak_from(now);
  }
}

void Performer::Mind::set_muted(bool on) noexcept {
  if (on && !muted) release();
  muted = on;
}

void Performer::Mind::reset() noexcept {
  cancel();
  if (model != nullptr) heard.reset();
  const bool may_begin = voice == Voice::performer && settings.start_now && !held_back;
  if (settings.mode == Mode::battle && may_begin) {
    begin_battle();
  } else if (speaking()) {
    speak_from(now);
  }
}

void Performer::Mind::panic() noexcept {
  ++counts.panics;
  cancel();
  holding = true;  // whatever we believe: everything ends
  release();
  forget_hands();
  give_voice(Voice::performer);
  answer_armed = false;
  answer_wanted = false;
  held_back = false;
}

void Performer::Mind::hand_over() noexcept {
  if (!feeds_itself() || model == nullptr || paused) return;
  if (voice == Voice::model) {
    cancel();
    release();
    give_voice(Voice::performer);
    answer_armed = false;  // until the performer has played
    held_back = true;
  } else {
    held_back = false;
    if (settings.mode == Mode::duet) answer_wanted = true;
    if (const ControlSet before = hands.held(); before.any()) {
      hands.release_all(now, std::as_const(stands).controls(), manners());
      tell_owner(before);
    }
    give_voice(Voice::model);
    speak_from(settings.mode == Mode::call_response && answer_armed ? last_played : now);
  }
}

void Performer::Mind::set_seed(std::uint64_t seed) noexcept {
  settings.seed = seed;
  number = 0;
  waiting.for_each([this](Waiting::Entry& entry) { entry.prediction.number = number++; });
  if (has_next) next.number = number++;
  redraw();
}

void Performer::Mind::set_limit(std::size_t dimension_, const Limit& limit) noexcept {
  if (dimension_ >= limits.size()) return;
  limits[dimension_] = limit;
  if (dimension_ == 0) {
    conditions.dt_most = limit.most;
    conditions.dt_sigma = limit.sigma;
  } else {
    const std::size_t k = dimension_ - 1;
    conditions.limits[k] = limits[dimension_].limits();
    conditions.limited.set(k, !conditions.limits[k].is_none());
    fixed.set(k, limit.is_held);
    sparse.set(k, limit.chance < 1);
    stepped.set(k, limit.step_count > 0);
  }
  redraw();
}

}  // namespace imps
