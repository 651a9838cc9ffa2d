// What is plugged into this machine, for lists.
#pragma once

#include <chrono>
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

/// Looks for ports. Not thread-safe.
class PortsLook {
 public:
  /// @param api  as MidiSystem::open() has it
  /// @param patience  how long a MIDI system that hangs is waited for
  explicit PortsLook(std::string api = "auto",
                     std::chrono::milliseconds patience = std::chrono::seconds(3));
  ~PortsLook();
  PortsLook(const PortsLook&) = delete;
  PortsLook& operator=(const PortsLook&) = delete;

  /// Blocks a little, and no longer than its patience. What was opened for it is kept for the next
  /// one.
  PortsHere look();

 private:
  struct Midi;
  const std::chrono::milliseconds patience_;
  std::shared_ptr<Midi> midi_;  // with a thread that may never come back
};

/// {"midi": {"system", "trouble", "inputs", "outputs"}, "serial": [{"path", "usb", "name"}]}, in
/// one line.
std::string to_json(const PortsHere& ports);

}  // namespace imps
