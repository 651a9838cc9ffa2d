// The musical mind: what to play and when, given what the performer does. A pure state machine:
// events and times in, actions and one next deadline out. It has no clock, thread, socket or file.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include <imps/beat.h>
#include <imps/command.h>
#include <imps/conditions.h>
#include <imps/frame.h>
#include <imps/mode.h>
#include <imps/model.h>
#include <imps/time.h>

namespace imps {

/// How a performance is played. See Command for what may change while it goes on.
struct PerformerSettings {
  Mode mode = Mode::call_response;
  Seconds threshold{0.1};  ///< ≥ 0
  Temperatures temperatures;
  double surprise = 0.5;   ///< [0, 1], from the most typical to the rarest: see surprise.h
  Beat beat;               ///< what is played is drawn to its lines
  double timescale = 1;    ///< (0, 1000]
  Seconds max_rest{5};     ///< upper bound of a predicted dt, ≥ 0.001
  bool start_now = false;  ///< battle begins at the start instead of with the first frame
  bool thru = false;       ///< the performer's frames are played too
  Duration lead{0};        ///< predictions are played this long before they are due (timetagged)
  bool shared = false;     ///< touched controls stay the performer's while the model plays
  Seconds release{1};      ///< so long after the last touch, ≥ 0
  Seconds glide{0.5};      ///< how long the model takes to where it wants a control that was left
  ControlSet pick_up;      ///< controls that wait instead, until what the model wants comes by
  std::uint64_t seed = 0;
  std::uint32_t agent = 0;
};

/// The performer moved a control: all controls as they stand now, each in [0, 1].
struct PerformerFrame {
  std::span<const double> controls;  ///< dimension − 1
  /// False when the model cannot keep up: the frame is logged and counts as playing, but the
  /// network skips it.
  bool heard = true;
  /// The controls that were touched. Where controls are shared, the others stay where they stand,
  /// whatever `controls` says of them.
  ControlSet touched = ControlSet().set();
};

/// Send the model's controls to the outputs.
struct Play {
  TimePoint due;  ///< when they are to sound; in the past when late
  std::span<const double> controls;
  std::uint64_t number;  ///< the prediction's, from 0 since the last seed
  ControlSet moved;      ///< the controls that are the model's; the others only stand there
};
/// Send the performer's own controls to the outputs.
struct PlayThru {
  std::span<const double> controls;
};
/// End every note that the model holds.
struct Release {};
/// End the notes that it holds for these controls: the performer has touched them.
struct LetGo {
  ControlSet controls;
};
/// Who has which control has changed.
struct Owner {
  TimePoint at;
  ControlSet performer;  ///< the performer has these, the model the others
};
/// Write a row of the log.
struct WriteRow {
  TimePoint at;
  Voice voice;
  std::span<const double> controls;
};
/// The voice passes.
struct HandOver {
  TimePoint at;
  Voice to;
};

/// A prediction came due while the model is muted: nothing goes out and no row is written, but the
/// network has heard it.
struct Withheld {
  TimePoint at;
  std::uint64_t number;
};

using Action = std::variant<Play, PlayThru, Release, LetGo, WriteRow, HandOver, Withheld, Owner>;

/// What the performer has counted since its start.
struct PerformerCounts {
  std::uint64_t frames = 0;       ///< from the performer
  std::uint64_t unheard = 0;      ///< of these, skipped by the network
  std::uint64_t predictions = 0;  ///< that sounded, or would have but for mute
  std::uint64_t cancelled = 0;    ///< drawn, and overtaken by the performer or a command
  std::uint64_t overflowed = 0;   ///< polyphony: dropped because 64 were waiting
  std::uint64_t outdated = 0;     ///< polyphony: dropped because they were over 100 ms late
  std::uint64_t restarts = 0;  ///< times the schedule started anew because it was over 100 ms late
  std::uint64_t panics = 0;
};

/// What the model is about to play, or would if it had the word.
struct Outlook {
  MixtureView mixture;           ///< in the network's units (×10), before temperatures
  TimePoint base;                ///< its dt counts from here
  std::optional<TimePoint> due;  ///< when the frame that was drawn from it sounds, if one was
};

/// One performer and one model, playing together.
///
/// The rules are doc/design.md, "A prediction's timing" and "Modes". Every method is realtime-safe
/// after construction but set_model and the constructor (they allocate). Thread-safe: no.
/// The same calls with the same times always give the same actions.
class Performer {
 public:
  /// @param model  not null, unless the mode is never other than user_only.
  /// @param dimension  2–129; the model's, when there is one.
  /// @param start  from where the first frame's dt counts.
  /// @param warm  what the network has heard before, oldest first, each of `dimension`: its memory
  ///   begins with that. Nobody is taken to have played: the model speaks no sooner for it.
  Performer(std::shared_ptr<const Mdrnn> model, int dimension, const PerformerSettings& settings,
            TimePoint start, std::span<const Frame> warm = {});
  ~Performer();
  Performer(Performer&&) noexcept;
  Performer& operator=(Performer&&) noexcept;

  /// What to do now, in this order. Spans inside stay valid until the next call.
  /// @param now  never before the last call's (an earlier time is taken as the last call's).
  std::span<const Action> on(const PerformerFrame& frame, TimePoint now) noexcept;
  /// Commands of the kinds model (see set_model), scene, mark, take and tap (see Taps) are the
  /// caller's and do nothing here.
  std::span<const Action> on(const Command& command, TimePoint now) noexcept;
  /// Time has passed. At most one prediction sounds in a call: call again while deadline() is past.
  std::span<const Action> on_time(TimePoint now) noexcept;
  /// The end: releases what sounds, cancels what is pending.
  std::span<const Action> on_stop(TimePoint now) noexcept;

  /// Another network of the same dimension from now on; its memory starts empty and hears the last
  /// frame that sounded. Returns the old one (to be freed elsewhere).
  std::shared_ptr<const Mdrnn> set_model(std::shared_ptr<const Mdrnn> model, TimePoint now);

  /// Which controls wait to be picked up, when they are left from now on.
  void set_pick_up(const ControlSet& controls) noexcept;
  /// Whether controls are shared in this mode: what was touched makes a difference.
  [[nodiscard]] bool shares() const noexcept;

  /// Whether the performer's frames are played, too, from now on.
  void set_thru(bool on) noexcept;

  /// Prepares the next prediction, so that it is ready when it is due. Changes nothing that can be
  /// observed but the time that on_time() takes: call it after carrying out the actions.
  void think() noexcept;

  /// When on_time() wants to be called, if at all.
  [[nodiscard]] std::optional<TimePoint> deadline() const noexcept;

  [[nodiscard]] Voice voice() const noexcept;
  /// The controls that the performer has, where controls are shared just now.
  [[nodiscard]] ControlSet held() const noexcept;
  [[nodiscard]] bool paused() const noexcept;
  [[nodiscard]] bool muted() const noexcept;
  [[nodiscard]] const PerformerSettings& settings() const noexcept;
  [[nodiscard]] const PerformerCounts& counts() const noexcept;
  [[nodiscard]] int dimension() const noexcept;
  /// What comes next; nothing without a model, and before the network has heard anything. Its spans
  /// stay valid until the next call that is not const.
  [[nodiscard]] std::optional<Outlook> outlook() const noexcept;
  /// How many predictions are scheduled and have not sounded yet.
  [[nodiscard]] std::size_t pending() const noexcept;

 private:
  struct Mind;
  std::unique_ptr<Mind> mind_;
};

}  // namespace imps
