#include "log/pump.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <limits>

#include <fmt/format.h>

namespace imps {
namespace {

constexpr std::size_t kRoundBytes = std::size_t{256} << 10;
constexpr int kRounds = 64;
constexpr Duration kLookAtFolderEvery{30'000'000};
constexpr std::size_t kMaxNotices = 64;

std::string size_text(std::uint64_t bytes) {
  if (bytes < 1'000'000) return fmt::format("{:.0f} kB", static_cast<double>(bytes) / 1e3);
  return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6);
}

bool is_full(DiskError error) {
  return error.value() == ENOSPC || error.value() == EDQUOT || error.value() == EFBIG;
}

}  // namespace

DiskError carry_out(Disk& disk, const LogChore& chore) {
  return chore.kind == LogChore::Kind::session ? disk.replace(chore.path, chore.text)
                                               : disk.sync(chore.file);
}

LogPump::LogPump(LogOptions options, std::shared_ptr<Disk> disk, RecordQueue& queue)
    : options_(std::move(options)),
      disk_(std::move(disk)),
      queue_(queue),
      lines_(options_.start.local_us),
      log_(disk_),
      events_(disk_) {}

LogPump::Turn LogPump::turn(TimePoint now) {
  now_ = std::max(now, now_);
  if (finished_) return {.finished = true};
  if (!looked_) look_at_folder(now_);
  finish_chore();
  bool busy = false;
  for (int round = 0; round < kRounds; ++round) {
    const auto taken = queue_.consume(
        kRoundBytes,
        [this](const RecordHead& head, std::span<const char> payload) { take(head, payload); });
    if (taken == 0) break;
    busy = true;
    write_out();
  }
  if (end_ && queue_.empty()) {
    // What the queue lost since its last record.
    const LostCounts lost = queue_.lost();
    unnoted_.rows += lost.rows - noted_queue_.rows;
    unnoted_.events += lost.events - noted_queue_.events;
    noted_queue_ = lost;
    if (wanted_) note_lost(*end_);
  }
  write_out();
  check_place();
  if (end_ && queue_.empty()) give_up();
  plan_chore();
  return next_turn(busy);
}

LogPump::Turn LogPump::next_turn(bool busy) const {
  Turn turn{.busy = busy, .wake = {}, .finished = finished_};
  const auto at = [&turn](TimePoint time) {
    turn.wake = turn.wake ? std::min(*turn.wake, time) : time;
  };
  if (!queue_.empty()) at(now_);
  // While a chore is in hand, its end turns the pump.
  const bool unwritten = restore_ ? !in_hand_ : waiting() > 0 || !log_.is_open();
  if (trouble_ && wanted_ && unwritten) at(retry_at_);
  if (in_hand_) return turn;
  if (session_due_) at(retry_at_);
  if (!restore_ && log_unsynced_) at(*log_unsynced_ + kSyncAfter);
  if (!restore_ && events_unsynced_) at(*events_unsynced_ + kSyncAfter);
  return turn;
}

void LogPump::close(TimePoint at) {
  end_ = at;
  retry_at_ = now_;
}

LogCounts LogPump::counts() const {
  const LostCounts queue = queue_.lost();
  return {.performer_rows = performer_rows_,
          .model_rows = model_rows_,
          .events = event_lines_,
          .dropped_rows = dropped_.rows + queue.rows,
          .dropped_events = dropped_.events + queue.events,
          .written_rows = log_.written_lines(),
          .synced_rows = synced_rows_,
          .waiting_bytes = waiting()};
}

// Records.

void LogPump::take(const RecordHead& head, std::span<const char> payload) {
  const TimePoint at{Duration(head.at)};
  switch (head.kind) {
    case RecordHead::Kind::row:
      take_row(at, head.voice, payload);
      break;
    case RecordHead::Kind::event:
      take_event(at, head.name, payload);
      break;
    case RecordHead::Kind::lost: {
      LostCounts lost;
      std::memcpy(&lost, payload.data(), sizeof(lost));
      unnoted_.rows += lost.rows;
      unnoted_.events += lost.events;
      noted_queue_.rows += lost.rows;
      noted_queue_.events += lost.events;
      break;
    }
  }
}

