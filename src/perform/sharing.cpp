#include "perform/mind.h"

namespace imps {

bool Performer::Mind::together() const noexcept {
  switch (settings.mode) {
    case Mode::duet:
      return true;
    case Mode::call_response:
      return settings.shared && voice == Voice::model;
    case Mode::battle:
    case Mode::polyphony:
      return settings.shared;
    case Mode::user_only:
      break;
  }
  return false;
}

void Performer::Mind::forget_hands() noexcept {
  const ControlSet before = hands.held();
  hands.forget();
  tell_owner(before);
}

void Performer::Mind::take_hand(const PerformerFrame& frame) noexcept {
  const ControlSet before = hands.held();
  const ControlSet touched = frame.touched & all;
  for (std::size_t k = 0; k < frame.controls.size(); ++k)
    if (touched.test(k)) stands.controls()[k] = frame.controls[k];
  hands.touch(touched, now);
  if (const ControlSet taken = touched & ~before; holding && taken.any()) actions.add(LetGo{taken});
  tell_owner(before);
}

void Performer::Mind::grip(std::size_t control, bool on) noexcept {
  if (!together() || !all.test(control)) return;
  const ControlSet before = hands.held();
  if (!on && !before.test(control)) return;
  hands.grip(control, on, now);
  if (const ControlSet taken = hands.held() & ~before; holding && taken.any())
    actions.add(LetGo{taken});
  tell_owner(before);
  if (settings.mode == Mode::duet || settings.mode == Mode::battle) share_voice();
  if (settings.mode == Mode::call_response && all_held()) {
    forget_hands();
    hand_over();
    return;
  }
  redraw_next(now);
}

void Performer::Mind::go_on_with(double dt, bool is_heard) noexcept {
  if (!is_heard) return redraw_next(now);
  cancel();
  consume(dt, std::as_const(played).controls(), now);
}

void Performer::Mind::share_voice() noexcept {
  const bool wants = model != nullptr && answer_wanted && !held_back && !all_held();
  if (!wants && voice == Voice::model) {
    cancel();
    release();
  }
  give_voice(wants ? Voice::model : Voice::performer);
}

void Performer::Mind::let_rest_go() noexcept {
  const ControlSet before = hands.held();
  if (before.none()) return;
  for (auto rested = hands.next_release(manners()); rested && *rested <= now;
       rested = hands.next_release(manners())) {
    const TimePoint at = *rested;
    if (has_next && next.due - settings.lead <= at) break;
    hands.release(at, std::as_const(stands).controls(), manners());
    if (!feeds_itself()) continue;
    if (settings.mode != Mode::call_response) share_voice();
    if (has_next) {
      redraw_next(at);
    } else if (speaking() && !owed) {
      ensure_mixture();
      has_next = true;
      next.base = last_consumed;
      next.number = number++;
      redraw_next(at);
    }
  }
  tell_owner(before);
}

}  // namespace imps
