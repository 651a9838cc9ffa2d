#include "interface/midi/midi_interface.h"

#include <algorithm>
#include <utility>

#include <boost/asio/post.hpp>
#include <fmt/format.h>

namespace imps {
namespace {

namespace asio = boost::asio;

/// The mappings of the device configured as `name`: its own, else those for all.
const std::vector<MidiMapping>& mappings_of(const DeviceMappings& all, const std::string& name) {
  static const std::vector<MidiMapping> kNone;
  for (const std::string& wanted : {name, std::string()}) {
    const auto found = std::find_if(all.begin(), all.end(),
                                    [&](const auto& entry) { return entry.first == wanted; });
    if (found != all.end()) return found->second;
  }
  return kNone;
}

std::size_t bit_of(const MidiMessage& note) noexcept {
  return static_cast<std::size_t>((note.channel() - 1) * 128 + note.first());
}

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names)
    text += (text.empty() ? "" : ", ") + name;
  return text.empty() ? "no device" : text;
}

}  // namespace

MidiInterface::MidiInterface(asio::io_context& loop, const MidiSettings& settings,
                             const std::vector<MidiBinding>& bindings,
                             std::span<SoundingNotes> notes)
    : loop_(loop), settings_(settings), bindings_(bindings), heard_(loop) {
  const Duration window = to_duration(settings.echo_window);
  for (const std::string& name : settings.outputs) {
    outs_.push_back({.name = name,
                     .encoder = MidiEncoder(mappings_of(settings.output, name)),
                     .guard = EchoGuard(window),
                     .through = {},
                     .port = nullptr,
                     .notes = outs_.size() < notes.size() ? &notes[outs_.size()] : nullptr});
  }
  const auto place_of = [this](const std::string& name) -> std::optional<std::size_t> {
    const auto found =
        std::find_if(outs_.begin(), outs_.end(), [&](const Out& out) { return out.name == name; });
    if (found == outs_.end()) return std::nullopt;
    return static_cast<std::size_t>(found - outs_.begin());
  };
  for (const std::string& name : settings.inputs) {
    In in{.name = name,
          .ear = MidiEar(mappings_of(settings.input, name), bindings),
          .thru = {},
          .echo_of = settings.echo_guard ? place_of(name) : std::nullopt,
          .port = nullptr,
          .lost = 0};
    for (const auto& [from, to] : settings.thru) {
      if (from != name && !from.empty()) continue;
      for (const std::string& output : to)
        if (const auto place = place_of(output)) in.thru.push_back(*place);
    }
    ins_.push_back(std::move(in));
  }
}

MidiInterface::~MidiInterface() {
  alive_.reset();
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
  }
  looks_.notify_one();
  if (looker_.joinable()) looker_.join();
  if (heard_.is_open()) heard_.release();  // the descriptor is wake_'s
}

void MidiInterface::start(Listener& listener) {
  listener_ = &listener;
  heard_.assign(wake_->fd());
  wait();
  looker_ = std::thread([this] { look(); });
}

void MidiInterface::stop() noexcept {
  listener_ = nullptr;
  stopped_ = true;
  // The performer's hands are off what was passed on.
  for (Out& out : outs_) {
    for (int note = 0; note < 16 * 128; ++note) {
      if (out.through.test(static_cast<std::size_t>(note)))
        send(out, MidiMessage::of(MidiMessage::Kind::note_off, note / 128 + 1, note % 128), now());
    }
    out.through.reset();
  }
}

// ---- the looking thread

