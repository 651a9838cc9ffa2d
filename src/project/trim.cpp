#include "project/trim.h"

#include <algorithm>
#include <span>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "log/events.h"
#include "log/line_text.h"
#include "log/reader.h"
#include "log/session_file.h"
#include "platform/aside_file.h"
#include "platform/replace_file.h"
#include "platform/whole_file.h"
#include "project/reply.h"

namespace imps::project {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPiece = std::size_t{1} << 16;

/// What was kept of a log.
struct Kept {
  std::vector<std::uint64_t> lines;  // of the rows, in the old log
  std::uint64_t performer_rows = 0;

  /// How many rows are kept of the first `rows`. Imps's logs have a row in each line.
  [[nodiscard]] std::uint64_t before(std::uint64_t rows) const {
    return static_cast<std::uint64_t>(std::ranges::upper_bound(lines, rows) - lines.begin());
  }
};

Result<Kept> write_rows(const fs::path& log, const TakeFacts& facts, double from, double to,
                        platform::AsideFile& file) {
  Kept kept;
  std::string text;
  LineText lines(0);
  Result<void> written;
  const auto write = [&] {
    if (written) written = file.append(std::as_bytes(std::span(text)));
    text.clear();
  };
  if (facts.rows == 0) return kept;
  const auto report =
      read_log(log, {.dimension = facts.dimension, .kept_faults = 0}, [&](const LogRowView& row) {
        const double at = static_cast<double>(row.local_us - facts.first_us) / 1e6;
        if (at < from || at > to) return;
        kept.lines.push_back(row.line);
        kept.performer_rows += row.voice == Voice::performer ? 1 : 0;
        lines.append_row(text, TimePoint{Duration{row.local_us}}, row.voice, row.values);
        if (text.size() >= kPiece) write();
      });
  if (!report) return report.error();
  write();
  if (!written) return written.error();
  return kept;
}

Result<std::string> text_at(const fs::path& path, std::size_t most) {
  const auto bytes = platform::read_whole_file(path, most);
  if (!bytes) return in(path.string(), bytes.error());
  return Result<std::string>(boost::system::in_place_value,
                             reinterpret_cast<const char*>(bytes->data()), bytes->size());
}

/// The events with their rows counted anew. What is no whole event is left out, as by any reader.
std::string trimmed_events(std::string_view text, const Kept& kept, std::uint64_t& count) {
  std::string result;
  while (!text.empty()) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos) break;
    Json event = Json::parse(text.substr(0, end), nullptr, false);
    text.remove_prefix(end + 1);
    if (!event.is_object()) continue;
    const auto rows = event.find("rows");
    if (rows == event.end() || !rows->is_number_unsigned()) continue;
    const auto old = rows->get<std::uint64_t>();
    const bool is_mark = event.value("event", Json()) == "mark";
    // A mark means the phrase that it came in, or else right after.
    if ((is_mark && old < kept.lines.front()) || old > kept.lines.back()) continue;
    *rows = kept.before(old);
    result += text_of(event) + '\n';
    ++count;
  }
  return result;
}

std::string trimmed_session(std::string_view text, const Kept& kept, std::uint64_t events,
                            double from, double to, std::uint64_t old_rows) {
  Json json = Json::parse(text, nullptr, false);
  if (json.contains("rows")) {
    json["rows"] = {{"interface", kept.performer_rows},
                    {"rnn", kept.lines.size() - kept.performer_rows}};
    json["events"] = events;
  }
  json["trimmed"] = {{"from", from}, {"to", to}, {"rows_before", old_rows}, {"when", now().text}};
  return json.dump(0, ' ', false, Json::error_handler_t::replace) + '\n';
}

Result<void> add(TrimmedTake& take, const fs::path& path, std::string_view text) {
  auto scratch = platform::ScratchName::beside(path, "trim");
  const auto written = platform::replace_file(scratch.path(), std::as_bytes(std::span(text)));
  if (!written) return written.error();
  take.files.emplace_back(std::move(scratch), path);
  return {};
}

}  // namespace

Result<TrimmedTake> trim_take(const fs::path& log, const TakeFacts& facts, double from, double to) {
  TrimmedTake take;
  auto scratch = platform::ScratchName::beside(log, "trim");
  auto file = platform::AsideFile::begin(scratch.path());
  if (!file) return file.error();
  const auto kept = write_rows(log, facts, from, to, *file);
  if (!kept) return kept.error();
  take.rows = kept->lines.size();
  if (take.rows == 0) return take;
  if (const auto done = file->keep(true); !done) return done.error();
  take.files.emplace_back(std::move(scratch), log);

  std::error_code error;
  std::uint64_t event_count = 0;
  if (const auto path = sidecar(log, ".events.jsonl"); fs::is_regular_file(path, error)) {
    const auto text = text_at(path, kMaxEventsBytes);
    if (!text) return text.error();
    if (const auto done = add(take, path, trimmed_events(*text, *kept, event_count)); !done)
      return done.error();
  }
  // A session file that cannot be read goes into the trash with the rest, and has no successor.
  if (const auto path = sidecar(log, ".session.json"); read_session(path)) {
    const auto text = text_at(path, kMaxSessionBytes);
    if (!text) return text.error();
    const auto session = trimmed_session(*text, *kept, event_count, from, to, facts.rows);
    if (const auto done = add(take, path, session); !done) return done.error();
  }
  return take;
}

}  // namespace imps::project
