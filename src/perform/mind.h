#pragma once

#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include <imps/limit.h>
#include <imps/performer.h>

#include "perform/hands.h"
#include "perform/waiting.h"

namespace imps {

/// The actions of one call, in place.
class Actions {
 public:
  void clear() noexcept { count_ = 0; }
  void add(const Action& action) noexcept {
    assert(count_ < actions_.size());
    actions_[count_++] = action;
  }
  [[nodiscard]] std::span<const Action> view() const noexcept { return {actions_.data(), count_}; }

 private:
  std::array<Action, 12> actions_{};
  std::size_t count_ = 0;
};

/// What a performer knows and can do; performer.cpp says what happens when. Its parts, as below,
/// are in mind.cpp, predictions.cpp, sharing.cpp, due.cpp and orders.cpp. As its owner:
/// realtime-safe but for its making, of one thread.
struct Performer::Mind {
  Mind(std::shared_ptr<const Mdrnn> model_, int dimension_, const PerformerSettings& settings_,
       TimePoint start, std::span<const Frame> warm);

  /// Of a model, or of none.
  static Sizes sizes_of(const Mdrnn* model, int dimension) noexcept;

  // What the network has heard, and what it owes.
  std::shared_ptr<const Mdrnn> model;
  int dimension;
  PerformerSettings settings;
  PerformerCounts counts;
  TimePoint now;            // of the last call
  Mdrnn::State heard;       // after every frame that has sounded, but for `owed`
  Mdrnn::State ahead;       // after `next` as well, once `thought`
  TimePoint last_consumed;  // when the last frame that the network consumed sounded
  Frame last_frame;         // that frame, or a neutral one
  bool owed = false;        // last_frame has sounded and the network has yet to hear it

  // Shared hands.
  Hands hands;
  Frame stands;                             // where every control stands, whoever moved it last
  std::array<double, kMaxControls> told{};  // where outputs have them; kUntold after a release
  ControlSet were_told;
  ControlSet all;         // as many controls as there are
  Conditions conditions;  // of the prediction that is being drawn

  // What the model keeps to.
  std::vector<Limit> limits{static_cast<std::size_t>(dimension)};  // of dt and each control
  ControlSet fixed;                                                // controls that a limit holds
  ControlSet sparse;   // controls that move only now and then
  ControlSet stepped;  // controls that stand on steps

  // What comes next when the model feeds itself (call-response's answers, battle).
  bool has_next = false;
  Prediction next;           // drawn from `heard`
  bool thought = false;      // `ahead` and `following` are ready
  Prediction following;      // drawn from `ahead`, number next.number + 1
  std::uint64_t number = 0;  // of the next prediction to be drawn

  Waiting waiting;  // polyphony
  bool owed_polyphony = false;

  // Whose turn it is.
  Voice voice = Voice::performer;
  bool answer_wanted = false;  // the performer has played since the start or the last panic
  bool unconsumed = false;     // the performer's last frame came while nobody listened (user-only)
  bool answer_armed = false;   // call-response: the performer has played since the last panic
  TimePoint last_played;       // the performer's last frame
  bool holding = false;        // the model has sounded since the last release
  bool held_back = false;      // battle: the voice was taken from the model by hand
  bool paused = false;
  bool muted = false;

  Actions actions;
  Frame played;    // what the actions' spans point to: the performer's frame,
  Frame sounding;  // and the model's

  // ---- time

  void enter(TimePoint at) noexcept;
  void come_to(TimePoint at) noexcept;

  // ---- the network

  /// Lets the network hear what it owes, and draws what follows from it.
  void settle() noexcept;

  /// The model feeds itself just now.
  [[nodiscard]] bool speaking() const noexcept {
    return model != nullptr && !paused && voice == Voice::model && feeds_itself();
  }

  [[nodiscard]] bool feeds_itself() const noexcept {
    return settings.mode == Mode::call_response || settings.mode == Mode::battle ||
           settings.mode == Mode::duet;
  }

  void consume(double dt, std::span<const double> controls, TimePoint at) noexcept;

  /// A reset network has nothing to say until it has heard something.
  void ensure_mixture() noexcept {
    if (!heard.has_mixture()) advance(*model, heard, last_frame);
  }

  // ---- predictions

  /// How things will be when a prediction is drawn.
  struct Scene {
    const Hands& hands;
    std::span<const double> stands;
    Duration passed{};  ///< since the base, without anything having sounded
  };