void MidiInterface::look() {
  std::vector<Wanted> devices;
  for (std::size_t k = 0; k < ins_.size(); ++k)
    devices.push_back({.part = ins_[k].name, .is_input = true, .place = k, .open = {}});
  for (std::size_t k = 0; k < outs_.size(); ++k)
    devices.push_back({.part = outs_[k].name, .is_input = false, .place = k, .open = {}});

  std::unique_ptr<MidiSystem> system;
  bool told_of_none = false;
  std::vector<std::string> complaints(devices.size());
  std::unique_lock lock(mutex_);
  while (!ends_) {
    lock.unlock();
    if (!system) {
      auto opened = MidiSystem::open(settings_.api);
      if (opened) system = std::move(*opened);
      if (!opened && !std::exchange(told_of_none, true))
        tell(fmt::format("{}; imps plays on without, and goes on looking", opened.error().message));
    }
    const MidiPorts ports = system ? system->ports() : MidiPorts{};
    for (std::size_t k = 0; k < devices.size(); ++k) {
      Wanted& device = devices[k];
      const auto& names = device.is_input ? ports.inputs : ports.outputs;
      const bool is_virtual = device.part.starts_with(kVirtualPort);
      const bool is_there = is_virtual
                                ? system != nullptr
                                : std::find(names.begin(), names.end(), device.open) != names.end();
      if (!device.open.empty() && !is_there) {
        tell(fmt::format("{} has gone: imps goes on looking for it", device.open));
        device.open.clear();
        hand_over(device, nullptr, nullptr);
      }
      if (!device.open.empty() || !system) continue;
      const auto port =
          is_virtual ? std::optional(device.part) : find_midi_port(names, device.part);
      std::string complaint;
      if (!port) {
        complaint = fmt::format("no MIDI {} has \"{}\" in its name; there {}: imps goes on looking",
                                device.is_input ? "input" : "output", device.part,
                                names.empty() ? "is none" : "are " + listed(names));
      } else if (device.is_input) {
        auto in = system->open_input(*port, [wake = wake_] { wake->signal(); });
        if (in) hand_over(device, std::move(*in), nullptr);
        if (!in) complaint = in.error().message;
      } else {
        auto out = system->open_output(*port);
        if (out) hand_over(device, nullptr, std::move(*out));
        if (!out) complaint = out.error().message;
      }
      if (port && complaint.empty()) {
        device.open = *port;
        tell(fmt::format("{} {}", device.is_input ? "hearing" : "playing on", *port));
      } else if (complaint != complaints[k]) {
        tell(complaint);
      }
      complaints[k] = complaint;
    }
    // A JACK server that has ended leaves a client that sees nothing for ever.
    const bool any_open = std::any_of(devices.begin(), devices.end(), [](const Wanted& device) {
      return !device.open.empty() && !device.part.starts_with(kVirtualPort);
    });
    if (system && ports == MidiPorts{} && !any_open) {
      auto again = MidiSystem::open(settings_.api);
      if (!again) {
        for (Wanted& device : devices) {
          if (device.open.empty()) continue;
          device.open.clear();
          hand_over(device, nullptr, nullptr);
        }
        tell(fmt::format("{}'s MIDI has ended: imps goes on looking for it", system->name()));
        system.reset();
      } else if (std::none_of(devices.begin(), devices.end(),
                              [](const Wanted& device) { return !device.open.empty(); })) {
        system = std::move(*again);
      }
    }
    lock.lock();
    auto ins = std::exchange(old_ins_, {});
    auto outs = std::exchange(old_outs_, {});
    lock.unlock();
    ins.clear();
    outs.clear();
    lock.lock();
    looks_.wait_for(lock, kLookEvery, [this] { return ends_; });
  }
}

void MidiInterface::hand_over(const Wanted& device, std::unique_ptr<MidiInput> in,
                              std::unique_ptr<MidiOutput> out) {
  // std::function copies: the ports travel in shared boxes.
  auto boxed_in = std::make_shared<std::unique_ptr<MidiInput>>(std::move(in));
  auto boxed_out = std::make_shared<std::unique_ptr<MidiOutput>>(std::move(out));
  asio::post(loop_, [this, alive = std::weak_ptr(alive_), boxed_in, boxed_out,
                     is_input = device.is_input, place = device.place] {
    if (alive.expired() || stopped_) return;
    if (is_input) {
      In& one = ins_[place];
      std::swap(one.port, *boxed_in);
      one.lost = 0;
      one.ear = MidiEar(mappings_of(settings_.input, one.name), bindings_);
    } else {
      Out& one = outs_[place];
      std::swap(one.port, *boxed_out);
      // What was sent to a device that has gone, this one has not heard.
      one.encoder.release([](const MidiMessage&) {});
      one.through.reset();
      if (one.notes != nullptr) one.notes->forget();
    }
    const std::lock_guard lock(mutex_);
    if (*boxed_in) old_ins_.push_back(std::move(*boxed_in));
    if (*boxed_out) old_outs_.push_back(std::move(*boxed_out));
  });
}

