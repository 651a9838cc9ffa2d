#include <algorithm>
#include <array>
#include <cassert>
#include <utility>

#include <imps/limit.h>
#include <imps/performer.h>

#include "perform/hands.h"
#include "perform/waiting.h"

namespace imps {
namespace {

/// Later than this, the schedule starts anew instead of catching up (doc/design.md, "A prediction's
/// timing").
constexpr Duration kTooLate = std::chrono::milliseconds(100);

/// Between two predictions of a model that feeds itself: a tiny time scale is no flood.
constexpr Duration kLeastGap = std::chrono::microseconds(100);

/// Tells the uniform numbers of what moves from those of where it moves to, agents being few.
constexpr std::uint32_t kRests = 0x8000'0000;

/// What a network hears that must speak before anybody has played: all controls in the middle.
constexpr double kNeutralControl = 0.5;
/// Of a control: no output has been told where it stands.
constexpr double kUntold = -1;
constexpr double kNeutralDt = 0.1;

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

Frame neutral_frame(int dimension) noexcept {
  Frame frame;
  frame.dt = kNeutralDt;
  frame.resize(static_cast<std::size_t>(dimension - 1));
  for (double& x : frame.controls())
    x = kNeutralControl;
  return frame;
}

Sizes sizes_of(const Mdrnn* model, int dimension) noexcept {
  return model != nullptr ? model->sizes()
                          : Sizes{.dimension = dimension, .layers = 0, .units = 0, .mixtures = 0};
}

}  // namespace

struct Performer::Mind {
  Mind(std::shared_ptr<const Mdrnn> model_, int dimension_, const PerformerSettings& settings_,
       TimePoint start, std::span<const Frame> warm)
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

  void enter(TimePoint at) noexcept {
    come_to(at);
    let_rest_go();
  }

  void come_to(TimePoint at) noexcept {
    now = std::max(now, at);
    actions.clear();
    settle();
  }

  // ---- the network

  /// Lets the network hear what it owes, and draws what follows from it.
  void settle() noexcept {
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

  /// The model feeds itself just now.
  [[nodiscard]] bool speaking() const noexcept {
    return model != nullptr && !paused && voice == Voice::model && feeds_itself();
  }

  [[nodiscard]] bool feeds_itself() const noexcept {
    return settings.mode == Mode::call_response || settings.mode == Mode::battle ||
           settings.mode == Mode::duet;
  }

  void consume(double dt, std::span<const double> controls, TimePoint at) noexcept {
    last_frame = FrameView{dt, controls};
    last_consumed = at;
    owed = model != nullptr;
  }

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
            const Scene& scene) noexcept {
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
    sample(mixture, settings.temperatures, conditions, uniforms, into.frame);
    into.frame.dt = std::min(into.frame.dt, std::max(settings.max_rest.count(), least));
    into.number = which;
    set_base(into, base);
    scene.hands.bend(into, manners());
  }

  /// Of the sparse controls those that do not move with this prediction.
  [[nodiscard]] ControlSet resting(std::uint64_t which) const noexcept {
    ControlSet rests;
    if (sparse.none()) return rests;
    Uniforms uniforms(settings.seed, settings.agent ^ kRests, which);
    for (std::size_t k = 0; k + 1 < limits.size(); ++k)
      if (sparse.test(k)) rests.set(k, uniforms.next() > limits[k + 1].chance);
    return rests;
  }

  /// Those that a limit holds at a place of their own stand there, and are not still before they
  /// do.
  void put_where_held(ControlSet& still, const Scene& scene) noexcept {
    const ControlSet held = fixed & ~scene.hands.held();
    for (std::size_t k = 0; k + 1 < limits.size() && held.any(); ++k) {
      if (!held.test(k) || !limits[k + 1].held_at) continue;
      conditions.values[k] = *limits[k + 1].held_at;
      if (scene.stands[k] != conditions.values[k]) still.reset(k);
    }
  }

