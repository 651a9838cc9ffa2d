#include "log/writer.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>

#include <fmt/format.h>
#include <poll.h>

#include "log/pump.h"
#include "log/records.h"
#include "platform/thread.h"
#include "platform/wake.h"

namespace imps {
namespace {

/// Until the bell rings, at most `milliseconds`; −1: for as long as it takes.
void wait_for(platform::Wake& bell, int milliseconds) noexcept {
  pollfd ready{.fd = bell.fd(), .events = POLLIN, .revents = 0};
  if (::poll(&ready, 1, milliseconds) > 0) bell.clear();
}

int milliseconds_until(TimePoint wake, TimePoint now) {
  if (wake <= now) return 0;
  const auto wait = std::chrono::ceil<std::chrono::milliseconds>(wake - now).count();
  return static_cast<int>(std::min<std::int64_t>(wait, 3'600'000));
}

}  // namespace

struct LogWriter::Shared {
  Shared(const LogOptions& given, Hooks given_hooks, std::shared_ptr<Disk> given_disk)
      : controls(static_cast<std::size_t>(given.dimension - 1)),
        folder(given.folder.string()),
        hooks(std::move(given_hooks)),
        disk(std::move(given_disk)),
        queue(given.queue_bytes),
        pump(given, disk, queue) {}

  void write();      // the writer's thread
  void do_chores();  // the thread beside it
  void publish();
  [[nodiscard]] TimePoint time();
  /// A time of the stage's as the files have it.
  [[nodiscard]] TimePoint in_take(TimePoint at) const noexcept {
    return TimePoint{at - hooks.begins};
  }

  const std::size_t controls;
  const std::string folder;
  const Hooks hooks;
  const std::shared_ptr<Disk> disk;
  RecordQueue queue;
  LogPump pump;  // the writer's thread's
  platform::Wake bell;

  // The performance loop's.
  bool closed = false;
  std::atomic<std::uint64_t> refused_rows{0};
  std::atomic<std::uint64_t> refused_events{0};
  /// The writer waits without a time: the next record has to ring.
  std::atomic<bool> sleeping{false};

  struct {
    std::atomic<std::uint64_t> performer_rows{0}, model_rows{0}, events{0}, dropped_rows{0},
        dropped_events{0}, written_rows{0}, synced_rows{0}, waiting_bytes{0};
  } counts;

  std::mutex hooks_mutex;  // held while a hook is called
  bool abandoned = false;  // by close(): whoever gave the hooks may be gone
  TimePoint last_time{};

  std::mutex mutex;  // of all below; never taken by the performance loop but in close()
  std::condition_variable changed;
  std::vector<LogNotice> notices;
  std::filesystem::path path;
  std::optional<TimePoint> end;
  bool finished = false;
  std::optional<Error> failure;
  std::optional<LogChore> chore;
  std::optional<DiskError> chore_result;
};

void LogWriter::Shared::publish() {
  const LogCounts now = pump.counts();
  const auto put = [](std::atomic<std::uint64_t>& to, std::uint64_t value) {
    to.store(value, std::memory_order_relaxed);
  };
  put(counts.performer_rows, now.performer_rows);
  put(counts.model_rows, now.model_rows);
  put(counts.events, now.events);
  put(counts.dropped_rows, now.dropped_rows);
  put(counts.dropped_events, now.dropped_events);
  put(counts.written_rows, now.written_rows);
  put(counts.synced_rows, now.synced_rows);
  put(counts.waiting_bytes, now.waiting_bytes);
  auto told = pump.take_notices();
  if (told.empty()) return;
  {
    const std::lock_guard lock(mutex);
    path = pump.path();
    notices.insert(notices.end(), std::make_move_iterator(told.begin()),
                   std::make_move_iterator(told.end()));
    // Nobody listens: the newest are worth more.
    constexpr std::size_t kMost = 64;
    if (notices.size() > kMost) notices.erase(notices.begin(), notices.end() - kMost);
  }
  const std::lock_guard lock(hooks_mutex);
  if (hooks.on_notice && !abandoned) hooks.on_notice();
}

TimePoint LogWriter::Shared::time() {
  const std::lock_guard lock(hooks_mutex);
  if (!abandoned) last_time = in_take(hooks.clock());
  return last_time;
}

void LogWriter::Shared::write() {
  platform::block_signals();
  platform::drop_privileges();
  platform::name_thread("imps-log");
  bool ending = false;
  for (;;) {
    {
      const std::lock_guard lock(mutex);
      if (end && !ending) {
        ending = true;
        pump.close(*end);
      }
      if (chore_result) pump.chore_done(*std::exchange(chore_result, std::nullopt));
    }
    const auto turn = pump.turn(time());
    publish();
    {
      const std::lock_guard lock(mutex);
      if (auto next = pump.take_chore()) {
        chore = std::move(next);
        changed.notify_all();
      }
      if (turn.finished) {
        finished = true;
        failure = pump.failure();
        changed.notify_all();
        return;
      }
    }
    int patience = turn.wake ? milliseconds_until(*turn.wake, time()) : -1;
    if (turn.busy) {
      constexpr int kBatchMs =
          static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(kBatch).count());
      patience = patience < 0 ? kBatchMs : std::min(patience, kBatchMs);
      wait_for(bell, patience);
      continue;
    }
    // Either we see the record that came meanwhile, or whoever brings it sees that we sleep: each
    // changes `sleeping` in one step, and one of the two comes second.
    sleeping.exchange(true, std::memory_order_acq_rel);
    if (queue.empty()) wait_for(bell, patience);
    sleeping.exchange(false, std::memory_order_acq_rel);
  }
}

