// What imps plays on over MIDI.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <poll.h>

#include "interface/midi/devices.h"
#include "platform/wake.h"
#include "tests/session/musician.h"

namespace imps::test {

/// A synthesizer: what it hears.
class Synth {
 public:
  Synth(MidiSystem& system, const std::string& name)
      : port_(std::move(*system.open_input("virtual:" + name, [this] { wake_.signal(); }))) {}
  std::optional<MidiMessage> hear() {
    while (true) {
      if (const auto message = port_->next()) return message;
      pollfd heard{.fd = wake_.fd(), .events = POLLIN, .revents = 0};
      if (::poll(&heard, 1, static_cast<int>(kWait.count())) != 1) return std::nullopt;
      wake_.clear();
    }
  }

 private:
  platform::Wake wake_;
  std::unique_ptr<MidiInput> port_;
};

}  // namespace imps::test