void LogPump::take_row(TimePoint at, Voice voice, std::span<const char> payload) {
  std::array<double, kMaxControls> values;
  const std::size_t count = payload.size() / sizeof(double);
  std::memcpy(values.data(), payload.data(), count * sizeof(double));
  const std::span<const double> controls(values.data(), count);
  wanted_ = true;
  const bool numbers =
      std::all_of(controls.begin(), controls.end(), [](double x) { return std::isfinite(x); });
  if (!numbers || !make_room()) {
    ++dropped_.rows;
    ++unnoted_.rows;
    return;
  }
  note_lost(at);
  lines_.append_row(log_.text(), at, voice, controls);
  ++(voice == Voice::performer ? performer_rows_ : model_rows_);
}

void LogPump::take_event(TimePoint at, std::size_t name, std::span<const char> payload) {
  if (!make_room()) {
    ++dropped_.events;
    ++unnoted_.events;
    return;
  }
  note_lost(at);
  double number = 0;
  std::memcpy(&number, payload.data(), sizeof(number));
  const std::string_view words(payload.data() + sizeof(number), payload.size() - sizeof(number));
  add_event(at, words.substr(0, name), number, words.substr(name));
}

bool LogPump::make_room() {
  // Once full, half of the memory is freed before the next row is taken: one long gap is better
  // than a thousand short ones.
  const auto full = [this] {
    return waiting() >= (dropping_ ? options_.kept_bytes / 2 : options_.kept_bytes);
  };
  if (full() && !trouble_) write_out();
  if (!full()) {
    dropping_ = false;
    return true;
  }
  if (!dropping_) {
    dropping_ = true;
    tell(LogNotice::Kind::dropping,
         fmt::format("{}: the memory for rows that wait for the disk ({}) is full: rows are being "
                     "lost: make room on the disk, or stop",
                     options_.folder.string(), size_text(options_.kept_bytes)));
  }
  return false;
}

void LogPump::note_lost(TimePoint at) {
  if (!unnoted_.any()) return;
  const LostCounts lost = std::exchange(unnoted_, {});
  add_event(at, "dropped", static_cast<double>(lost.rows),
            lost.events == 0 ? "" : fmt::format("and {} events", lost.events));
}

void LogPump::add_event(TimePoint at, std::string_view name, double number, std::string_view text) {
  lines_.append_event(events_.text(), at, rows(), name, number, text);
  ++event_lines_;
}

// Files.

void LogPump::look_at_folder(TimePoint now) {
  looked_ = true;
  look_again_ = now + kLookAtFolderEvery;
  if (const auto error = disk_->check_folder(options_.folder)) fail(error);
  if (!options_.quota_bytes) return;
  if (const auto bytes = disk_->folder_bytes(options_.folder)) used_ = *bytes;
  own_then_ = log_.written_bytes() + events_.written_bytes();
  watch_quota();
}

void LogPump::write_out() {
  if (!wanted_ || (trouble_ && now_ < retry_at_)) return;
  if (log_.is_open() && !restore_ && !trouble_ && waiting() == 0) return;
  // A file that is just being synced is not closed under the hands of who does it.
  if (restore_ && in_hand_) return;
  if (options_.quota_bytes && (trouble_ == Trouble::quota || now_ >= look_again_)) {
    look_at_folder(now_);
  }
  DiskError error = log_.is_open() ? DiskError() : open();
  if (!error && restore_) error = restore();
  if (!error) error = write_files();
  if (error) {
    fail(error);
  } else if (trouble_ && !failed_chore_) {
    recover();
    if (const auto again = write_files()) fail(again);
  }
}

DiskError LogPump::open() {
  if (const auto error = disk_->make_folder(options_.folder)) return error;
  constexpr int kMostOfOneSecond = 1000;
  for (int number = 1; number <= kMostOfOneSecond; ++number) {
    const auto base =
        options_.folder / take_name(options_.start.local_us, number, options_.dimension);
    auto error = log_.create(base.string() + ".log");
    if (!error) {
      error = events_.create(base.string() + ".events.jsonl");
      if (error) log_.take_back();
    }
    if (error.value() == EEXIST) continue;
    if (error) return error;
    session_path_ = base.string() + ".session.json";
    session_due_ = true;
    tell(LogNotice::Kind::started, log_.path().string());
    return {};
  }
  return disk_error(EEXIST);
}

