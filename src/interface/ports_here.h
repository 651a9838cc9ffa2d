// What is plugged into this machine, for lists.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "interface/midi/devices.h"
#include "platform/serial_port.h"

namespace imps {

/// All that is there now.
struct PortsHere {
  std::string midi_system;   ///< "ALSA", …; "" when there is none
  std::string midi_trouble;  ///< why
  MidiPorts midi;
  std::vector<platform::SerialPort> serial;

  friend bool operator==(const PortsHere&, const PortsHere&) = default;
};

/// Looks. Blocks a little.
/// @param system  what it looks with: kept for the next look, or opened anew
PortsHere look_for_ports(std::unique_ptr<MidiSystem>& system);

/// {"midi": {"system", "inputs", "outputs"}, "serial": [{"path", "usb", "name"}]}, in one line.
std::string to_json(const PortsHere& ports);

}  // namespace imps
