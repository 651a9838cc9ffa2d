// MIDI devices and serial lines: those that are there, and those that are wanted.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/settings.h"
#include "interface/midi/devices.h"
#include "platform/serial_port.h"
#include "session/doctor/check.h"

namespace imps::doctor {

struct MidiFacts {
  std::string system;   ///< "ALSA", …; "" when there is none
  std::string trouble;  ///< why
  MidiPorts ports;
  bool wanted = false;               ///< [midi] is in the configuration
  std::vector<std::string> inputs;   ///< wanted, by parts of their names
  std::vector<std::string> outputs;  ///< the same
};
MidiFacts look_at_midi(const MidiSettings& settings);
/// Bad when a device that is wanted is missing.
Check judge(const MidiFacts& facts);

struct SerialFacts {
  struct Line {
    platform::SerialPort port;
    std::optional<platform::SerialRight> right;
  };
  std::vector<Line> lines;
  /// What a section of the configuration asks for.
  struct Wanted {
    std::string key;                             ///< "serial.port"
    std::string port;                            ///< as it is written there
    std::optional<std::string> path;             ///< nothing: no such device is plugged in
    std::optional<platform::SerialRight> right;  ///< nothing: there is no such line
  };
  std::vector<Wanted> wanted;
};
SerialFacts look_at_serial(const Settings& settings);
/// Bad when a line that is wanted is missing, or may not be opened by this user; doubtful when
/// others may not.
Check judge(const SerialFacts& facts);

}  // namespace imps::doctor