  [[nodiscard]] Scene as_it_is(Duration passed = Duration{0}) const noexcept {
    return {hands, std::as_const(stands).controls(), passed};
  }

  void draw(const MixtureView& mixture, TimePoint base, std::uint64_t which, Prediction& into,
            const Scene& scene) noexcept;

  /// Of the sparse controls those that do not move with this prediction.
  [[nodiscard]] ControlSet resting(std::uint64_t which) const noexcept;

  /// Those that a limit holds at a place of their own stand there, and are not still before they
  /// do.
  void put_where_held(ControlSet& still, const Scene& scene) noexcept;

  void set_base(Prediction& prediction, TimePoint base) const noexcept;

  /// What is due before `at` sounds then, or at the next line.
  void hold_back(Prediction& prediction, TimePoint at) const noexcept;

  /// The same for a model that feeds itself.
  void set_own_base(Prediction& prediction, TimePoint base) const noexcept;

  void draw_next(TimePoint base) noexcept;

  /// The model takes or keeps the word: its next frame counts from `base`, and is not due before
  /// now.
  void speak_from(TimePoint base) noexcept;

  void think() noexcept;

  /// Temperatures, time scale or seed have changed: the same luck, drawn anew.
  void redraw() noexcept;

  /// What is known at `at` has changed, and nothing has sounded since its base.
  void redraw_next(TimePoint at) noexcept;

  void cancel() noexcept;
  void schedule_polyphony() noexcept;

  // ---- what goes out

  void sound(const Prediction& prediction) noexcept;

  /// The outputs have been sent these values of these controls.
  void tell(std::span<const double> controls, const ControlSet& which) noexcept;

  /// The performer has moved these, and no output has heard of them so far.
  void leave_untold(const ControlSet& touched) noexcept;

  /// Controls that a limit holds where no output knows of: one that stands still is told once.
  [[nodiscard]] ControlSet untold() const noexcept;

  void release() noexcept;
  void give_voice(Voice to) noexcept;

  // ---- shared hands

  [[nodiscard]] Hands::Manners manners() const noexcept {
    return {.release = to_duration(settings.release),
            .glide = to_duration(settings.glide),
            .pick_up = settings.pick_up,
            .at_once = stepped};
  }

  /// Some controls may be the performer's just now, and others the model's.
  [[nodiscard]] bool together() const noexcept;

  /// The model has nothing left to play.
  [[nodiscard]] bool all_held() const noexcept { return hands.held() == all; }

  void tell_owner(const ControlSet& before) noexcept {
    if (hands.held() != before) actions.add(Owner{now, hands.held()});
  }

  /// Every control is the model's again, or of no concern.
  void forget_hands() noexcept;

  /// The performer's frame as it sounds: what was touched moves, the rest stands.
  void take_hand(const PerformerFrame& frame) noexcept;

  /// A hand is put on a control, or taken away, without moving it. Where controls are not shared,
  /// it means nothing.
  void grip(std::size_t control, bool on) noexcept;

  /// The performer has moved while the model plays.
  void go_on_with(double dt, bool is_heard) noexcept;

  /// In modes in which both play at once, the model has the voice while it has a control.
  void share_voice() noexcept;

  /// What has rested for long enough is the model's again. What follows is drawn as of the very
  /// moment at which it had, whenever that is noticed. What was due before sounds before.
  void let_rest_go() noexcept;

  // ---- due

  void sound_next() noexcept;
  void sound_waiting() noexcept;

  [[nodiscard]] bool answer_is_awaited() const noexcept {
    return model != nullptr && settings.mode == Mode::call_response && voice == Voice::performer &&
           answer_armed && !paused;
  }

  [[nodiscard]] TimePoint answer_at() const noexcept {
    return last_played + to_duration(settings.threshold);
  }

  void begin_battle() noexcept;

  // ---- commands

  void set_mode(Mode mode) noexcept;
  void set_shared(bool on) noexcept;
  void set_paused(bool on) noexcept;
  void set_muted(bool on) noexcept;
  void reset() noexcept;
  void panic() noexcept;

  /// Asked for by hand, rather than by playing or pausing.
  void hand_over() noexcept;

  void set_seed(std::uint64_t seed) noexcept;
  void set_limit(std::size_t dimension_, const Limit& limit) noexcept;
};

}  // namespace imps