  void set_limit(std::size_t dimension_, const Limit& limit) noexcept {
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

  void set_base(Prediction& prediction, TimePoint base) const noexcept {
    prediction.base = base;
    prediction.due = base + to_duration(Seconds{prediction.frame.dt * settings.timescale});
  }

  /// The same for a model that feeds itself.
  void set_own_base(Prediction& prediction, TimePoint base) const noexcept {
    set_base(prediction, base);
    prediction.due = std::max(prediction.due, base + kLeastGap);
  }

  void draw_next(TimePoint base) noexcept {
    ensure_mixture();
    draw(heard.mixture(), base, number++, next, as_it_is());
    set_own_base(next, base);
    has_next = true;
    thought = false;
  }

  /// The model takes or keeps the word: its next frame counts from `base`, and is not due before
  /// now.
  void speak_from(TimePoint base) noexcept {
    settle();
    if (!has_next) draw_next(base);
    next.due = std::max(next.due, now);
  }

  void think() noexcept {
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

  /// Temperatures, time scale or seed have changed: the same luck, drawn anew.
  void redraw() noexcept {
    redraw_next(now);
    waiting.for_each([this](Waiting::Entry& entry) {
      draw(entry.mixture, entry.prediction.base, entry.prediction.number, entry.prediction,
           as_it_is());
    });
  }

  /// What is known at `at` has changed, and nothing has sounded since its base.
  void redraw_next(TimePoint at) noexcept {
    if (!has_next) return;
    const TimePoint base = next.base;
    draw(heard.mixture(), base, next.number, next, as_it_is(together() ? at - base : Duration{0}));
    set_own_base(next, base);
    next.due = std::max(next.due, at);
    thought = false;
  }

  void cancel() noexcept {
    if (has_next) ++counts.cancelled;
    has_next = false;
    thought = false;
    counts.cancelled += waiting.size();
    waiting.clear();
  }

  void schedule_polyphony() noexcept {
    if (paused || settings.mode != Mode::polyphony) return;
    bool dropped = false;
    auto& entry = waiting.add(heard.mixture(), number, dropped);
    if (dropped) ++counts.overflowed;
    draw(entry.mixture, last_consumed, number++, entry.prediction, as_it_is());
  }

  // ---- what goes out

  void sound(const Prediction& prediction) noexcept {
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

  /// The outputs have been sent these values of these controls.
  void tell(std::span<const double> controls, const ControlSet& which) noexcept {
    for (std::size_t k = 0; k < controls.size(); ++k)
      if (which.test(k)) told[k] = controls[k];
    were_told |= which;
  }

  /// The performer has moved these, and no output has heard of them so far.
  void leave_untold(const ControlSet& touched) noexcept {
    const ControlSet news = touched & all & ~were_told;
    for (std::size_t k = 0; k < told.size(); ++k)
      if (news.test(k)) told[k] = kUntold;
  }

  /// Controls that a limit holds where no output knows of: one that stands still is told once.
  [[nodiscard]] ControlSet untold() const noexcept {
    ControlSet untold = fixed & all & ~hands.held();
    for (std::size_t k = 0; k < told.size(); ++k)
      if (untold.test(k) && told[k] == std::as_const(sounding).controls()[k]) untold.reset(k);
    return untold;
  }

  void release() noexcept {
    if (!holding) return;
    holding = false;
    for (std::size_t k = 0; k < told.size(); ++k)
      if (were_told.test(k)) told[k] = kUntold;  // notes have ended
    actions.add(Release{});
  }

  void give_voice(Voice to) noexcept {
    if (voice == to) return;
    voice = to;
    actions.add(HandOver{now, to});
  }

  // ---- shared hands

  [[nodiscard]] Hands::Manners manners() const noexcept {
    return {.release = to_duration(settings.release),
            .glide = to_duration(settings.glide),
            .pick_up = settings.pick_up,
            .at_once = stepped};
  }

  /// Some controls may be the performer's just now, and others the model's.
  [[nodiscard]] bool together() const noexcept {
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

  /// The model has nothing left to play.
  [[nodiscard]] bool all_held() const noexcept { return hands.held() == all; }

  void tell_owner(const ControlSet& before) noexcept {
    if (hands.held() != before) actions.add(Owner{now, hands.held()});
  }

  /// Every control is the model's again, or of no concern.
  void forget_hands() noexcept {
    const ControlSet before = hands.held();
    hands.forget();
    tell_owner(before);
  }

  /// The performer's frame as it sounds: what was touched moves, the rest stands.
  void take_hand(const PerformerFrame& frame) noexcept {
    const ControlSet before = hands.held();
    const ControlSet touched = frame.touched & all;
    for (std::size_t k = 0; k < frame.controls.size(); ++k)
      if (touched.test(k)) stands.controls()[k] = frame.controls[k];
    hands.touch(touched, now);
    if (const ControlSet taken = touched & ~before; holding && taken.any())
      actions.add(LetGo{taken});
    tell_owner(before);
  }

  /// A hand is put on a control, or taken away, without moving it. Where controls are not shared,
  /// it means nothing.
  void grip(std::size_t control, bool on) noexcept {
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

  /// The performer has moved while the model plays.
  void go_on_with(double dt, bool is_heard) noexcept {
    if (!is_heard) return redraw_next(now);
    cancel();
    consume(dt, std::as_const(played).controls(), now);
  }

  /// In modes in which both play at once, the model has the voice while it has a control.
  void share_voice() noexcept {
    const bool wants = model != nullptr && answer_wanted && !held_back && !all_held();
    if (!wants && voice == Voice::model) {
      cancel();
      release();
    }
    give_voice(wants ? Voice::model : Voice::performer);
  }

  /// What has rested for long enough is the model's again. What follows is drawn as of the very
  /// moment at which it had, whenever that is noticed. What was due before sounds before.
  void let_rest_go() noexcept {
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

  // ---- due

  void sound_next() noexcept {
    const bool late = now - next.due > kTooLate;
    if (late) ++counts.restarts;
    const TimePoint base = late ? now : next.due;
    sound(next);
    last_frame = next.frame;
    last_consumed = base;
    // When it was late, the one after begins elsewhere.
    if (thought && !late) {
      std::swap(heard, ahead);
      std::swap(next, following);
      set_own_base(next, base);
      number = next.number + 1;
      thought = false;
    } else {
      has_next = false;
      owed = true;  // settle() draws the one after
    }
  }

  void sound_waiting() noexcept {
    const auto is_late = [this](const Waiting::Entry& entry) {
      return now - entry.prediction.due > kTooLate;
    };
    const auto* first = waiting.first();
    // After a suspended machine only the newest of what is overdue sounds: no burst.
    while (first != nullptr && is_late(*first) && waiting.size() > 1) {
      const Prediction overdue = first->prediction;
      waiting.drop_first();
      const auto* const after = waiting.first();
      if (!is_late(*after)) {
        ++counts.restarts;
        sound(overdue);
        return;
      }
      ++counts.outdated;
      first = after;
    }
    if (first == nullptr || first->prediction.due - settings.lead > now) return;
    if (is_late(*first)) ++counts.restarts;
    sound(first->prediction);
    waiting.drop_first();
  }

  [[nodiscard]] bool answer_is_awaited() const noexcept {
    return model != nullptr && settings.mode == Mode::call_response && voice == Voice::performer &&
           answer_armed && !paused;
  }

  [[nodiscard]] TimePoint answer_at() const noexcept {
    return last_played + to_duration(settings.threshold);
  }

  void begin_battle() noexcept {
    if (model == nullptr) return;
    give_voice(Voice::model);
    if (!paused) speak_from(now);
  }

  // ---- commands

  void set_mode(Mode mode) noexcept {
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

  void set_shared(bool on) noexcept {
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

  void set_paused(bool on) noexcept {
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

  void set_muted(bool on) noexcept {
    if (on && !muted) release();
    muted = on;
  }

  void reset() noexcept {
    cancel();
    if (model != nullptr) heard.reset();
    const bool may_begin = voice == Voice::performer && settings.start_now && !held_back;
    if (settings.mode == Mode::battle && may_begin) {
      begin_battle();
    } else if (speaking()) {
      speak_from(now);
    }
  }

  void panic() noexcept {
    cancel();
    holding = true;  // whatever we believe: everything ends
    release();
    forget_hands();
    give_voice(Voice::performer);
    answer_armed = false;
    answer_wanted = false;
    held_back = false;
  }

  /// Asked for by hand, rather than by playing or pausing.
  void hand_over() noexcept {
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

  void set_seed(std::uint64_t seed) noexcept {
    settings.seed = seed;
    number = 0;
    waiting.for_each([this](Waiting::Entry& entry) { entry.prediction.number = number++; });
    if (has_next) next.number = number++;
    redraw();
  }
};

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
    case Command::Kind::timescale:
      mind.settings.timescale = command.number;
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
  mind.waiting = Waiting(sizes_of(mind.model.get(), mind.dimension));
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
