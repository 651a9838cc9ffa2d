// What comes in from the interfaces, and what the performer makes of it.
#include <algorithm>
#include <utility>

#include "session/control_text.h"
#include "session/performance.h"

namespace imps {
namespace {

/// Messages for later; when more wait, they act now.
constexpr std::size_t kMostDelayed = 4096;
constexpr std::size_t kMostEarly = 256;
/// Events that are acted on together at most: a flood of bundles takes no more memory than this.
constexpr std::size_t kMostPerTurn = 4096;

/// What a command says of the settings that a performance begins with.
void apply(const Command& command, PerformerSettings& settings) {
  switch (command.kind) {
    case Command::Kind::mode:
      settings.mode = command.mode;
      break;
    case Command::Kind::sigma_temperature:
      settings.temperatures.sigma = command.number;
      break;
    case Command::Kind::pi_temperature:
      settings.temperatures.pi = command.number;
      break;
    case Command::Kind::surprise:
      settings.surprise = command.number;
      break;
    case Command::Kind::timescale:
      settings.timescale = command.number;
      break;
    case Command::Kind::tempo:
      settings.beat.tempo = command.number;
      break;
    case Command::Kind::grid:
      settings.beat.grid = command.number;
      break;
    case Command::Kind::snap:
      settings.beat.snap = command.number;
      break;
    case Command::Kind::threshold:
      settings.threshold = Seconds{command.number};
      break;
    case Command::Kind::max_rest:
      settings.max_rest = Seconds{command.number};
      break;
    case Command::Kind::shared_hands:
      settings.shared = command.number != 0;
      break;
    case Command::Kind::release:
      settings.release = Seconds{command.number};
      break;
    case Command::Kind::glide:
      settings.glide = Seconds{command.number};
      break;
    case Command::Kind::seed:
      settings.seed = command.seed;
      break;
    default:
      break;  // to be done once there is somebody to do it
  }
}

bool later(const auto& a, const auto& b) {
  return a.due != b.due ? a.due > b.due : a.order > b.order;
}

}  // namespace

void Performance::begin_turn() {
  if (turn_.empty()) turn_began_ = now();
}

void Performance::on_frame(std::span<const double> controls, Duration delay_by) {
  if (delay_by > Duration{0}) {
    delay(now() + delay_by, std::nullopt, controls);
  } else {
    take_in(controls);
  }
}

void Performance::on_updates(std::span<const ControlUpdate> updates) {
  ControlSet touched = hand_.take(updates);
  if (touched.none()) return;
  const auto controls = router_.in(hand_.controls(), touched);
  if (touched.none()) return;  // no control of the model's comes from these
  for (const ControlUpdate& update : updates)
    remember_velocity(update);
  turn_.add(controls, touched, turn_began_);
  if (turn_.size() >= kMostPerTurn) act_on_turn();
}

void Performance::remember_velocity(const ControlUpdate& update) {
  if (update.velocity == 0 || update.control >= kMaxControls) return;
  const ControlSet moved = router_.moved_by(ControlSet().set(update.control));
  for (std::size_t k = 0; k < velocities_.size(); ++k)
    if (moved.test(k)) velocities_[k] = update.velocity;
}

/// A key of the performer's is up: the note that it began through thru ends.
void Performance::on_let_go(const ControlSet& controls) {
  if (!performer_ || !settings_.interaction.input_thru) return;
  act_on_turn();  // it may have begun just now
  const ControlSet outputs = router_.heard_as(router_.moved_by(controls)) & thru_sounds_;
  if (outputs.none()) return;
  let_go(outputs);
}

void Performance::on_command(const Command& command, Duration delay_by) {
  if (delay_by > Duration{0}) {
    delay(now() + delay_by, command, {});
  } else {
    turn_.add(command, turn_began_);
  }
  if (turn_.size() >= kMostPerTurn) act_on_turn();
}

void Performance::on_toggle(Command::Kind kind) {
  act_on_turn();  // what came before may have switched it
  if (!performer_) return;
  const bool is_on = kind == Command::Kind::pause ? performer_->paused() : performer_->muted();
  begin_turn();
  on_command({.kind = kind, .number = is_on ? 0.0 : 1.0}, Duration{0});
}

void Performance::end_turn(bool) {
  act_on_turn();
  play_due();
  arrival_.reset();
  arm();
}

void Performance::take_in(std::span<const double> controls) {
  ControlSet touched = hand_.take(controls);
  const auto models = router_.in(controls, touched);
  turn_.add(models, touched, turn_began_);
  if (turn_.size() >= kMostPerTurn) act_on_turn();
}

void Performance::act_on_turn() {
  if (turn_.empty()) return;
  arrival_ = turn_began_;
  turn_.give_out(
      most_heard_,
      [this](std::span<const double> controls, const ControlSet& touched, TimePoint at,
             bool heard) { act_on_frame(controls, touched, at, heard); },
      [this](const Command& command, TimePoint at) { act_on_command(command, at); });
}

// ---- for later

void Performance::delay(TimePoint due, std::optional<Command> command,
                        std::span<const double> controls) {
  if (delayed_.size() >= kMostDelayed) {
    if (osc_ != nullptr) osc_->count_acted_now();
    if (command) {
      turn_.add(*command, turn_began_);
    } else {
      take_in(controls);
    }
    return;
  }
  delayed_.push_back(
      {.due = due, .order = delayed_order_++, .command = std::move(command), .frame = {}});
  delayed_.back().frame = FrameView{0, controls};
  std::push_heap(delayed_.begin(), delayed_.end(),
                 [](const auto& a, const auto& b) { return later(a, b); });
}

void Performance::act_on_delayed() {
  if (delayed_.empty()) return;
  turn_began_ = now();
  while (!delayed_.empty() && delayed_.front().due <= turn_began_) {
    std::pop_heap(delayed_.begin(), delayed_.end(),
                  [](const auto& a, const auto& b) { return later(a, b); });
    const Delayed one = std::move(delayed_.back());
    delayed_.pop_back();
    if (one.command) {
      turn_.add(*one.command, turn_began_);
    } else {
      take_in(one.frame.controls());
    }
  }
  act_on_turn();
  arrival_.reset();  // nothing has just come
}

// ---- acting

void Performance::act_on_frame(std::span<const double> controls, const ControlSet& touched,
                               TimePoint at, bool heard) {
  if (!performer_) learn_dimension(static_cast<int>(controls.size()) + 1, at);
  // Frames that were waiting for their time may be older than the first one was.
  if (static_cast<int>(controls.size()) + 1 != performer_->dimension()) {
    if (osc_ != nullptr) osc_->count_wrong();
    return;
  }
  if (heard) tell_unheard(at);
  touched_ = touched;
  if (performer_->shares() && touched != touched_told_) {
    touched_told_ = touched;
    log_event(at, "touched", 0, control_text(touched));
  }
  carry_out(performer_->on(PerformerFrame{controls, heard, touched}, at));
  if (!heard) ++unheard_run_;
  see(at, Voice::performer, controls);
}

void Performance::act_on_tap(TimePoint at) {
  if (!taps_.tap(at)) return;
  if (const double tempo = taps_.tempo(); tempo > 0)
    act_on_command({.kind = Command::Kind::tempo, .number = tempo}, at);
  act_on_command({.kind = Command::Kind::beat}, at);
}

void Performance::act_on_command(const Command& command, TimePoint at) {
  if (command.kind == Command::Kind::tap) return act_on_tap(at);
  if (!performer_) {
    apply(command, told_settings_);
    if (command.kind == Command::Kind::beat)
      early_beat_ = at + to_duration(Seconds{command.number});
    if (early_.size() < kMostEarly) early_.push_back(command);
    return;
  }
  switch (command.kind) {
    case Command::Kind::model:
      tell(ModelAsked{command.text});
      return;
    case Command::Kind::scene:
      tell(SceneAsked{command.text});
      return;
    case Command::Kind::mark:
      log_event(at, name(command.kind), 0, command.text);
      return;
    case Command::Kind::take:
      tell(TakeAsked{});
      return;
    case Command::Kind::mode:
      log_event(at, name(command.kind), 0, name(command.mode));
      break;
    case Command::Kind::limit:
      log_event(at, name(command.kind), command.number, command.text);
      std::erase_if(limits_, [&](const Command& one) { return one.number == command.number; });
      limits_.push_back(command);
      break;
    case Command::Kind::seed:
      log_event(at, name(command.kind), static_cast<double>(command.seed), {});
      break;
    default:
      log_event(at, name(command.kind), command.number, {});
      break;
  }
  carry_out(performer_->on(command, at));
  if (command.kind == Command::Kind::panic) {
    thru_sounds_.reset();
    for (const auto& [section, interface] : interfaces_)
      interface->panic(at);
  }
}

void Performance::tell_unheard(TimePoint at) {
  if (unheard_run_ == 0) return;
  log_event(at, "unheard", static_cast<double>(unheard_run_), {});
  unheard_run_ = 0;
}

}  // namespace imps
