// What goes out: to the interfaces, the log, and whoever looks on.
#include <type_traits>
#include <utility>
#include <variant>

#include "session/cloud.h"
#include "session/control_text.h"
#include "session/performance.h"

namespace imps {
namespace {

/// Predictions that may sound in one turn before the port is looked at again.
constexpr int kPlaysPerTurn = 16;

}  // namespace

void Performance::carry_out(std::span<const Action> actions) {
  for (const Action& action : actions) {
    std::visit(
        [this](const auto& a) {
          using A = std::decay_t<decltype(a)>;
          if constexpr (std::is_same_v<A, Play>) {
            send_prediction(a);
          } else if constexpr (std::is_same_v<A, PlayThru>) {
            const TimePoint at = now();
            smoother_.follow(a.controls);
            sound({.controls = a.controls,
                   .touched = touched_,
                   .due = at,
                   .velocities = velocities_for(a.controls.size())},
                  at);
            thru_sounds_ |= router_.heard_as(touched_);
          } else if constexpr (std::is_same_v<A, Release>) {
            release(now());
          } else if constexpr (std::is_same_v<A, LetGo>) {
            let_go(router_.heard_as(a.controls));
          } else if constexpr (std::is_same_v<A, Owner>) {
            tell_owner(a);
          } else if constexpr (std::is_same_v<A, WriteRow>) {
            const bool wanted =
                a.voice == Voice::performer ? settings_.log.performer : settings_.log.predictions;
            if (log_ != nullptr && wanted && !log_->row(a.at, a.voice, a.controls)) ++log_refused_;
          } else if constexpr (std::is_same_v<A, HandOver>) {
            log_event(a.at, "hand_over", 0, a.to == Voice::model ? "model" : "performer");
            watched(VoicePassed{a.at, a.to});
          } else {
            log_event(a.at, "withheld", static_cast<double>(a.number), {});
          }
        },
        action);
  }
}

/// How hard the performer struck last, where that is remembered.
std::span<const int> Performance::velocities_for(std::size_t controls) const noexcept {
  if (!settings_.interaction.remember_velocity) return {};
  return std::span(velocities_).first(controls);
}

void Performance::send_prediction(const Play& play) {
  const TimePoint before = now();
  sound(smoother_.begin({.controls = play.controls,
                         .touched = play.moved,
                         .due = play.due,
                         .velocities = velocities_for(play.controls.size())},
                        before),
        before);
  thru_sounds_.reset();
  lateness_.add(before - play.due);
  if (arrival_) response_.add(now() - *arrival_);
  last_prediction_ = FrameView{0, play.controls};
  see(before, Voice::model, play.controls);
}

/// @param models  the model's controls
void Performance::sound(Sound models, TimePoint at) {
  const Sound outputs = router_.out(models);
  for (const auto& [section, interface] : interfaces_)
    interface->sound(outputs, at);
}

/// Goes on with what is on its way.
void Performance::smooth() {
  const auto due = smoother_.deadline();
  const TimePoint at = now();
  if (due && *due <= at) sound(smoother_.step(at), at);
}

void Performance::release(TimePoint at) {
  smoother_.stop();
  thru_sounds_.reset();
  for (const auto& [section, interface] : interfaces_)
    interface->release(at);
}

/// @param outputs  controls of theirs
void Performance::let_go(ControlSet outputs) {
  thru_sounds_ &= ~outputs;
  for (const auto& [section, interface] : interfaces_)
    interface->let_go(outputs, now());
}

void Performance::tell_owner(const Owner& owner) {
  log_event(owner.at, "owner", 0, control_text(owner.performer));
  watched(OwnerChanged{owner.performer});
  const auto controls = static_cast<std::size_t>(performer_->dimension() - 1);
  for (const auto& [section, interface] : interfaces_)
    interface->tell_owner(owner.performer, controls, now());
}

void Performance::play_due() {
  smooth();
  if (!performer_) return;
  for (int i = 0; i < kPlaysPerTurn; ++i) {
    performer_->think();
    const auto deadline = performer_->deadline();
    const TimePoint at = now();
    if (!deadline || *deadline > at) return;
    carry_out(performer_->on_time(at));
  }
}

void Performance::see(TimePoint at, Voice voice, std::span<const double> controls) {
  if (!settings_.verbose && !watched_) return;
  const FrameSeen seen{at, voice, Frame(FrameView{0, controls})};
  if (settings_.verbose) tell(seen);
  watched(seen);
}

void Performance::watched(const Watched& what) {
  if (watched_ && !channels_.watched.push(what))
    channels_.unwatched.fetch_add(1, std::memory_order_relaxed);
}

/// What comes next, if that is not what was told last.
void Performance::see_outlook() {
  if (!watched_ || !performer_) return;
  const auto outlook = performer_->outlook();
  const auto told = outlook ? std::optional(std::pair(outlook->base, outlook->due)) : std::nullopt;
  if (told == outlook_told_) return;
  outlook_told_ = told;
  if (outlook)
    watched(cloud_of(*outlook));
  else
    watched(NoCloud{});
}

}  // namespace imps
