// A program that works for us in the background: its words are read as they come, and nobody waits.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <imps/result.h>

namespace imps::platform {

/// What to run. It has our environment, no input, no other of our files, and a process group of its
/// own, which the terminal's Ctrl-C does not reach.
struct WorkerRequest {
  std::filesystem::path program;       ///< absolute; no search along $PATH
  std::vector<std::string> arguments;  ///< without the program's own name
  std::filesystem::path folder;        ///< where it works
  int niceness = 10;                   ///< by how much it gives way to others
};

/// No method blocks but the destructor. Not thread-safe.
class Worker {
 public:
  enum class Stream { output, errors };

  struct End {
    bool signalled = false;  ///< ended by the signal `status`; else it exited with it
    int status = 0;
  };

  /// Fails when it cannot be started.
  static Result<Worker> start(const WorkerRequest& request);
  Worker(Worker&&) noexcept;
  Worker& operator=(Worker&&) noexcept;
  /// Kills it if it still runs, with all that it has started, and waits for that.
  ~Worker();

  /// To be waited for with poll(): readable when there is something to read, or the end. −1 after
  /// the end.
  [[nodiscard]] int descriptor(Stream stream) const noexcept;
  /// Appends what it has written, at most 64 KiB. False when nothing is there now.
  bool read(Stream stream, std::string& to);

  /// As Ctrl-C: SIGINT to it and all that it has started.
  void interrupt() noexcept;
  /// SIGKILL to the same.
  void kill() noexcept;
  /// How it has ended; nothing while it runs. What it wrote can still be read.
  std::optional<End> end() noexcept;

 private:
  struct Process;
  explicit Worker(std::unique_ptr<Process> process) noexcept;
  std::unique_ptr<Process> process_;
};

}  // namespace imps::platform
