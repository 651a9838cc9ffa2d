#include "interface/midi/midi_interface.h"

#include <algorithm>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "interface/steady_now.h"

namespace imps {
namespace {

namespace asio = boost::asio;

/// What the device configured as `name` has: its own, else what is for all.
template <class One>
const std::vector<One>& of_device(const std::vector<std::pair<std::string, std::vector<One>>>& all,
                                  const std::string& name) {
  static const std::vector<One> kNone;
  for (const std::string& wanted : {name, std::string()}) {
    const auto found = std::find_if(all.begin(), all.end(),
                                    [&](const auto& entry) { return entry.first == wanted; });
    if (found != all.end()) return found->second;
  }
  return kNone;
}

double pace(const MidiSettings& settings) {
  return settings.bytes_per_second > 0 ? settings.bytes_per_second
                                       : std::numeric_limits<double>::infinity();
}

constexpr std::size_t kMostPassed = 1024;  // in a turn, without allocating

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names)
    text += (text.empty() ? "" : ", ") + name;
  return text.empty() ? "no device" : text;
}

/// The device that is configured as `name`, taken out of `devices`; null when there is none.
template <class Device>
std::unique_ptr<Device> take_named(std::vector<std::unique_ptr<Device>>& devices,
                                   const std::string& name) {
  for (auto& device : devices)
    if (device && device->name == name) return std::move(device);
  return nullptr;
}

template <class Device>
Device* with_id(const std::vector<std::unique_ptr<Device>>& devices, std::uint64_t id) {
  const auto found = std::find_if(devices.begin(), devices.end(),
                                  [id](const auto& device) { return device->id == id; });
  return found == devices.end() ? nullptr : found->get();
}

}  // namespace

MidiInterface::MidiInterface(asio::io_context& loop, const MidiSettings& settings,
                             const std::vector<MidiBinding>& bindings, NoteTable* notes)
    : loop_(loop),
      settings_(settings),
      bindings_(bindings),
      notes_(notes),
      heard_(loop),
      halves_(loop),
      watch_(loop, wake_,
             {.on_input = [this](auto id, auto port) { on_input(id, std::move(port)); },
              .on_output = [this](auto id, auto port) { on_output(id, std::move(port)); }}) {
  passed_.reserve(kMostPassed);
  set_up(settings, TimePoint{});
}

MidiInterface::~MidiInterface() {
  alive_.reset();
  if (heard_.is_open()) heard_.release();  // the descriptor is wake_'s
  for (const auto& out : outs_)
    if (out->port) watch_.give_back(std::move(out->port));
  if (watch_.end()) return;
  for (const auto& out : outs_)
    out->notes.doubt();
}

// ---- which devices there are

void MidiInterface::set_up(const MidiSettings& before, TimePoint now) {
  auto old_outs = std::exchange(outs_, {});
  auto old_ins = std::exchange(ins_, {});
  for (const std::string& name : settings_.outputs) {
    auto out = take_named(old_outs, name);
    if (!out) {
      out = output_for(name);
    } else if (before.bytes_per_second != settings_.bytes_per_second) {
      out->player->release(now);
      out->player = player_for(*out);
    } else if (of_device(before.output, name) != of_device(settings_.output, name)) {
      out->player->remap(of_device(settings_.output, name), now);
    }
    out->guard.set_window(to_duration(settings_.echo_window));
    out->lights.remap(of_device(settings_.lights, name));
    show_owner(*out);
    outs_.push_back(std::move(out));
  }
  for (const std::string& name : settings_.inputs) {
    auto in = take_named(old_ins, name);
    if (!in) in = std::make_unique<In>(In{.id = next_id_++, .name = name, .ear = {{}, {}}});
    in->ear.remap(of_device(settings_.input, name), bindings_, listener_);
    const auto place_of = [this](const std::string& output) -> Out* {
      const auto found = std::find_if(outs_.begin(), outs_.end(),
                                      [&](const auto& out) { return out->name == output; });
      return found == outs_.end() ? nullptr : found->get();
    };
    in->echo_of = nullptr;
    for (const auto& out : outs_) {
      const bool is_better = in->echo_of == nullptr || out->name == name;
      if (settings_.echo_guard && is_better && is_same_midi_device(out->name, name))
        in->echo_of = out.get();
    }
    const auto thru_before = std::exchange(in->thru, {});
    for (const auto& [from, to] : settings_.thru) {
      if (from != name && !from.empty()) continue;
      for (const std::string& output : to)
        if (Out* const out = place_of(output)) in->thru.push_back(out);
    }
    // Nobody lets go any more what was passed on by a way that has changed.
    if (in->thru != thru_before)
      for (const auto& out : outs_)
        let_through_go(*out);
    ins_.push_back(std::move(in));
  }
  for (const auto& out : old_outs)
    if (out) dismiss(*out, now);
  for (const auto& in : old_ins)
    if (in && in->port) watch_.give_back(std::move(in->port));
}

