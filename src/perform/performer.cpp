#include <algorithm>
#include <cassert>
#include <utility>

#include <imps/limit.h>
#include <imps/performer.h>

#include "perform/mind.h"

namespace imps {

Performer::Performer(std::shared_ptr<const Mdrnn> model, int dimension,
                     const PerformerSettings& settings, TimePoint start,
                     std::span<const Frame> warm)
    : mind_(std::make_unique<Mind>(std::move(model), dimension, settings, start, warm)) {
  assert(mind_->model == nullptr || mind_->model->dimension() == dimension);
}

Performer::~Performer() = default;
Performer::Performer(Performer&&) noexcept = default;
Performer& Performer::operator=(Performer&&) noexcept = default;

std::span<const Action> Performer::on(const PerformerFrame& frame, TimePoint at) noexcept {
  Mind& mind = *mind_;
  mind.enter(at);
  const TimePoint now = mind.now;
  // What was played ahead of its time may have been due only after now.
  const double dt = std::max(to_seconds(now - mind.last_consumed).count(), 0.0);
  const bool together = mind.together();
  const bool had_all = together && mind.all_held();
  if (together) mind.take_hand(frame);
  mind.played = together ? FrameView{dt, std::as_const(mind.stands).controls()}
                         : FrameView{dt, frame.controls};
  // A battle does not listen; but for its first frame, see below.
  if (mind.settings.mode != Mode::battle || together) mind.stands = mind.played;
  const auto controls = std::as_const(mind.played).controls();
  ++mind.counts.frames;
  if (!frame.heard) ++mind.counts.unheard;
  mind.last_played = now;
  mind.answer_wanted = true;
  mind.unconsumed = mind.settings.mode == Mode::user_only;

  switch (mind.settings.mode) {
    case Mode::call_response:
      if (together && !mind.all_held()) {
        mind.go_on_with(dt, frame.heard);
        break;
      }
      if (mind.voice == Voice::model) {
        mind.cancel();
        mind.release();
        mind.forget_hands();
        mind.give_voice(Voice::performer);
      }
      mind.answer_armed = true;
      if (frame.heard) mind.consume(dt, controls, now);
      break;
    case Mode::polyphony:
      if (frame.heard) {
        mind.consume(dt, controls, now);
        mind.owed_polyphony = mind.owed;
      }
      break;
    case Mode::battle:
      if (mind.voice == Voice::performer && mind.model != nullptr && !mind.held_back && !had_all) {
        mind.stands = mind.played;
        mind.consume(dt, controls, now);
        if (!together) mind.give_voice(Voice::model);  // settle() draws the first frame
      } else if (together) {
        mind.redraw_next(now);
      }
      if (together) mind.share_voice();
      break;
    case Mode::duet:
      mind.go_on_with(dt, frame.heard);
      mind.share_voice();
      break;
    case Mode::user_only:
      break;
  }
  if (mind.settings.thru) {
    mind.tell(controls, frame.touched);
    mind.actions.add(PlayThru{controls});
  } else {
    mind.leave_untold(frame.touched);
  }
  mind.actions.add(WriteRow{now, Voice::performer, controls});
  return mind.actions.view();
}

std::span<const Action> Performer::on(const Command& command, TimePoint at) noexcept {
  Mind& mind = *mind_;
  mind.enter(at);
  switch (command.kind) {
    case Command::Kind::mode:
      mind.set_mode(command.mode);
      break;
    case Command::Kind::pause:
      mind.set_paused(command.number != 0);
      break;
    case Command::Kind::mute:
      mind.set_muted(command.number != 0);
      break;
    case Command::Kind::reset:
      mind.reset();
      break;
    case Command::Kind::panic:
      mind.panic();
      break;
    case Command::Kind::sigma_temperature:
      mind.settings.temperatures.sigma = command.number;
      mind.redraw();
      break;
    case Command::Kind::pi_temperature:
      mind.settings.temperatures.pi = command.number;
      mind.redraw();
      break;
    case Command::Kind::surprise:
      mind.settings.surprise = command.number;
      mind.redraw();
      break;
    case Command::Kind::timescale:
      mind.settings.timescale = command.number;
      mind.redraw();
      break;
    case Command::Kind::tempo:
      mind.settings.beat.tempo = command.number;
      mind.redraw();
      break;
    case Command::Kind::grid:
      mind.settings.beat.grid = command.number;
      mind.redraw();
      break;
    case Command::Kind::snap:
      mind.settings.beat.snap = command.number;
      mind.redraw();
      break;
    case Command::Kind::beat:
      mind.settings.beat.at = mind.now + to_duration(Seconds{command.number});
      mind.redraw();
      break;
    case Command::Kind::threshold:
      mind.settings.threshold = Seconds{command.number};
      break;
    case Command::Kind::max_rest:
      mind.settings.max_rest = Seconds{command.number};
      mind.redraw();
      break;
    case Command::Kind::shared_hands:
      mind.set_shared(command.number != 0);
      break;
    case Command::Kind::release:
      mind.settings.release = Seconds{command.number};
      break;
    case Command::Kind::glide:
      mind.settings.glide = Seconds{command.number};
      mind.redraw();
      break;
    case Command::Kind::grip:
    case Command::Kind::let_go:
      mind.grip(static_cast<std::size_t>(command.number) - 1, command.kind == Command::Kind::grip);
      break;
    case Command::Kind::limit: {
      const auto which = static_cast<std::size_t>(command.number);
      const auto limit =
          which == 0 ? dt_limit_from_text(command.text) : limit_from_text(command.text);
      if (limit) mind.set_limit(which, *limit);
      break;
    }
    case Command::Kind::seed:
      mind.set_seed(command.seed);
      break;
    case Command::Kind::hand_over:
      mind.hand_over();
      break;
    case Command::Kind::model:
    case Command::Kind::scene:
    case Command::Kind::mark:
    case Command::Kind::take:
    case Command::Kind::tap:
      break;
  }
  return mind.actions.view();
}

std::span<const Action> Performer::on_time(TimePoint at) noexcept {
  Mind& mind = *mind_;
  mind.enter(at);
  if (mind.answer_is_awaited() && mind.answer_at() <= mind.now) {
    mind.give_voice(Voice::model);
    mind.speak_from(mind.last_played);
  }
  if (mind.has_next && mind.next.due - mind.settings.lead <= mind.now) {
    mind.sound_next();
  } else {
    mind.sound_waiting();
  }
  return mind.actions.view();
}

std::span<const Action> Performer::on_stop(TimePoint at) noexcept {
  Mind& mind = *mind_;
  mind.enter(at);
  mind.cancel();
  mind.release();
  mind.forget_hands();
  mind.give_voice(Voice::performer);
  mind.answer_armed = false;
  mind.answer_wanted = false;
  return mind.actions.view();
}

std::shared_ptr<const Mdrnn> Performer::set_model(std::shared_ptr<const Mdrnn> model,
                                                  TimePoint at) {
  Mind& mind = *mind_;
  mind.come_to(at);  // what happens of itself has to wait: nobody carries it out here
  assert(model == nullptr || model->dimension() == mind.dimension);
  const bool had_next = mind.has_next;
  const TimePoint base = had_next ? mind.next.base : mind.now;
  mind.cancel();
  std::swap(mind.model, model);
  mind.heard = mind.model != nullptr ? Mdrnn::State(*mind.model) : Mdrnn::State();
  mind.ahead = mind.heard;
  mind.waiting = Waiting(Mind::sizes_of(mind.model.get(), mind.dimension));
  // What is owed needs no advance of its own: an empty memory hears the last frame before it
  // speaks.
  mind.owed = false;
  mind.owed_polyphony = false;
  if (mind.speaking()) mind.speak_from(base);
  return model;
}

void Performer::set_pick_up(const ControlSet& controls) noexcept {
  mind_->settings.pick_up = controls;
}

bool Performer::shares() const noexcept {
  return mind_->settings.mode == Mode::duet || mind_->settings.shared;
}

void Performer::set_thru(bool on) noexcept { mind_->settings.thru = on; }

void Performer::think() noexcept { mind_->think(); }

std::optional<TimePoint> Performer::deadline() const noexcept {
  const Mind& mind = *mind_;
  if (mind.owed) return mind.now;
  std::optional<TimePoint> soonest;
  const auto consider = [&soonest](TimePoint at) {
    if (!soonest || at < *soonest) soonest = at;
  };
  if (mind.answer_is_awaited()) consider(mind.answer_at());
  if (mind.has_next) consider(mind.next.due - mind.settings.lead);
  if (const auto* const first = mind.waiting.first())
    consider(first->prediction.due - mind.settings.lead);
  if (const auto rests = mind.hands.next_release(mind.manners())) consider(*rests);
  return soonest;
}

Voice Performer::voice() const noexcept { return mind_->voice; }
ControlSet Performer::held() const noexcept { return mind_->hands.held(); }
bool Performer::paused() const noexcept { return mind_->paused; }
bool Performer::muted() const noexcept { return mind_->muted; }
const PerformerSettings& Performer::settings() const noexcept { return mind_->settings; }
const PerformerCounts& Performer::counts() const noexcept { return mind_->counts; }
int Performer::dimension() const noexcept { return mind_->dimension; }
std::optional<Outlook> Performer::outlook() const noexcept {
  const Mind& mind = *mind_;
  if (const auto* const first = mind.waiting.first())
    return Outlook{first->mixture, first->prediction.base, first->prediction.due};
  if (mind.model == nullptr || mind.owed || !mind.heard.has_mixture()) return std::nullopt;
  if (!mind.has_next) return Outlook{mind.heard.mixture(), mind.last_consumed, std::nullopt};
  return Outlook{mind.heard.mixture(), mind.next.base, mind.next.due};
}
std::size_t Performer::pending() const noexcept {
  return mind_->waiting.size() + (mind_->has_next ? 1 : 0);
}

}  // namespace imps