DiskError LogPump::restore() {
  for (GrowingFile* const file : {&log_, &events_}) {
    const auto restored = file->restore();
    if (!restored) return restored.error();
    if (restored->lost_lines > 0) {
      add_event(now_, "vanished", static_cast<double>(restored->lost_lines),
                file == &log_ ? "rows" : "events");
    }
    if (restored->torn) add_event(now_, "torn", 0, file == &log_ ? "rows" : "events");
  }
  restore_ = false;
  session_due_ = true;
  return {};
}

DiskError LogPump::write_files() {
  DiskError error;
  // Events first: after a crash an event without its rows can be told apart, a row without the
  // command that came before it cannot.
  for (GrowingFile* const file : {&events_, &log_}) {
    std::size_t most = std::numeric_limits<std::size_t>::max();
    if (options_.quota_bytes) {
      const auto used = used_ + log_.written_bytes() + events_.written_bytes() - own_then_;
      most = *options_.quota_bytes > used ? *options_.quota_bytes - used : 0;
    }
    const auto before = file->written_bytes();
    if (file->waiting() == 0) continue;
    error = file->write(most);
    auto& unsynced = file == &log_ ? log_unsynced_ : events_unsynced_;
    if (file->written_bytes() != before && !unsynced) unsynced = now_;
    if (error) return error;
    // Not an error of the system's: the folder's own quota.
    if (file->waiting() > 0) return DiskError(EDQUOT, boost::system::generic_category());
  }
  watch_quota();
  return error;
}

void LogPump::check_place() {
  const bool due = log_unsynced_ && now_ >= *log_unsynced_ + kSyncAfter;
  if (!due || restore_ || in_hand_ || !log_.is_open()) return;
  if (log_.is_in_place() && events_.is_in_place()) return;
  restore_ = true;
  fail(disk_error(ENOENT));
  retry_at_ = now_;
  write_out();
}

void LogPump::watch_quota() {
  if (!options_.quota_bytes) return;
  const auto used = used_ + log_.written_bytes() + events_.written_bytes() - own_then_;
  const auto near = *options_.quota_bytes - *options_.quota_bytes / 10;
  if (used < near) quota_told_ = false;
  if (used < near || quota_told_) return;
  quota_told_ = true;
  tell(
      LogNotice::Kind::quota_near,
      fmt::format("{}: {} of the quota of {} are used: remove old takes or raise the quota; at the "
                  "quota, logging stops and playing goes on",
                  options_.folder.string(), size_text(used), size_text(*options_.quota_bytes)));
}

// Trouble.

void LogPump::fail(DiskError error) {
  retry_at_ = now_ + kRetryAfter;
  Trouble kind = Trouble::failing;
  if (error == DiskError(EDQUOT, boost::system::generic_category())) {
    kind = Trouble::quota;
  } else if (is_full(error)) {
    kind = Trouble::full;
  } else if (error.value() == EACCES || error.value() == EPERM || error.value() == EROFS) {
    kind = Trouble::forbidden;
  } else if (error.value() == ENOENT) {
    kind = Trouble::vanished;
  }
  // After other errors the open file may be dead even when its name is there again.
  if (log_.is_open() && kind != Trouble::full && kind != Trouble::quota) restore_ = true;
  if (trouble_ != kind) announce(kind, error);
}

void LogPump::announce(Trouble kind, DiskError error) {
  if (!trouble_) dropped_before_ = counts().dropped_rows;
  trouble_ = kind;
  std::string what;
  switch (kind) {
    case Trouble::full:
      what = "the disk is full: make room on it";
      break;
    case Trouble::quota:
      what = fmt::format("the quota of {} is used up: remove old takes or raise the quota",
                         size_text(options_.quota_bytes.value_or(0)));
      break;
    case Trouble::vanished:
      what = "the folder or its files have vanished: put the disk back";
      break;
    case Trouble::forbidden:
      what = error.message() + ": change who owns it, or choose another folder";
      break;
    case Trouble::failing:
      what = error.message() + ": look after the disk";
      break;
  }
  add_event(now_, "trouble", 0, what);
  tell(
      LogNotice::Kind::trouble,
      fmt::format("{}: {}; playing goes on, and up to {} of rows are kept in memory until they can "
                  "be written",
                  options_.folder.string(), what, size_text(options_.kept_bytes)));
}

