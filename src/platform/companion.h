// A program that works beside ours and tells of it, line by line.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <imps/result.h>

namespace imps::platform {

/// What to run. It shares our environment, standard error and terminal (Ctrl-C reaches both), and
/// inherits no other file.
struct CompanionRequest {
  std::filesystem::path program;       ///< absolute or relative path; no search along $PATH
  std::vector<std::string> arguments;  ///< without the program's own name
  std::string input;                   ///< its standard input, at most kMostCompanionInput bytes
  std::vector<std::pair<std::string, std::string>> environment;  ///< beside ours, and in its place
};

/// What a pipe holds before anybody reads.
inline constexpr std::size_t kMostCompanionInput = 32768;

/// Not thread-safe.
class Companion {
 public:
  /// Fails when it cannot be started.
  static Result<Companion> start(const CompanionRequest& request);
  Companion(Companion&&) noexcept;
  Companion& operator=(Companion&&) noexcept;
  /// Interrupts it if it still runs, and waits for its end.
  ~Companion();

  /// The next line it writes, without the newline; nothing when it has closed its output. Blocks.
  std::optional<std::string> read_line();
  /// Waits for its end: the exit status, or 128 + the signal that ended it.
  int wait();
  /// From now on SIGTERM and SIGHUP to us become a SIGINT to it, and SIGINT, which the terminal
  /// sends to both, is left to it: it ends in order, and we with it. One that starts after such a
  /// signal is told at once. One companion at a time.
  void hand_on_signals();
  /// Whether such a signal has come, in this process, to any companion. Thread-safe.
  static bool was_asked_to_stop() noexcept;
  /// Whether it was stopped (SIGSTOP), as starter_is_stopped(). Thread-safe.
  [[nodiscard]] bool is_stopped() const noexcept;

 private:
  struct Process;
  explicit Companion(std::unique_ptr<Process> process) noexcept;
  std::unique_ptr<Process> process_;
};

/// When the program that started this one ends, however it ends, this one gets `signal` (where the
/// system can do that: Linux). A companion should follow.
void follow_starter(int signal) noexcept;

/// For the companion: whether the program that started it was stopped (SIGSTOP, Ctrl-Z). Always
/// false where the system does not tell (it is asked on Linux).
bool starter_is_stopped() noexcept;

}  // namespace imps::platform
