#include <algorithm>
#include <array>
#include <cassert>
#include <utility>

#include <imps/performer.h>

#include "perform/waiting.h"

namespace imps {
namespace {

/// Later than this, the schedule starts anew instead of catching up (doc/design.md, "A prediction's
/// timing").
constexpr Duration kTooLate = std::chrono::milliseconds(100);

/// Between two predictions of a model that feeds itself: a tiny time scale is no flood.
constexpr Duration kLeastGap = std::chrono::microseconds(100);

/// What a network hears that must speak before anybody has played: all controls in the middle.
constexpr double kNeutralControl = 0.5;
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
  std::array<Action, 8> actions_{};
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
        waiting(sizes_of(model.get(), dimension_)) {
    if (model != nullptr) {
      heard = Mdrnn::State(*model);
      ahead = Mdrnn::State(*model);
      for (const Frame& frame : warm)
        advance(*model, heard, frame);
    }
    if (!warm.empty()) last_frame = warm.back();
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
    return model != nullptr && !paused && voice == Voice::model &&
           (settings.mode == Mode::call_response || settings.mode == Mode::battle);
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

  void draw(const MixtureView& mixture, TimePoint base, std::uint64_t which,
            Prediction& into) const noexcept {
    Uniforms uniforms(settings.seed, settings.agent, which);
    sample(mixture, settings.temperatures, uniforms, into.frame);
    into.frame.dt = std::min(into.frame.dt, settings.max_rest.count());
    into.number = which;
    set_base(into, base);
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
    draw(heard.mixture(), base, number++, next);
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
    draw(ahead.mixture(), next.due, next.number + 1, following);
    set_own_base(following, next.due);
    thought = true;
  }

  /// Temperatures, time scale or seed have changed: the same luck, drawn anew.
  void redraw() noexcept {
    if (has_next) {
      const Prediction old = next;
      draw(heard.mixture(), old.base, old.number, next);
      set_own_base(next, old.base);
      next.due = std::max(next.due, now);
      thought = false;
    }
    waiting.for_each([this](Waiting::Entry& entry) {
      draw(entry.mixture, entry.prediction.base, entry.prediction.number, entry.prediction);
    });
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
    draw(entry.mixture, last_consumed, number++, entry.prediction);
  }

  // ---- what goes out

  void sound(const Prediction& prediction) noexcept {
    ++counts.predictions;
    sounding = prediction.frame;
    if (muted) {
      actions.add(Withheld{now, prediction.number});
      return;
    }
    holding = true;
    actions.add(Play{prediction.due, std::as_const(sounding).controls(), prediction.number});
    actions.add(WriteRow{now, Voice::model, std::as_const(sounding).controls()});
  }

  void release() noexcept {
    if (!holding) return;
    holding = false;
    actions.add(Release{});
  }

  void give_voice(Voice to) noexcept {
    if (voice == to) return;
    voice = to;
    actions.add(HandOver{now, to});
  }

  // ---- due

  void sound_next() noexcept {
    const bool late = now - next.due > kTooLate;
    if (late) ++counts.restarts;
    const TimePoint base = late ? now : next.due;
    sound(next);
    last_frame = next.frame;
    last_consumed = base;
    if (thought) {
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
    } else {
      give_voice(Voice::performer);
    }
    answer_armed = answer_wanted;
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
    give_voice(Voice::performer);
    answer_armed = false;
    answer_wanted = false;
    held_back = false;
  }

  /// Asked for by hand, rather than by playing or pausing.
  void hand_over() noexcept {
    const bool takes_turns = settings.mode == Mode::call_response || settings.mode == Mode::battle;
    if (!takes_turns || model == nullptr || paused) return;
    if (voice == Voice::model) {
      cancel();
      release();
      give_voice(Voice::performer);
      answer_armed = false;  // until the performer has played
      held_back = true;
    } else {
      held_back = false;
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

std::span<const Action> Performer::on(const PerformerFrame& frame, TimePoint at) noexcept {
  Mind& mind = *mind_;
  mind.enter(at);
  const TimePoint now = mind.now;
  // What was played ahead of its time may have been due only after now.
  const double dt = std::max(to_seconds(now - mind.last_consumed).count(), 0.0);
  mind.played = FrameView{dt, frame.controls};
  const auto controls = std::as_const(mind.played).controls();
  ++mind.counts.frames;
  if (!frame.heard) ++mind.counts.unheard;

  switch (mind.settings.mode) {
    case Mode::call_response:
      if (mind.voice == Voice::model) {
        mind.cancel();
        mind.release();
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
      if (mind.voice == Voice::performer && mind.model != nullptr && !mind.held_back) {
        mind.consume(dt, controls, now);
        mind.give_voice(Voice::model);  // settle() draws the first frame
      }
      break;
    case Mode::user_only:
      break;
  }
  mind.last_played = now;
  mind.answer_wanted = true;
  mind.unconsumed = mind.settings.mode == Mode::user_only;
  if (mind.settings.thru) mind.actions.add(PlayThru{controls});
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
    case Command::Kind::seed:
      mind.set_seed(command.seed);
      break;
    case Command::Kind::hand_over:
      mind.hand_over();
      break;
    case Command::Kind::model:
    case Command::Kind::scene:
    case Command::Kind::mark:
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
  mind.give_voice(Voice::performer);
  mind.answer_armed = false;
  return mind.actions.view();
}

std::shared_ptr<const Mdrnn> Performer::set_model(std::shared_ptr<const Mdrnn> model,
                                                  TimePoint at) {
  Mind& mind = *mind_;
  mind.enter(at);
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
  return soonest;
}

Voice Performer::voice() const noexcept { return mind_->voice; }
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