void LogPump::recover() {
  trouble_.reset();
  const auto lost = counts().dropped_rows - dropped_before_;
  add_event(now_, "recovered", static_cast<double>(lost), "");
  tell(LogNotice::Kind::recovered,
       fmt::format("{}: rows are written again; {}", log_.path().string(),
                   lost == 0 ? "none was lost" : fmt::format("{} were lost", lost)));
}

void LogPump::tell(LogNotice::Kind kind, std::string text) {
  // A disk that comes and goes while nobody listens.
  if (notices_.size() < kMaxNotices) notices_.push_back({kind, std::move(text)});
}

// Chores and the end.

void LogPump::chore_done(DiskError error) { chore_result_ = error; }

void LogPump::finish_chore() {
  if (!chore_result_) return;
  const DiskError error = *std::exchange(chore_result_, std::nullopt);
  const auto kind = *std::exchange(in_hand_, std::nullopt);
  if (end_written_) {
    finished_ = true;
    if (error && !failure_) {
      failure_ = Error{fmt::format("{}: could not be completed: {}: look after the disk",
                                   session_path_.string(), error.message())};
    }
    return;
  }
  if (!error) {
    if (kind == LogChore::Kind::sync_log) synced_rows_ = syncing_rows_;
    if (failed_chore_ != kind) return;
    failed_chore_.reset();
    if (trouble_ && !restore_ && waiting() == 0) recover();
    return;
  }
  failed_chore_ = kind;
  if (kind == LogChore::Kind::session) session_due_ = true;
  if (kind == LogChore::Kind::sync_log) log_unsynced_ = now_;
  if (kind == LogChore::Kind::sync_events) events_unsynced_ = now_;
  fail(error);
}

void LogPump::plan_chore() {
  if (in_hand_ || finished_ || !log_.is_open()) return;
  const auto hand_out = [this](LogChore chore) {
    in_hand_ = chore.kind;
    chore_ = std::move(chore);
  };
  const auto is_due = [this](const std::optional<TimePoint>& since) {
    return since && (end_ || now_ >= *since + kSyncAfter);
  };
  const bool usable = !restore_;
  if (session_due_ && !end_ && usable && now_ >= retry_at_) {
    session_due_ = false;
    hand_out({.kind = LogChore::Kind::session,
              .path = session_path_,
              .text = session_text(options_, log_.path().filename().string(), std::nullopt)});
  } else if (usable && is_due(log_unsynced_)) {
    log_unsynced_.reset();
    syncing_rows_ = log_.written_lines();
    hand_out({.kind = LogChore::Kind::sync_log, .file = log_.file(), .path = {}, .text = {}});
  } else if (usable && is_due(events_unsynced_)) {
    events_unsynced_.reset();
    hand_out({.kind = LogChore::Kind::sync_events, .file = events_.file(), .path = {}, .text = {}});
  } else if (end_ && queue_.empty()) {
    end_written_ = true;
    const LogCounts now = counts();
    const SessionFile::End end{.time = {lines_.local_us(*end_), options_.start.offset_minutes},
                               .performer_rows = now.performer_rows,
                               .model_rows = now.model_rows,
                               .events = now.events,
                               .dropped_rows = now.dropped_rows,
                               .dropped_events = now.dropped_events};
    hand_out({.kind = LogChore::Kind::session,
              .path = session_path_,
              .text = session_text(options_, log_.path().filename().string(), end)});
  }
}

void LogPump::give_up() {
  if (!log_.is_open() && !wanted_) {
    finished_ = true;
    return;
  }
  if (waiting() == 0 && log_.is_open()) return;
  // A restore that waits for a chore in hand still has its chance.
  if (restore_ && in_hand_) return;
  if (failure_) return;
  const auto rows_left = log_.waiting_lines();
  const auto of_model = log_.waiting_lines(fmt::format(",{},", log_word(Voice::model)));
  model_rows_ -= of_model;
  performer_rows_ -= rows_left - of_model;
  event_lines_ -= events_.waiting_lines();
  dropped_.rows += rows_left;
  dropped_.events += events_.waiting_lines();
  log_.abandon();
  events_.abandon();
  failure_ = Error{
      fmt::format("{}: the last {} rows could not be written: the disk did not take "
                  "them: make room on it before the next take",
                  log_.is_open() ? log_.path().string() : options_.folder.string(), rows_left)};
  if (!log_.is_open()) finished_ = true;
}

}  // namespace imps
