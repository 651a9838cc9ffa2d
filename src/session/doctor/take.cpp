#include "session/doctor/take.h"

#include <system_error>

#include <fmt/format.h>

#include "log/reader.h"

namespace imps::doctor {
namespace {

namespace fs = std::filesystem;

fs::path newest_log(const fs::path& folder) {
  fs::path newest;
  fs::file_time_type written{};
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    if (at->path().extension() != ".log") continue;
    std::error_code gone;
    const auto time = at->last_write_time(gone);
    if (gone || !at->is_regular_file(gone) || (!newest.empty() && time <= written)) continue;
    newest = at->path();
    written = time;
  }
  return newest;
}

}  // namespace

TakeFacts look_at_take(const fs::path& folder, bool performing) {
  TakeFacts facts;
  facts.path = newest_log(folder);
  if (facts.path.empty()) return facts;
  facts.running = performing;
  std::error_code error;
  facts.bytes = fs::file_size(facts.path, error);
  if (error) {
    facts.trouble = error.message();
    return facts;
  }
  if (facts.bytes > kLongestLook) return facts;
  const auto report = read_log(facts.path, {.kept_faults = 1}, [](const LogRowView&) {});
  if (!report) {
    facts.trouble = report.error().message;
    return facts;
  }
  facts.looked_at = true;
  facts.rows = report->rows;
  facts.skipped = report->skipped;
  if (!report->faults.empty()) {
    facts.first_fault = report->faults.front().line;
    facts.what = report->faults.front().what;
  }
  facts.last_line_only = facts.skipped == 1 && facts.first_fault == report->lines;
  return facts;
}

Check judge(const TakeFacts& facts) {
  Check check{.name = "newest take"};
  if (facts.path.empty()) {
    check.words = "none yet";
    return check;
  }
  const std::string path = facts.path.string();
  if (!facts.trouble.empty()) {
    check.state = Check::State::doubtful;
    // The reader's words have the path.
    check.words = facts.trouble.starts_with(path) ? facts.trouble : path + ": " + facts.trouble;
    check.help = "see whether the disk is whole, and who may read the file";
  } else if (!facts.looked_at) {
    check.words = fmt::format("{}: {}, too long to be read here", path, size_words(facts.bytes));
  } else if (facts.skipped == 0 || (facts.running && facts.last_line_only)) {
    check.words = fmt::format("{}: {} rows, whole", path, facts.rows);
  } else {
    check.state = Check::State::doubtful;
    check.words = fmt::format("{}: {} rows, and {} damaged; {}:{}: {}", path, facts.rows,
                              facts.skipped, path, facts.first_fault, facts.what);
    check.help = facts.last_line_only
                     ? "the take broke off, by a power cut or a kill; all other rows are used"
                     : "'imps inspect' lists them; all other rows are used. See whether the disk "
                       "is whole";
  }
  return check;
}

}  // namespace imps::doctor
