// The log writer without its threads: a machine that is turned by hand.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <imps/time.h>

#include "log/disk.h"
#include "log/growing_file.h"
#include "log/line_text.h"
#include "log/options.h"
#include "log/records.h"
#include "log/session_file.h"

namespace imps {

/// Work that may take a disk seconds, to be done beside the pump, one at a time.
struct LogChore {
  enum class Kind {
    sync_log,     ///< sync `file`
    sync_events,  ///< sync `file`
    session,      ///< replace `path` with `text`
  };
  Kind kind{};
  Disk::File file = -1;
  std::filesystem::path path;
  std::string text;
};

/// Blocks for as long as the disk does. Thread-safe: yes.
DiskError carry_out(Disk& disk, const LogChore& chore);

/// Takes records out of the queue, writes them as lines, and keeps what the disk does not take.
/// Not thread-safe; LogWriter turns it in a thread of its own, tests turn it by hand.
class LogPump {
 public:
  static constexpr Duration kRetryAfter{1'000'000};  ///< after the disk refused something
  static constexpr Duration kSyncAfter{750'000};     ///< after a row was written, at the latest

  /// @param options  checked.
  /// @param queue  outlives the pump.
  LogPump(LogOptions options, std::shared_ptr<Disk> disk, RecordQueue& queue);

  struct Turn {
    bool busy = false;              ///< there were records: there may soon be more
    std::optional<TimePoint> wake;  ///< turn again then, even if no record comes
    bool finished = false;          ///< after close(): everything is done that can be done
  };
  /// Does what there is to do. Blocks only for as long as the disk takes to accept a write.
  Turn turn(TimePoint now);

  /// What is to be done beside, if anything: once done, tell chore_done() and turn again.
  std::optional<LogChore> take_chore() { return std::exchange(chore_, std::nullopt); }
  void chore_done(DiskError error);

  /// No more records will come but those in the queue; the take ended at `at`.
  void close(TimePoint at);
  /// After the end: what could not be written, and why.
  [[nodiscard]] const std::optional<Error>& failure() const noexcept { return failure_; }

  std::vector<LogNotice> take_notices() { return std::exchange(notices_, {}); }
  [[nodiscard]] LogCounts counts() const;
  /// The log's path; empty before the first row is written.
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return log_.path(); }

 private:
  enum class Trouble { full, quota, vanished, forbidden, failing };

  void look_at_folder(TimePoint now);
  void take(const RecordHead& head, std::span<const char> payload);
  void take_row(TimePoint at, Voice voice, std::span<const char> payload);
  void take_event(TimePoint at, std::size_t name, std::span<const char> payload);
  bool make_room();
  void note_lost(TimePoint at);
  void add_event(TimePoint at, std::string_view name, double number, std::string_view text);

  void write_out();
  DiskError open();
  DiskError restore();
  DiskError write_files();
  void check_place();
  void fail(DiskError error);
  void announce(Trouble kind, DiskError error);
  void recover();
  void watch_quota();
  void tell(LogNotice::Kind kind, std::string text);

  void plan_chore();
  void finish_chore();
  void give_up();
  [[nodiscard]] std::size_t waiting() const { return log_.waiting() + events_.waiting(); }
  [[nodiscard]] std::uint64_t rows() const noexcept { return performer_rows_ + model_rows_; }
  [[nodiscard]] Turn next_turn(bool busy) const;

  LogOptions options_;
  std::shared_ptr<Disk> disk_;
  RecordQueue& queue_;
  LineText lines_;
  GrowingFile log_;
  GrowingFile events_;
  std::filesystem::path session_path_;
  std::vector<LogNotice> notices_;
  TimePoint now_{};
  bool looked_ = false;
  bool wanted_ = false;  // a row has come: there are to be files

  // Counted.
  std::uint64_t performer_rows_ = 0;
  std::uint64_t model_rows_ = 0;
  std::uint64_t event_lines_ = 0;
  LostCounts dropped_;      // here; what the queue lost is counted there
  LostCounts unnoted_;      // lost, and not yet in the events
  LostCounts noted_queue_;  // of the queue's, told to us by records
  bool dropping_ = false;

  // Trouble.
  std::optional<Trouble> trouble_;
  TimePoint retry_at_{};
  bool restore_ = false;  // the files must be opened anew before anything is written
  std::uint64_t dropped_before_ = 0;

  // The quota.
  std::uint64_t used_ = 0;  // bytes in the folder when last looked at, and what we wrote since
  std::uint64_t own_then_ = 0;
  TimePoint look_again_{};
  bool quota_told_ = false;

  // What is to be synced, and since when.
  std::optional<TimePoint> log_unsynced_;
  std::uint64_t syncing_rows_ = 0;  // by the sync that is being done
  std::uint64_t synced_rows_ = 0;
  std::optional<TimePoint> events_unsynced_;
  bool session_due_ = false;
  std::optional<LogChore> chore_;
  std::optional<LogChore::Kind> in_hand_;  // the kind that is being done
  std::optional<DiskError> chore_result_;
  std::optional<LogChore::Kind> failed_chore_;  // no recovery before it has succeeded

  // The end.
  std::optional<TimePoint> end_;
  bool end_written_ = false;
  bool finished_ = false;
  std::optional<Error> failure_;
};

}  // namespace imps
