#include "interface/ports_here.h"

#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include <nlohmann/json.hpp>

namespace imps {

struct PortsLook::Midi {
  explicit Midi(std::string by) : api(std::move(by)) {}

  const std::string api;
  std::mutex mutex;  // of what follows but for `system`
  std::condition_variable done;
  bool is_busy = false;
  PortsHere found;
  std::unique_ptr<MidiSystem> system;  // the thread's, while it is busy

  static void look(const std::shared_ptr<Midi>& self);
};

void PortsLook::Midi::look(const std::shared_ptr<Midi>& self) {
  PortsHere ports;
  if (self->system && !self->system->is_there()) self->system.reset();
  if (!self->system) {
    auto opened = MidiSystem::open(self->api);
    if (opened) self->system = std::move(*opened);
    if (!opened) ports.midi_trouble = opened.error().message;
  }
  if (self->system) {
    ports.midi_system = self->system->name();
    ports.midi = self->system->ports();
  }
  const std::lock_guard lock(self->mutex);
  self->found = std::move(ports);
  self->is_busy = false;
  self->done.notify_all();
}

PortsLook::PortsLook(std::string api, std::chrono::milliseconds patience)
    : patience_(patience), midi_(std::make_shared<Midi>(std::move(api))) {}

// A thread that has looked may still hold what it looked with. Its client of JACK ends here and now
// rather than there in a while: a server that is stopped just then waits for it in vain (JACK 2,
// JackEngine::ClientDeactivate), ten times as long as for any other answer.
PortsLook::~PortsLook() {
  std::unique_ptr<MidiSystem> system;
  const std::lock_guard lock(midi_->mutex);
  if (!midi_->is_busy) system = std::move(midi_->system);
}

PortsHere PortsLook::look() {
  std::unique_lock lock(midi_->mutex);
  if (!std::exchange(midi_->is_busy, true))
    std::thread([midi = midi_] { Midi::look(midi); }).detach();
  PortsHere ports;
  if (midi_->done.wait_for(lock, patience_, [this] { return !midi_->is_busy; }))
    ports = midi_->found;
  else
    ports.midi_trouble = "the MIDI system does not answer: it hangs, or is very busy";
  ports.serial = platform::serial_ports();
  return ports;
}

std::string to_json(const PortsHere& ports) {
  nlohmann::ordered_json json{{"midi",
                               {{"system", nullptr},
                                {"trouble", nullptr},
                                {"inputs", ports.midi.inputs},
                                {"outputs", ports.midi.outputs}}},
                              {"serial", nlohmann::ordered_json::array()}};
  if (!ports.midi_system.empty()) json["midi"]["system"] = ports.midi_system;
  if (!ports.midi_trouble.empty()) json["midi"]["trouble"] = ports.midi_trouble;
  for (const auto& port : ports.serial)
    json["serial"].push_back({{"path", port.path}, {"usb", port.usb}, {"name", port.name}});
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace imps