void LogWriter::Shared::do_chores() {
  platform::block_signals();
  platform::drop_privileges();
  platform::name_thread("imps-log-sync");
  for (;;) {
    LogChore now;
    {
      std::unique_lock lock(mutex);
      changed.wait(lock, [this] { return chore || finished; });
      if (!chore) return;
      now = *std::exchange(chore, std::nullopt);
    }
    const DiskError error = carry_out(*disk, now);
    {
      const std::lock_guard lock(mutex);
      chore_result = error;
    }
    bell.signal();
  }
}

Result<std::unique_ptr<LogWriter>> LogWriter::start(LogOptions options, Hooks hooks,
                                                    std::shared_ptr<Disk> disk) {
  if (const auto checked = check(options); !checked) return checked.error();
  auto shared = std::make_shared<Shared>(options, std::move(hooks), std::move(disk));
  if (shared->bell.fd() < 0) {
    return Error{"the log writer cannot start: too many files are open: close other programs"};
  }
  try {
    // Detached, each with its share of the state: a stuck disk must not hold up the program's end.
    std::thread([shared] { shared->do_chores(); }).detach();
    std::thread([shared] { shared->write(); }).detach();
  } catch (const std::system_error& error) {
    const std::lock_guard lock(shared->mutex);
    shared->finished = true;
    shared->changed.notify_all();
    return Error{std::string("the log writer cannot start: ") + error.what()};
  }
  return std::unique_ptr<LogWriter>(new LogWriter(std::move(shared)));
}

LogWriter::~LogWriter() { [[maybe_unused]] const auto closed = close(shared_->hooks.clock()); }

bool LogWriter::row(TimePoint at, Voice voice, std::span<const double> controls) noexcept {
  Shared& shared = *shared_;
  if (shared.closed || controls.size() != shared.controls) {
    shared.refused_rows.fetch_add(1, std::memory_order_relaxed);
    return false;
  }
  if (!shared.queue.push_row(shared.in_take(at), voice, controls)) return false;
  if (shared.sleeping.exchange(false, std::memory_order_acq_rel)) shared.bell.signal();
  return true;
}

bool LogWriter::event(TimePoint at, std::string_view name, double number,
                      std::string_view text) noexcept {
  Shared& shared = *shared_;
  if (shared.closed) {
    shared.refused_events.fetch_add(1, std::memory_order_relaxed);
    return false;
  }
  if (!shared.queue.push_event(shared.in_take(at), name, number, text)) return false;
  if (shared.sleeping.exchange(false, std::memory_order_acq_rel)) shared.bell.signal();
  return true;
}

std::vector<LogNotice> LogWriter::take_notices() {
  const std::lock_guard lock(shared_->mutex);
  return std::exchange(shared_->notices, {});
}

LogCounts LogWriter::counts() const noexcept {
  const auto& from = shared_->counts;
  const auto get = [](const std::atomic<std::uint64_t>& value) {
    return value.load(std::memory_order_relaxed);
  };
  return {.performer_rows = get(from.performer_rows),
          .model_rows = get(from.model_rows),
          .events = get(from.events),
          .dropped_rows = get(from.dropped_rows) + get(shared_->refused_rows),
          .dropped_events = get(from.dropped_events) + get(shared_->refused_events),
          .written_rows = get(from.written_rows),
          .synced_rows = get(from.synced_rows),
          .waiting_bytes = get(from.waiting_bytes)};
}

std::filesystem::path LogWriter::path() const {
  const std::lock_guard lock(shared_->mutex);
  return shared_->path;
}

Result<void> LogWriter::close(TimePoint at, Duration at_most) {
  Shared& shared = *shared_;
  shared.closed = true;
  std::unique_lock lock(shared.mutex);
  if (!shared.end) shared.end = shared.in_take(at);
  shared.bell.signal();
  if (!shared.changed.wait_for(lock, at_most, [&] { return shared.finished; })) {
    const std::lock_guard hooks_lock(shared.hooks_mutex);
    shared.abandoned = true;
    return Error{
        fmt::format("{}: the disk did not answer in time: the end of the log may be "
                    "missing: look after the disk",
                    shared.path.empty() ? shared.folder : shared.path.string())};
  }
  if (shared.failure) return *shared.failure;
  return {};
}

}  // namespace imps
