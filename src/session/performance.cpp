#include "session/performance.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <type_traits>
#include <utility>

#include <imps/version.h>

#include "platform/thread.h"
#include "session/cloud.h"
#include "session/control_text.h"
#include "session/interfaces.h"
#include "session/standing.h"

namespace imps {
namespace {

/// What the model may take of one turn of the loop before it skips frames.
constexpr Duration kThinkingPerTurn = std::chrono::milliseconds(2);
/// Predictions that may sound in one turn before the port is looked at again.
constexpr int kPlaysPerTurn = 16;
/// Messages for later; when more wait, they act now.
constexpr std::size_t kMostDelayed = 4096;
constexpr std::size_t kMostEarly = 256;
/// Events that are acted on together at most: a flood of bundles takes no more memory than this.
constexpr std::size_t kMostPerTurn = 4096;
/// The system's timers count nanoseconds, which a threshold that means "never" does not fit into.
constexpr Duration kLongestWait = std::chrono::hours(24);
/// How early a prediction leaves with `ahead = true`.
constexpr Duration kLead = std::chrono::milliseconds(100);
/// What the end may take.
constexpr Duration kFarewell = std::chrono::milliseconds(250);

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
    case Command::Kind::timescale:
      settings.timescale = command.number;
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

PerformerCounts sum(const PerformerCounts& a, const PerformerCounts& b) noexcept {
  return {.frames = a.frames + b.frames,
          .unheard = a.unheard + b.unheard,
          .predictions = a.predictions + b.predictions,
          .cancelled = a.cancelled + b.cancelled,
          .overflowed = a.overflowed + b.overflowed,
          .outdated = a.outdated + b.outdated,
          .restarts = a.restarts + b.restarts};
}

}  // namespace

std::vector<Command> limits_of(const LimitSettings& limits) {
  std::vector<Command> commands;
  if (!limits.dt.empty())
    commands.push_back({.kind = Command::Kind::limit, .number = 0, .text = limits.dt});
  for (std::size_t k = 0; k < limits.controls.size(); ++k) {
    if (limits.controls[k].empty()) continue;
    commands.push_back({.kind = Command::Kind::limit,
                        .number = static_cast<double>(k + 1),
                        .text = limits.controls[k]});
  }
  return commands;
}

PerformerSettings performer_settings(const Settings& settings, std::uint64_t seed) {
  return {.mode = settings.interaction.mode,
          .threshold = settings.interaction.threshold,
          .temperatures = settings.model.temperatures,
          .timescale = settings.model.timescale,
          .max_rest = settings.interaction.max_rest,
          .start_now = settings.interaction.start_now,
          .thru = settings.interaction.input_thru,
          .lead = settings.interaction.ahead ? kLead : Duration{0},
          .shared = settings.interaction.shared_hands,
          .release = settings.interaction.release,
          .glide = settings.interaction.glide,
          .pick_up = control_set(settings.interaction.pick_up),
          .seed = seed};
}

Performance::Performance(const Settings& settings, std::uint64_t seed, Start start,
                         Backstage& backstage, Channels& channels)
    : settings_(settings),
      performer_settings_(performer_settings(settings, seed)),
      told_settings_(performer_settings_),
      start_(start),
      backstage_(backstage),
      channels_(channels),
      timer_(loop_),
      house_(loop_),
      router_(settings.route),
      smoother_(settings.smoothing) {
  delayed_.reserve(64);
}

Performance::~Performance() {
  // The descriptor belongs to the channel.
  if (house_.is_open()) house_.release();
}

Result<std::unique_ptr<Performance>> Performance::open(const Settings& settings, std::uint64_t seed,
                                                       Start start, Backstage& backstage,
                                                       Channels& channels, NoteTable* notes) {
  std::unique_ptr<Performance> performance(
      new Performance(settings, seed, start, backstage, channels));
  performance->notes_ = notes;
  for (const std::string_view section : kInterfaceSections) {
    if (!is_wanted(section, settings)) continue;
    if (auto opened = performance->open(section, settings); !opened) return opened.error();
  }
  performance->house_.assign(channels.to_stage.fd());
  return performance;
}

Result<void> Performance::open(std::string_view section, const Settings& settings) {
  auto opened = open_interface(section, loop_, settings, notes_);
  if (!opened) return opened.error();
  interfaces_.push_back({section, std::move(*opened)});
  if (section == "osc") osc_ = dynamic_cast<OscInterface*>(interfaces_.back().interface.get());
  return {};
}

/// How many controls the performer's interfaces have.
void Performance::expect_controls() {
  const auto models = static_cast<std::size_t>(performer_->dimension() - 1);
  const std::size_t controls = settings_.route.input.empty() ? models : mapped_controls(settings_);
  for (const auto& [section, interface] : interfaces_)
    interface->expect_controls(controls);
  hand_.expect(controls);
}

void Performance::set_dimension(int dimension) {
  const Backstage::Ready ready = backstage_.get_ready(dimension, settings_);
  log_ = ready.log;
  performer_.emplace(ready.model.model, dimension, performer_settings_, TimePoint{}, ready.warm);
  for (const Command& limit : limits_of(settings_.limits))
    performer_->on(limit, TimePoint{});
  know_model(ready.model);
  expect_controls();
}

/// While the house listens already.
void Performance::learn_dimension(int dimension, TimePoint at) {
  set_dimension(dimension);
  tell(DimensionKnown{dimension});
  for (const Command& command : early_)
    act_on_command(command, at);
  early_.clear();
}

void Performance::run() {
  platform::name_thread("imps-stage");
  platform::flush_denormals();
  priority_ = platform::raise_priority();
  for (const auto& [section, interface] : interfaces_)
    interface->start(*this);
  wait_for_house();
  play_due();
  arm();
  loop_.run();
  // What was released last is heard, unless somebody does not listen.
  const TimePoint late = now() + kFarewell;
  loop_.restart();
  while (now() < late && std::any_of(interfaces_.begin(), interfaces_.end(),
                                     [](const auto& one) { return one.interface->is_sending(); }))
    loop_.run_one_for(std::chrono::milliseconds(10));
}

std::vector<std::string> Performance::descriptions() const {
  std::vector<std::string> lines;
  for (const auto& [section, interface] : interfaces_)
    lines.push_back(interface->description());
  return lines;
}

// ---- from the interfaces

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

/// @param outputs  controls of theirs
void Performance::let_go(const ControlSet& outputs) {
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

std::vector<StatusEntry> Performance::status() {
  act_on_turn();  // the answer knows of what was sent before the question
  const Report r = report();
  std::vector<StatusEntry> entries;
  const auto whole = [](auto n) { return static_cast<std::int64_t>(n); };
  const auto milliseconds = [](Duration d) { return static_cast<double>(d.count()) * 1e-3; };
  const PerformerSettings& settings = r.settings;
  entries.insert(entries.end(),
                 {
                     {"version", version()},
                     {"model", std::string_view(model_name_)},
                     {"dimension", whole(r.dimension)},
                     {"scene", std::string_view(scene_)},
                     {"mode", name(r.settings.mode)},
                     {"voice", std::string_view(r.voice == Voice::model ? "model" : "performer")},
                     {"paused", whole(r.paused)},
                     {"muted", whole(r.muted)},
                     {"threshold", settings.threshold.count()},
                     {"sigmatemp", settings.temperatures.sigma},
                     {"pitemp", settings.temperatures.pi},
                     {"timescale", settings.timescale},
                     {"seed", whole(settings.seed)},
                     {"seconds", to_seconds(r.at.time_since_epoch()).count()},
                     {"priority", std::string_view(priority_)},
                     {"frames_heard", whole(r.performer.frames - r.performer.unheard)},
                     {"frames_unheard", whole(r.performer.unheard)},
                     {"predictions", whole(r.performer.predictions)},
                     {"predictions_cancelled", whole(r.performer.cancelled)},
                     {"predictions_overflowed", whole(r.performer.overflowed)},
                     {"predictions_outdated", whole(r.performer.outdated)},
                     {"schedule_restarts", whole(r.performer.restarts)},
                     {"lateness_median_ms", milliseconds(r.lateness.median)},
                     {"lateness_p99_ms", milliseconds(r.lateness.p99)},
                     {"lateness_p999_ms", milliseconds(r.lateness.p999)},
                     {"lateness_worst_ms", milliseconds(r.lateness.worst)},
                     {"response_median_ms", milliseconds(r.response.median)},
                     {"response_p99_ms", milliseconds(r.response.p99)},
                     {"log_refused", whole(r.log_refused)},
                 });
  for (const auto& [section, interface] : interfaces_)
    interface->add_status(entries);
  return entries;
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

void Performance::act_on_command(const Command& command, TimePoint at) {
  if (!performer_) {
    apply(command, told_settings_);
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
            sound({.controls = a.controls, .touched = touched_, .due = at}, at);
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

void Performance::send_prediction(const Play& play) {
  const TimePoint before = now();
  const std::span<const int> velocities =
      settings_.interaction.remember_velocity
          ? std::span<const int>(velocities_).first(play.controls.size())
          : std::span<const int>();
  sound(smoother_.begin({.controls = play.controls,
                         .touched = play.moved,
                         .due = play.due,
                         .velocities = velocities},
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

void Performance::arm() {
  if (finished_) return;
  see_outlook();
  std::optional<TimePoint> at = performer_ ? performer_->deadline() : std::nullopt;
  if (!delayed_.empty() && (!at || delayed_.front().due < *at)) at = delayed_.front().due;
  if (const auto step = smoother_.deadline(); step && (!at || *step < *at)) at = step;
  if (at == armed_for_) return;
  armed_for_ = at;
  if (!at) {
    timer_.cancel();
    return;
  }
  timer_.expires_at(start_ + std::min(*at, now() + kLongestWait).time_since_epoch());
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) on_timer();
  });
}

void Performance::on_timer() {
  armed_for_.reset();
  act_on_delayed();
  play_due();
  arm();
}

// ---- the house

void Performance::wait_for_house() {
  house_.async_wait(
      boost::asio::posix::stream_descriptor::wait_read,
      [this](const boost::system::error_code& error) {
        if (error) return;
        channels_.to_stage.receive([this](const ToStage& message) { on_message(message); });
        if (finished_) return;
        play_due();
        arm();
        wait_for_house();
      });
}

void Performance::on_message(const ToStage& message) {
  std::visit(
      [this](const auto& m) {
        using M = std::decay_t<decltype(m)>;
        if constexpr (std::is_same_v<M, TakeModel>) {
          take_model(m, now());
        } else if constexpr (std::is_same_v<M, TakeSettings>) {
          take_settings(m, now());
        } else if constexpr (std::is_same_v<M, TakeCommand>) {
          act_on_command(m.command, now());
        } else if constexpr (std::is_same_v<M, BeginTake>) {
          begin_take(m, now());
        } else if constexpr (std::is_same_v<M, TakeHand>) {
          take_hand(m);
        } else if constexpr (std::is_same_v<M, Watch>) {
          watched_ = m.on;
          outlook_told_.reset();
        } else if constexpr (std::is_same_v<M, TellReport>) {
          Report r = report();
          for (const auto& [section, interface] : interfaces_) {
            if (const auto news = interface->take_news())
              r.news += (r.news.empty() ? "" : "; ") + *news;
            if (const auto fault = interface->take_fault(r.at))
              r.fault += (r.fault.empty() ? "" : "; ") + *fault;
          }
          tell(r);
          if (!r.news.empty() || !r.fault.empty()) tell_ports();
        } else {
          finish();
        }
      },
      message);
}

/// As from any other interface.
void Performance::take_hand(const TakeHand& message) {
  const auto controls = message.controls.controls();
  begin_turn();
  if (!performer_) {
    if (message.moved.count() == controls.size()) take_in(controls);
  } else {
    std::array<ControlUpdate, kMaxControls> updates;
    std::size_t count = 0;
    for (std::size_t k = 0; k < controls.size(); ++k)
      if (message.moved.test(k)) updates[count++] = {.control = k, .value = controls[k]};
    if (count > 0) on_updates(std::span(updates).first(count));
  }
  end_turn(false);
}

void Performance::take_model(const TakeModel& message, TimePoint at) {
  if (!performer_ ||
      (message.model != nullptr && message.model->dimension() != performer_->dimension()))
    return;
  auto old = performer_->set_model(message.model, at);
  know_model(message);
  log_event(at, "model", 0, message.digest + " " + message.name);
  if (old != nullptr) tell(ModelReturned{std::move(old)});
}

void Performance::begin_take(const BeginTake& message, TimePoint at) {
  if (!performer_) return;
  act_on_turn();
  tell_unheard(at);
  log_event(at, "stop", 0, {});
  const Voice voice = performer_->voice();
  carry_out(performer_->on_stop(at));
  counted_ = sum(counted_, performer_->counts());
  std::swap(*performer_, *message.performer);
  log_ = message.log;
  touched_told_.set();
  outlook_told_.reset();
  tell(TakeEnded{at, message.performer});
  if (!scene_.empty()) log_event(at, "scene", 0, scene_);
  const bool has_own_seed = message.performer->settings().seed !=
                            std::exchange(performer_settings_.seed, performer_->settings().seed);
  for (const Command& limit : std::exchange(limits_, {}))
    act_on_command(limit, at);
  for (const Command& command : steering(*message.performer, voice, *performer_))
    if (command.kind != Command::Kind::seed || has_own_seed) act_on_command(command, at);
}

void Performance::take_settings(const TakeSettings& message, TimePoint at) {
  act_on_turn();
  const Settings& next = *message.settings;
  if (message.scene != std::exchange(scene_, message.scene)) log_event(at, "scene", 0, scene_);
  if (message.model) take_model(*message.model, at);
  for (const Command& command : message.commands)
    act_on_command(command, at);
  if (performer_) performer_->set_thru(next.interaction.input_thru);
  if (next.interaction.pick_up != settings_.interaction.pick_up) {
    const ControlSet controls = control_set(next.interaction.pick_up);
    performer_settings_.pick_up = told_settings_.pick_up = controls;
    if (performer_) {
      performer_->set_pick_up(controls);
      log_event(at, "pick_up", 0, control_text(controls));
    }
  }
  performer_settings_.thru = told_settings_.thru = next.interaction.input_thru;
  if (next.route != settings_.route) {
    release(at);  // what sounds may have another place
    router_.set(next.route);
  }
  if (next.smoothing != settings_.smoothing) smoother_.set(next.smoothing);
  for (const std::string_view section : kInterfaceSections)
    take_interface(section, next, at);
  tell_ports();
  settings_ = next;
  if (performer_)
    expect_controls();
  else if (message.dimension)
    learn_dimension(*message.dimension, at);
}

void Performance::take_interface(std::string_view section, const Settings& next, TimePoint at) {
  const auto found = std::find_if(interfaces_.begin(), interfaces_.end(),
                                  [&](const Open& one) { return one.section == section; });
  const bool was_open = found != interfaces_.end();
  if (was_open) {
    if (is_wanted(section, next) && found->interface->take(next, at)) return;
    found->interface->stop();
    found->interface->farewell(at);
    found->interface->close();
    if (section == "osc") osc_ = nullptr;
    retired_.push_back(std::move(found->interface));
    interfaces_.erase(found);
  }
  if (!is_wanted(section, next)) return;
  if (auto opened = open(section, next); !opened) {
    tell(InterfaceRefused{opened.error().message});
    if (!was_open || !open(section, settings_)) return;
  }
  interfaces_.back().interface->start(*this);
}

void Performance::know_model(const TakeModel& message) {
  model_name_ = message.name;
  most_heard_ =
      message.step > Duration{0}
          ? static_cast<std::size_t>(std::max<Duration::rep>(1, kThinkingPerTurn / message.step))
          : 1;
}

Report Performance::report() {
  Report r;
  r.at = now();
  r.settings = told_settings_;
  r.priority = priority_;
  if (performer_) {
    r.voice = performer_->voice();
    r.settings = performer_->settings();
    r.paused = performer_->paused();
    r.muted = performer_->muted();
    r.held = performer_->held();
    r.dimension = performer_->dimension();
    const PerformerCounts& counts = performer_->counts();
    r.performer = sum(counted_, counts);
    r.take_rows = counts.frames + counts.predictions;
  }
  if (osc_ != nullptr) r.osc = osc_->counts();
  r.lateness = summary(lateness_);
  r.response = summary(response_);
  r.last_prediction = last_prediction_;
  r.log_refused = log_refused_;
  r.untold = untold_;
  return r;
}

void Performance::tell_ports() {
  PortsKnown known;
  for (const auto& [section, interface] : interfaces_)
    known.descriptions.push_back(interface->description_now());
  tell(known);
}

void Performance::tell(const ToHouse& message) {
  if (!channels_.to_house.send(message)) ++untold_;
}

void Performance::log_event(TimePoint at, std::string_view name, double number,
                            std::string_view text) {
  if (log_ != nullptr && !log_->event(at, name, number, text)) ++log_refused_;
}

void Performance::finish() {
  end_turn(false);
  finished_ = true;
  smoother_.stop();
  for (const auto& [section, interface] : interfaces_)
    interface->stop();
  timer_.cancel();
  const TimePoint at = now();
  if (performer_) {
    tell_unheard(at);
    log_event(at, "stop", 0, {});
    carry_out(performer_->on_stop(at));
  }
  // What the performer's own frames have begun, through thru, too.
  for (const auto& [section, interface] : interfaces_)
    interface->farewell(at);
  loop_.stop();
}

}  // namespace imps