std::unique_ptr<MidiInterface::Out> MidiInterface::output_for(const std::string& name) {
  auto out = std::make_unique<Out>(Out{.id = next_id_++,
                                       .name = name,
                                       .player = nullptr,
                                       .guard = EchoGuard(to_duration(settings_.echo_window)),
                                       .through = {},
                                       .lights = {},
                                       .port = nullptr,
                                       .notes = {}});
  if (!name.starts_with(kVirtualPort))  // a port of our own making ends with us
    out->notes = KeptNotes(notes_, NoteOutput::Kind::midi, settings_.api, name);
  out->player = player_for(*out);
  return out;
}

std::unique_ptr<MidiPlayer> MidiInterface::player_for(Out& out) {
  return std::make_unique<MidiPlayer>(
      loop_, of_device(settings_.output, out.name), pace(settings_),
      [this, &out](const MidiMessage& message) { return send(out, message, steady_now()); },
      [&out] { return out.port != nullptr && out.port->is_stalled(); });
}

void MidiInterface::dismiss(Out& out, TimePoint now) {
  let_through_go(out);
  out.player->farewell(now);
  out.lights.put_out([&](const MidiMessage& message) { return send(out, message, now); });
  if (out.port) watch_.give_back(std::move(out.port));
}

void MidiInterface::look_for_devices() {
  std::vector<DeviceWatch::Device> devices;
  for (const auto& in : ins_)
    devices.push_back({.id = in->id, .part = in->name, .is_input = true});
  for (const auto& out : outs_)
    devices.push_back({.id = out->id, .part = out->name, .is_input = false});
  watch_.want(settings_.api, std::move(devices));
}

void MidiInterface::on_input(std::uint64_t id, std::unique_ptr<MidiInput> port) {
  In* const in = stopped_ ? nullptr : with_id(ins_, id);
  if (in != nullptr) {
    std::swap(in->port, port);
    in->lost = 0;
    // Nobody lets go any more of what was held on one that has gone.
    if (listener_ != nullptr) in->ear.fall_silent(*listener_);
    for (Out* const out : in->thru)
      let_through_go(*out);
    in->ear = MidiEar(of_device(settings_.input, in->name), bindings_);
  }
  if (port) watch_.give_back(std::move(port));
}

void MidiInterface::on_output(std::uint64_t id, std::unique_ptr<MidiOutput> port) {
  Out* const out = stopped_ ? nullptr : with_id(outs_, id);
  if (out != nullptr) {
    std::swap(out->port, port);
    // What was sent to a device that has gone, this one has not heard.
    out->player->forget();
    out->through.forget();
    out->lights.forget();
    // But what sounded may sound on, in a synthesizer behind an adapter that was pulled out.
    if (out->port) {
      for (const MidiMessage& message : out->notes.releases())
        send(*out, message, steady_now());
      out->notes.forget();
      show_owner(*out);
    }
  }
  if (port) watch_.give_back(std::move(port));
}

bool MidiInterface::take(const Settings& settings, TimePoint now) {
  const MidiSettings before = std::exchange(settings_, settings.midi);
  bindings_ = settings.interaction.bindings;
  if (before.api != settings_.api) {
    settings_ = before;
    return false;
  }
  set_up(before, now);
  look_for_devices();
  return true;
}

// ---- the loop

void MidiInterface::start(Listener& listener) {
  listener_ = &listener;
  heard_.assign(wake_->fd());
  wait();
  look_for_devices();
}

void MidiInterface::stop() noexcept {
  listener_ = nullptr;
  stopped_ = true;
  // The performer's hands are off what was passed on.
  for (const auto& out : outs_)
    let_through_go(*out);
}

void MidiInterface::close() noexcept {
  for (const auto& out : outs_)
    if (out->port) watch_.give_back(std::move(out->port));
  for (const auto& in : ins_)
    if (in->port) watch_.give_back(std::move(in->port));
  watch_.want(settings_.api, {});
}

/// The performer's hands and feet are off what was passed on.
void MidiInterface::let_through_go(Out& out) {
  out.through.let_go([&](const MidiMessage& message) { send(out, message, steady_now()); });
}

void MidiInterface::wait() {
  heard_.async_wait(asio::posix::stream_descriptor::wait_read,
                    [this, alive = std::weak_ptr(alive_)](const boost::system::error_code& error) {
                      if (error || alive.expired()) return;
                      wake_->clear();
                      if (listener_ == nullptr) return;
                      drain();
                      wait();
                    });
}

