// The system's MIDI: which ports there are, and opening them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <imps/result.h>

#include "interface/midi/message.h"

namespace imps {

/// Names of ports, in the system's order; imps's own are left out.
struct MidiPorts {
  std::vector<std::string> inputs;   ///< that can be heard
  std::vector<std::string> outputs;  ///< that can be played on

  friend bool operator==(const MidiPorts&, const MidiPorts&) = default;
};

/// The names that hold `part`; where none does, those that do when capitals are not told from small
/// letters.
std::vector<std::string> find_midi_ports(const std::vector<std::string>& names,
                                         std::string_view part);

/// What a part of a name stands for: the port that is called just so, else the first of them.
std::optional<std::string> find_midi_port(const std::vector<std::string>& names,
                                          std::string_view part);

/// Whether it is what an imps opens for a device: "imps-01:imps from NAME" in JACK, "imps:imps
/// 128:0" in ALSA. Virtual ports have names of their own.
bool is_own_midi_port(std::string_view name);

/// Whether `client`, as a port's name begins before its colon, is a driver or a program of many
/// ports rather than a device.
bool is_midi_driver(std::string_view client);

/// Whether two names, or parts of them, are of one device: the same, or ports of one client that is
/// no driver ("Push:in", "Push:out").
bool is_same_midi_device(std::string_view a, std::string_view b);

/// What a port is opened by, instead of a part of a name: "virtual:NAME" makes one that other
/// programs connect to.
inline constexpr std::string_view kVirtualPort = "virtual:";

/// An open output. Thread-safe: no. Ends when it goes out of scope, which may block for a moment.
class MidiOutput {
 public:
  virtual ~MidiOutput() = default;
  /// False when it could not be sent. Realtime-safe as far as the system's MIDI is.
  virtual bool send(const MidiMessage& message) noexcept = 0;
  /// Whether what was sent waits because nobody takes it; there is still room for releases.
  [[nodiscard]] virtual bool is_stalled() noexcept { return false; }
  /// Ends it now. False when nobody has taken what was sent last.
  virtual bool finish() noexcept { return true; }
};

/// An open input.
class MidiInput {
 public:
  virtual ~MidiInput() = default;
  /// The next message that has come; nothing when there is none. Realtime-safe, on one thread.
  virtual std::optional<MidiMessage> next() noexcept = 0;
  /// Messages that there was no room for.
  [[nodiscard]] virtual std::uint64_t lost() const noexcept = 0;
};

/// The connection to the system's MIDI. May block: not for the performance loop. Thread-safe: no.
class MidiSystem {
 public:
  virtual ~MidiSystem() = default;
  /// @param api  "auto", "alsa", "jack" or "core". An Error when there is no such MIDI here.
  static Result<std::unique_ptr<MidiSystem>> open(std::string_view api);

  /// "ALSA", "JACK", "CoreMIDI".
  [[nodiscard]] virtual std::string_view name() const noexcept = 0;
  /// False once it has ended: what was opened by it is dead then, and open() may find it again.
  [[nodiscard]] virtual bool is_there() const noexcept { return true; }
  [[nodiscard]] virtual MidiPorts ports() = 0;
  /// Ports that were opened and have gone since, though one of the same name may be back already.
  [[nodiscard]] virtual std::vector<std::string> left() { return {}; }
  /// Ports that were opened, and that somebody has disconnected from imps since; each once.
  [[nodiscard]] virtual std::vector<std::string> cut() { return {}; }
  /// @param port  one of ports(), or "virtual:NAME"
  /// @param wake  called on a thread of the system's when a message has come; realtime-safe. Where
  /// the
  ///              system hangs, once more after the port has been closed.
  virtual Result<std::unique_ptr<MidiInput>> open_input(const std::string& port,
                                                        std::function<void()> wake) = 0;
  virtual Result<std::unique_ptr<MidiOutput>> open_output(const std::string& port) = 0;
};

}  // namespace imps
