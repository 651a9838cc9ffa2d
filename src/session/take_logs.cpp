#include "session/take_logs.h"

#include <algorithm>
#include <string>
#include <utility>

#include <fmt/format.h>

#include <imps/version.h>

#include "session/facts.h"

namespace imps {

TakeLogs::TakeLogs(Start start, Output& output, std::function<void()> changed)
    : start_(start), output_(output), changed_(std::move(changed)) {}

Result<std::unique_ptr<LogWriter>> TakeLogs::make(const Settings& settings, std::uint64_t seed,
                                                  const ChosenModel& model, const Warmth& warmth,
                                                  TimePoint begins) const {
  return LogWriter::start(
      {.folder = settings.log.folder,
       .dimension = model.model->dimension(),
       .start = local_time(wall_start_ + begins.time_since_epoch()),
       .program = std::string(version()),
       .facts = session_facts(settings, seed, model, warmth),
       .quota_bytes = settings.log.quota_bytes},
      {.begins = begins, .clock = [start = start_] { return since(start); }, .on_notice = {}});
}

void TakeLogs::take_up(std::unique_ptr<LogWriter> log, TimePoint begins) {
  last_ = std::exchange(log_, std::move(log));
  begins_ = begins;
  first_row_ = TimePoint{};
  is_young_told_ = false;
}

std::filesystem::path TakeLogs::path() const {
  return log_ == nullptr ? std::filesystem::path() : log_->path();
}

std::uint64_t TakeLogs::unsynced() const {
  if (log_ == nullptr) return 0;
  const LogCounts counts = log_->counts();
  const std::uint64_t rows = counts.performer_rows + counts.model_rows;
  return rows - std::min(rows, counts.synced_rows);
}

TimePoint TakeLogs::first_row(TimePoint now) {
  if (first_row_ == TimePoint{} && !path().empty()) first_row_ = now;
  return first_row_;
}

bool TakeLogs::may_end(TimePoint now) {
  if (last_ == nullptr && !path().empty() && now - begins_ >= kShortest) return true;
  if (!std::exchange(is_young_told_, true))
    output_.tell("the take has only just begun: it goes on");
  return false;
}

bool TakeLogs::end_last(TimePoint at) {
  if (last_ == nullptr) return false;
  const auto closed = last_->close(at);
  tell_notices_of(*last_);
  if (!closed) output_.warn(closed.error().message);
  output_.tell(fmt::format("the take is in {}; another one begins", last_->path().string()));
  last_.reset();
  changed_();
  return true;
}

void TakeLogs::end(TimePoint at) {
  if (log_ == nullptr) return;
  const auto closed = log_->close(at);
  tell_notices();
  if (!closed) output_.warn(closed.error().message);
}

void TakeLogs::tell_notices_of(LogWriter& log) {
  for (const LogNotice& notice : log.take_notices()) {
    if (notice.kind == LogNotice::Kind::started) {
      output_.tell("logging to " + notice.text);
      changed_();
    } else if (notice.kind == LogNotice::Kind::recovered) {
      output_.tell(notice.text);
    } else {
      output_.warn(notice.text);
    }
  }
}

}  // namespace imps
