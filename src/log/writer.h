// Writes a performance down: a log, its events, and its session file.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include <imps/mode.h>
#include <imps/result.h>
#include <imps/time.h>

#include "log/disk.h"
#include "log/options.h"

namespace imps {

/// The writer of one take. The performance loop hands it rows and events; two threads of its own
/// write them and make them safe, so that a slow disk is never felt on the stage.
///
/// A row is handed to the operating system within 100 ms and is on the device within 1 s of that.
/// The files are made with the first row; a take without rows leaves none. doc/formats/log.md.
class LogWriter {
 public:
  /// Rows that come one after another are written together, this often.
  static constexpr Duration kBatch{20'000};

  struct Hooks {
    /// The stage's time when the take begins: the files' times count from there.
    TimePoint begins{};
    /// The stage's time; called from the writer's threads.
    std::function<TimePoint()> clock;
    /// Called from the writer's thread when take_notices() has something. May be empty.
    std::function<void()> on_notice;
  };

  /// Starts the threads; touches no file yet.
  static Result<std::unique_ptr<LogWriter>> start(LogOptions options, Hooks hooks,
                                                  std::shared_ptr<Disk> disk = real_disk());
  /// close()s, with the clock's time and the default patience.
  ~LogWriter();
  LogWriter(const LogWriter&) = delete;
  LogWriter& operator=(const LogWriter&) = delete;

  /// Writes a row down. False, and counted, when it cannot be: the queue is full, `controls` has
  /// another size than dimension − 1, or close() was called.
  /// Realtime-safe: yes (wait-free; no allocation; at most one system call, when the writer
  /// sleeps). Thread-safe: no; rows and events come from one thread.
  bool row(TimePoint at, Voice voice, std::span<const double> controls) noexcept;

  /// Writes an event down, in its place among the rows. A name is cut to 63 bytes, a text to 255;
  /// a number that is not finite is written as null. Realtime-safe and thread-safe as row().
  bool event(TimePoint at, std::string_view name, double number = 0,
             std::string_view text = {}) noexcept;

  /// What the musician should hear of, oldest first; each is given once.
  /// Realtime-safe: no. Thread-safe: yes.
  std::vector<LogNotice> take_notices();

  /// As of the writer's last turn. Realtime-safe: yes. Thread-safe: yes.
  [[nodiscard]] LogCounts counts() const noexcept;

  /// The log's path; empty before the first row is written. Realtime-safe: no. Thread-safe: yes.
  [[nodiscard]] std::filesystem::path path() const;

  /// The take ended at `at`: writes what is left, completes the session file, and returns when all
  /// is on the device, or with an Error after `at_most`, or when the disk does not take it. A
  /// thread that a stuck disk holds is left behind. From the thread of row(); again is harmless.
  Result<void> close(TimePoint at, Duration at_most = Duration(5'000'000));

 private:
  struct Shared;
  explicit LogWriter(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}

  std::shared_ptr<Shared> shared_;  // also held by the threads
};

}  // namespace imps
