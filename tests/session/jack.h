// A JACK server of the test's own, and a synthesizer on it.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <sys/types.h>

#include "interface/midi/devices.h"
#include "platform/wake.h"

namespace imps::test {

/// A JACK server without a sound card, for as long as this lives; synchronous: where the machine is
/// busy, it waits for its clients rather than losing what they say.
class Jack {
 public:
  Jack();
  ~Jack();
  Jack(const Jack&) = delete;
  Jack& operator=(const Jack&) = delete;

  /// Waits until it takes clients; null when it does not.
  [[nodiscard]] std::unique_ptr<MidiSystem> connect() const;
  static bool is_installed();

 private:
  std::string name_;
  pid_t pid_ = -1;
  int words_ = -1;
};

/// A synthesizer: what it hears.
class Synth {
 public:
  Synth(MidiSystem& system, const std::string& name);
  /// The next message; nothing when none comes.
  std::optional<MidiMessage> hear();
  /// The next message, if it is there already.
  std::optional<MidiMessage> next() { return port_->next(); }

 private:
  platform::Wake wake_;
  std::unique_ptr<MidiInput> port_;
};

}  // namespace imps::test
