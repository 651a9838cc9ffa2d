// Keeps another program running, in our own place: the same streams, terminal and signals.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include <imps/result.h>

namespace imps::platform {

/// While one lives, SIGINT, SIGTERM and SIGHUP are handed on to the program that runs, unless the
/// terminal has sent them to both. One at a time in a process of one thread. Not thread-safe.
class Supervisor {
 public:
  Supervisor();
  ~Supervisor();
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  struct End {
    bool signalled = false;  ///< ended by the signal `status`; else it exited with it
    int status = 0;
    std::chrono::milliseconds lived{};
  };
  /// Runs a program to its end. Our open files are its own, unless they close on exec.
  /// @param words  its path, and its arguments. An Error when it cannot be started.
  Result<End> run(const std::vector<std::string>& words);

  /// Waits. False, and at once, when SIGINT or SIGTERM has come.
  bool rest(std::chrono::milliseconds time);
  [[nodiscard]] static bool was_asked_to_end() noexcept;
};

/// Whether the program that started this one is still there. `starter` is its process number.
bool is_started_by(int starter) noexcept;

/// Our own process number, and the path of our own program.
int own_process() noexcept;
Result<std::string> own_program();

}  // namespace imps::platform
