// The logs that a performance leaves: one take's after the other's.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string_view>

#include <imps/result.h>

#include "config/settings.h"
#include "log/writer.h"
#include "session/model_choice.h"
#include "session/output.h"
#include "session/performance.h"
#include "session/warm.h"

namespace imps {

/// Keeps the writer of the take that is played, and that of the one before until the stage is done
/// with it. What happens to them is told. Thread-safe: no; on the house's thread, but for make()
/// and take_up() before the house has been told of the first take.
class TakeLogs {
 public:
  /// Takes are not ended sooner, however often that is asked for: each leaves files.
  static constexpr std::chrono::seconds kShortest{1};

  /// @param start  when the performance's time is zero
  /// @param changed  called when there is another log in the folder
  TakeLogs(Start start, Output& output, std::function<void()> changed);

  /// A writer for a take that begins at `begins`. Touches no file yet.
  [[nodiscard]] Result<std::unique_ptr<LogWriter>> make(const Settings& settings,
                                                        std::uint64_t seed,
                                                        const ChosenModel& model,
                                                        const Warmth& warmth,
                                                        TimePoint begins) const;
  /// From now on this is the take's; the one before is ended by end_last().
  void take_up(std::unique_ptr<LogWriter> log, TimePoint begins);

  /// What the stage writes to; null when nothing is logged.
  [[nodiscard]] LogWriter* now() const noexcept { return log_.get(); }
  /// Of the take; "" before its first row.
  [[nodiscard]] std::filesystem::path path() const;
  /// Rows that are not on the device yet.
  [[nodiscard]] std::uint64_t unsynced() const;
  /// When its first row was written, to the time between two calls.
  TimePoint first_row(TimePoint now);
  /// False, and told once, when it has only begun.
  [[nodiscard]] bool may_end(TimePoint now);

  /// The take before the one that is played ended at `at`: it is whole on the device afterwards.
  /// False when there is none. Blocks for as long as the disk takes.
  bool end_last(TimePoint at);
  /// The same of the one that is played: nothing is told of where it is.
  void end(TimePoint at);
  void tell_notices() { tell_notices_of(*log_); }

 private:
  void tell_notices_of(LogWriter& log);

  const Start start_;
  const std::chrono::system_clock::time_point wall_start_ = std::chrono::system_clock::now();
  Output& output_;
  const std::function<void()> changed_;
  std::unique_ptr<LogWriter> log_;
  std::unique_ptr<LogWriter> last_;
  TimePoint begins_{};
  TimePoint first_row_{};
  bool is_young_told_ = false;
};

}  // namespace imps
