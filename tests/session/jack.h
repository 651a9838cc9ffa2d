// A JACK server of the test's own, and a synthesizer on it.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <map>
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

  /// The server does nothing at all, as on a machine that is suspended, until it goes on.
  void hold() const;
  void go_on() const;

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

/// What a program that uses JACK is started with, beside its own environment: JACK's library is not
/// built for the thread sanitizer, which cannot see how its ring buffers agree.
std::map<std::string, std::string> jack_environment(const std::filesystem::path& folder);

/// For SetUp(): skips a test of JACK where there is none, but never in CI.
#define IMPS_NEEDS_JACK()                                                   \
  if (!::imps::test::Jack::is_installed()) {                                \
    ASSERT_TRUE(std::getenv("IMPS_REFERENCE_REQUIRED") == nullptr)          \
        << "a JACK server is required here and is not there";               \
    GTEST_SKIP() << "needs a JACK server: jackd in $PATH (Debian: jackd2)"; \
  }                                                                         \
  static_assert(true)

}  // namespace imps::test
