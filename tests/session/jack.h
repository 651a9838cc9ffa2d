// A JACK server of a test's own.
#pragma once

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__linux__)
#include <sys/prctl.h>
#endif

#include "interface/midi/devices.h"
#include "tests/session/musician.h"

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
  };
  explicit Jack(Patience patience = Patience::waits) {
    ::setenv("JACK_DEFAULT_SERVER", name_.c_str(), 1);
    std::vector<const char*> words{"jackd", "-n", name_.c_str(), "-r", "-s", "-t", "5000"};
    if (patience == Patience::waits) words.push_back("-S");
    const char* const period = patience == Patience::waits ? "64" : "256";
    words.insert(words.end(), {"-d", "dummy", "-r", "48000", "-p", period, nullptr});
    int ends[2];
    if (::pipe(ends) != 0) return;
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(ends[1], STDOUT_FILENO);
      ::dup2(ends[1], STDERR_FILENO);
      ::close(ends[0]);
#if defined(__linux__)
      // A test that breaks off leaves no server; and a server that is not let end in order leaves
      // one of the eight places that JACK has for servers taken, for good.
      ::prctl(PR_SET_PDEATHSIG, SIGTERM);
#endif
      ::execvp("jackd", const_cast<char* const*>(words.data()));
      ::_exit(127);
    }
    ::close(ends[1]);
    words_ = ends[0];
  }
  ~Jack() {
    if (pid_ > 0) {
      ::kill(pid_, SIGTERM);
      ::waitpid(pid_, nullptr, 0);
    }
    ::close(words_);
  }
  /// Waits until it takes clients.
  [[nodiscard]] std::unique_ptr<MidiSystem> connect() const {
    const auto late = std::chrono::steady_clock::now() + kWait;
    while (std::chrono::steady_clock::now() < late) {
      if (auto system = MidiSystem::open("jack")) return std::move(*system);
      // Its first words, or its end, or a moment.
      pollfd words{.fd = words_, .events = POLLIN, .revents = 0};
      ::poll(&words, 1, 20);
    }
    return nullptr;
  }
  static bool is_installed() {
    const char* const path = std::getenv("PATH");
    std::istringstream folders(path == nullptr ? "" : path);
    for (std::string folder; std::getline(folders, folder, ':');)
      if (::access((std::filesystem::path(folder) / "jackd").c_str(), X_OK) == 0) return true;
    return false;
  }

 private:
  std::string name_ = "imps-test-" + std::to_string(::getpid());
  pid_t pid_ = -1;
  int words_ = -1;
};

}  // namespace imps::test
