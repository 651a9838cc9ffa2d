// What the house says to a performance, and what it is told.
#include <algorithm>
#include <type_traits>
#include <utility>
#include <variant>

#include "session/control_text.h"
#include "session/interfaces.h"
#include "session/performance.h"
#include "session/standing.h"

namespace imps {
namespace {

/// What the model may take of one turn of the loop before it skips frames.
constexpr Duration kThinkingPerTurn = std::chrono::milliseconds(2);

}  // namespace

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
            interface->take_news(r.news, r.at);
          }
          tell(r);
          if (!r.news.empty()) tell_ports();
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
  counted_ = all_counts();
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
  for (const Command& command : steering(*message.performer, voice, *performer_, at))
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
  if (!next.interaction.input_thru && thru_sounds_.any()) let_go(thru_sounds_);
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
  Settings before = std::exchange(settings_, next);
  if (osc_ != nullptr) before.osc.listen.port = port();  // that was found where it was left open
  SettingsTaken taken{.number = message.number, .refused = {}};
  for (const std::string_view section : kInterfaceSections) {
    if (take_interface(section, before, at)) continue;
    copy_section(section, before, settings_);
    taken.refused.push_back(section);
  }
  tell_ports();
  tell(taken);
  if (performer_)
    expect_controls();
  else if (message.dimension)
    learn_dimension(*message.dimension, at);
}

bool Performance::take_interface(std::string_view section, const Settings& before, TimePoint at) {
  const auto found = std::find_if(interfaces_.begin(), interfaces_.end(),
                                  [&](const Open& one) { return one.section == section; });
  const bool was_open = found != interfaces_.end();
  if (was_open) {
    if (is_wanted(section, settings_) && found->interface->take(settings_, at)) return true;
    found->interface->stop();
    found->interface->farewell(at);
    found->interface->close();
    if (section == "osc") osc_ = nullptr;
    retired_.push_back(std::move(found->interface));
    interfaces_.erase(found);
  }
  if (!is_wanted(section, settings_)) return true;
  auto opened = open(section, settings_);
  if (!opened) tell(InterfaceRefused{opened.error().message});
  if (opened || (was_open && open(section, before))) interfaces_.back().interface->start(*this);
  return static_cast<bool>(opened);
}

void Performance::know_model(const TakeModel& message) {
  model_name_ = message.name;
  most_heard_ =
      message.step > Duration{0}
          ? static_cast<std::size_t>(std::max<Duration::rep>(1, kThinkingPerTurn / message.step))
          : 1;
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