void MidiInterface::tell(std::string news) {
  constexpr std::size_t kMostNews = 16;
  const std::lock_guard lock(mutex_);
  if (news_.size() < kMostNews) news_.push_back(std::move(news));
}

// ---- the loop

TimePoint MidiInterface::now() const noexcept {
  return TimePoint{
      std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now().time_since_epoch())};
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
  for (In& in : ins_) {
    if (!in.port) continue;
    while (const auto message = in.port->next())
      on_message(in, *message);
    if (const std::uint64_t lost = in.port->lost(); lost > in.lost) {
      tally_.fault(&PortCounts::dropped, "messages came faster than they could be taken",
                   lost - in.lost);
      in.lost = lost;
    }
  }
  listener_->end_turn(false);
}

void MidiInterface::on_message(In& in, const MidiMessage& message) {
  ++tally_.counts.messages;
  const TimePoint at = now();
  if (in.echo_of && outs_[*in.echo_of].guard.is_echo(message, at)) {
    ++tally_.counts.echoes;
    return;
  }
  for (const std::size_t place : in.thru) {
    Out& out = outs_[place];
    send(out, message, at);
    if (message.is_note_on()) out.through.set(bit_of(message));
    if (message.is_note_off()) out.through.reset(bit_of(message));
  }
  if (in.ear.hear(message, *listener_)) ++tally_.counts.moves;
}

void MidiInterface::send(Out& out, const MidiMessage& message, TimePoint at) {
  if (!out.port) return;
  if (out.notes != nullptr) out.notes->before(message);
  if (out.port->send(message.bytes())) {
    ++tally_.counts.sent;
    if (out.notes != nullptr) out.notes->after(message);
    if (settings_.echo_guard) out.guard.sent(message, at);
  } else {
    tally_.fault(&PortCounts::not_sent, "a message could not be sent");
  }
}

void MidiInterface::sound(const Sound& sound, TimePoint) {
  const TimePoint at = now();
  for (Out& out : outs_) {
    if (!out.port) continue;
    out.encoder.play(sound.controls, sound.touched,
                     [&](const MidiMessage& message) { send(out, message, at); });
  }
}

void MidiInterface::release(TimePoint) {
  const TimePoint at = now();
  for (Out& out : outs_)
    out.encoder.release([&](const MidiMessage& message) { send(out, message, at); });
}

void MidiInterface::panic(TimePoint) {
  const TimePoint at = now();
  for (Out& out : outs_) {
    out.through.reset();
    out.encoder.panic([&](const MidiMessage& message) { send(out, message, at); });
  }
}

std::string MidiInterface::description() const {
  return fmt::format("MIDI: hearing {}, playing on {}", listed(settings_.inputs),
                     listed(settings_.outputs));
}

void MidiInterface::add_status(std::vector<StatusEntry>& entries) {
  const auto open = [](const auto& devices) {
    return static_cast<std::int64_t>(std::count_if(
        devices.begin(), devices.end(), [](const auto& one) { return one.port != nullptr; }));
  };
  entries.push_back({"midi_inputs", open(ins_)});
  entries.push_back({"midi_outputs", open(outs_)});
  tally_.add_status(entries);
}

std::optional<std::string> MidiInterface::take_fault(TimePoint now) {
  {
    const std::lock_guard lock(mutex_);
    if (!news_.empty()) {
      std::string all;
      for (const std::string& one : std::exchange(news_, {}))
        all += (all.empty() ? "midi: " : "; ") + one;
      return all;
    }
  }
  return tally_.take_report(now);
}

}  // namespace imps
