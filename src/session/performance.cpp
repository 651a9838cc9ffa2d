#include "session/performance.h"

#include <algorithm>
#include <utility>

#include "platform/thread.h"
#include "session/control_text.h"
#include "session/interfaces.h"

namespace imps {
namespace {

/// The system's timers count nanoseconds, which a threshold that means "never" does not fit into.
constexpr Duration kLongestWait = std::chrono::hours(24);
/// How early a prediction leaves with `ahead = true`.
constexpr Duration kLead = std::chrono::milliseconds(100);
/// What the end may take.
constexpr Duration kFarewell = std::chrono::milliseconds(250);

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
          .surprise = settings.model.surprise,
          .beat = {.tempo = settings.interaction.tempo,
                   .grid = settings.interaction.grid,
                   .snap = settings.interaction.snap},
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
    auto opened = performance->open(section, settings);
    if (opened) continue;
    // Who plays over another interface, and has asked for nothing of OSC, plays without it.
    const bool is_unasked =
        section == "osc" && settings.osc == OscSettings{} && count_wanted(settings) > 1;
    if (!is_unasked) return opened.error();
    performance->tell(InterfaceRefused{opened.error().message});
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
  // It was said of another moment.
  const Beat beat{.tempo = performer_->settings().beat.tempo,
                  .at = std::exchange(early_beat_, std::nullopt).value_or(at)};
  if (beat.tempo >= Beat::kSlowest && beat.at != at)
    act_on_command({.kind = Command::Kind::beat, .number = until_a_beat(beat, at).count()}, at);
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

void Performance::log_event(TimePoint at, std::string_view name, double number,
                            std::string_view text) {
  if (log_ != nullptr && !log_->event(at, name, number, text)) ++log_refused_;
}

}  // namespace imps
