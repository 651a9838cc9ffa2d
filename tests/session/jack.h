// A JACK server of a test's own.
#pragma once

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <sstream>
#include <string>

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

/// A JACK server without a sound card, for as long as this lives; synchronous: where the machine is
/// busy, it waits for its clients rather than losing what they say.
class Jack {
 public:
  Jack() {
    ::setenv("JACK_DEFAULT_SERVER", name_.c_str(), 1);
    int ends[2];
    if (::pipe(ends) != 0) return;
    pid_ = ::fork();
    if (pid_ == 0) {
      ::dup2(ends[1], STDOUT_FILENO);
      ::dup2(ends[1], STDERR_FILENO);
      ::close(ends[0]);
#if defined(__linux__)
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // a test that breaks off leaves no server
#endif
      ::execlp("jackd", "jackd", "-n", name_.c_str(), "-r", "-S", "-s", "-t", "5000", "-d", "dummy",
               "-r", "48000", "-p", "64", nullptr);
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