void MidiInterface::drain() {
  listener_->begin_turn();
  for (const auto& in : ins_) {
    if (!in->port) continue;
    while (const auto message = in->port->next())
      on_message(*in, *message);
    if (const std::uint64_t lost = in->port->lost(); lost > in->lost) {
      tally_.fault(&PortCounts::dropped, "messages came faster than they could be taken",
                   lost - in->lost);
      in->lost = lost;
    }
  }
  listener_->end_turn(false);
  // After what the model held has been released: it may be the same note.
  for (const Passed& one : passed_)
    pass_on(one);
  passed_.clear();
  await_halves();
}

void MidiInterface::await_halves() {
  if (std::ranges::none_of(ins_, [](const auto& in) { return in->ear.waits(); })) return;
  halves_.arm([this] {
    if (listener_ == nullptr) return;
    listener_->begin_turn();
    for (const auto& in : ins_)
      if (in->ear.settle(*listener_)) ++tally_.counts.moves;
    listener_->end_turn(false);
    await_halves();
  });
}

void MidiInterface::pass_on(const Passed& one) {
  send(*one.out, one.message, steady_now());
  one.out->through.passed(one.message);
}

void MidiInterface::on_message(In& in, const MidiMessage& message) {
  const TimePoint at = steady_now();
  if (message.is_clock()) {
    if (settings_.follow_clock) clock_.hear(in.id, message.clock(), at, *listener_);
    return;
  }
  ++tally_.counts.messages;
  if (in.echo_of != nullptr && in.echo_of->guard.is_echo(message, at)) {
    ++tally_.counts.echoes;
    return;
  }
  for (Out* const out : in.thru)
    passed_.push_back({out, message});
  if (in.ear.hear(message, *listener_)) ++tally_.counts.moves;
}

std::size_t MidiInterface::send(Out& out, const MidiMessage& message, TimePoint at) {
  if (!out.port) return 0;
  out.notes.before(message);
  if (!out.port->send(message)) {
    tally_.fault(&PortCounts::not_sent, "a message could not be sent");
    return 0;
  }
  ++tally_.counts.sent;
  out.notes.after(message, at);
  if (settings_.echo_guard) out.guard.sent(message, at);
  return message.size;
}

void MidiInterface::sound(const Sound& sound, TimePoint now) {
  for (const auto& out : outs_)
    if (out->port) out->player->sound(sound, now);
}

void MidiInterface::release(TimePoint now) {
  for (const auto& out : outs_)
    out->player->release(now);
}

void MidiInterface::let_go(const ControlSet& controls, TimePoint now) {
  for (const auto& out : outs_)
    out->player->let_go(controls, now);
}

void MidiInterface::tell_owner(const ControlSet& performer, std::size_t, TimePoint) {
  owned_ = performer;
  for (const auto& out : outs_)
    show_owner(*out);
}

void MidiInterface::show_owner(Out& out) {
  if (!out.port) return;
  out.lights.show(owned_,
                  [&](const MidiMessage& message) { return send(out, message, steady_now()); });
}

void MidiInterface::panic(TimePoint now) {
  for (const auto& out : outs_) {
    let_through_go(*out);
    out->player->panic(now);
    // Where only others play, too.
    for (int channel = 1; channel <= 16; ++channel) {
      if (!out->through.channels().test(static_cast<std::size_t>(channel - 1))) continue;
      for (const MidiMessage& message : MidiMessage::silence(channel))
        send(*out, message, now);
    }
  }
}

void MidiInterface::farewell(TimePoint now) {
  for (const auto& out : outs_) {
    out->player->farewell(now);
    out->lights.put_out([&](const MidiMessage& message) { return send(*out, message, now); });
  }
}

// ---- for people

std::string MidiInterface::description() const {
  return fmt::format("MIDI: hearing {}, playing on {}", listed(settings_.inputs),
                     listed(settings_.outputs));
}

std::string MidiInterface::description_now() const {
  const auto names = [](const auto& devices) {
    std::vector<std::string> all;
    for (const auto& device : devices)
      all.push_back(device->name + (device->port ? "" : " (not there)"));
    return listed(all);
  };
  return fmt::format("MIDI: hearing {}, playing on {}", names(ins_), names(outs_));
}

void MidiInterface::add_status(std::vector<StatusEntry>& entries) {
  const auto open = [](const auto& devices) {
    return static_cast<std::int64_t>(std::count_if(
        devices.begin(), devices.end(), [](const auto& one) { return one->port != nullptr; }));
  };
  entries.push_back({"midi_inputs", open(ins_)});
  entries.push_back({"midi_outputs", open(outs_)});
  tally_.add_status(entries);
}

void MidiInterface::take_news(std::vector<PortNews>& all, TimePoint now) {
  for (PortNews& news : watch_.take_news())
    all.push_back({.is_bad = news.is_bad, .text = "midi: " + news.text});
  if (auto fault = tally_.take_report(now)) all.push_back({.is_bad = true, .text = *fault});
}

}  // namespace imps
