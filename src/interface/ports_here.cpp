#include "interface/ports_here.h"

#include <utility>

#include <nlohmann/json.hpp>

namespace imps {

PortsHere look_for_ports(std::unique_ptr<MidiSystem>& system) {
  PortsHere ports;
  if (system && !system->is_there()) system.reset();
  if (!system) {
    auto opened = MidiSystem::open("auto");
    if (opened) system = std::move(*opened);
    if (!opened) ports.midi_trouble = opened.error().message;
  }
  if (system) {
    ports.midi_system = system->name();
    ports.midi = system->ports();
  }
  ports.serial = platform::serial_ports();
  return ports;
}

std::string to_json(const PortsHere& ports) {
  nlohmann::ordered_json json{
      {"midi",
       {{"system", nullptr}, {"inputs", ports.midi.inputs}, {"outputs", ports.midi.outputs}}},
      {"serial", nlohmann::ordered_json::array()}};
  if (!ports.midi_system.empty()) json["midi"]["system"] = ports.midi_system;
  for (const auto& port : ports.serial)
    json["serial"].push_back({{"path", port.path}, {"usb", port.usb}, {"name", port.name}});
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace imps
