// A JACK server of the test's own, and a synthesizer on it.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <sys/types.h>

#include "interface/midi/devices.h"
#include "platform/wake.h"

namespace imps::test {

/// A JACK server without a sound card, for as long as this lives.
class Jack {
 public:
  enum class Patience {
    /// Where the machine is busy it waits for its clients rather than losing what they say.
    waits,
    /// It goes on without those that are late, which may miss something: for clients in several
    /// processes, one of which may be held up for longer than any server would wait.
    goes_on,
    /// The same, and it forgets a client that was killed as soon as servers do by default.
    as_usual,
  };
  explicit Jack(Patience patience = Patience::waits);
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
