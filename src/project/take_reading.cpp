#include "project/take_reading.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <iterator>
#include <limits>
#include <vector>

#include <fmt/format.h>

#include "dataset/logs.h"
#include "log/events.h"
#include "log/reader.h"
#include "log/session_file.h"
#include "project/reply.h"

namespace imps::project {
namespace {

namespace fs = std::filesystem;

std::uint64_t count_marks(const fs::path& log) {
  const auto path = sidecar(log, ".events.jsonl");
  std::error_code error;
  if (!fs::is_regular_file(path, error)) return 0;
  const auto events = read_events(path, {.kept_faults = 0});
  if (!events) return 0;
  return static_cast<std::uint64_t>(std::ranges::count(events->events, "mark", &LogEvent::name));
}

/// When the take began: the session file knows the zone, the log mostly does not.
When start_of(const fs::path& log, const TakeFacts& facts) {
  if (const auto session = read_session(sidecar(log, ".session.json")))
    return {.local_us = session->start.local_us, .text = iso_text(session->start)};
  if (facts.rows > 0) return {.local_us = facts.first_us, .text = iso_text(facts.first_us)};
  if (const auto named = start_in_name(log)) return {.local_us = *named, .text = iso_text(*named)};
  std::error_code error;
  const auto written = fs::last_write_time(log, error);
  return error ? When{} : when(written);
}

/// Four digits are more than a picture shows.
double rounded(double x) { return std::round(std::clamp(x, 0.0, 1.0) * 1e4) / 1e4; }

/// A control in a slice of time; nothing as long as low is above high.
struct Range {
  double low = 1;
  double high = 0;

  void add(double x) {
    low = std::min(low, rounded(x));
    high = std::max(high, rounded(x));
  }
};

struct Slices {
  Slices(std::size_t width, std::size_t control_count)
      : count(width), ranges(width * control_count), voices(width) {}

  std::size_t count;
  std::vector<Range> ranges;                         // [controls, slices]
  std::vector<std::array<std::uint64_t, 2>> voices;  // rows of the performer and of the model

  void add(const LogRowView& row, std::size_t slice) {
    ++voices[slice][row.voice == Voice::model ? 1 : 0];
    const std::size_t controls = ranges.size() / count;
    for (std::size_t k = 0; k < std::min(controls, row.values.size()); ++k)
      ranges[k * count + slice].add(row.values[k]);
  }
};

/// `begin` is called before each reading.
Result<LogReport> read_take(const fs::path& log, const std::function<void()>& begin,
                            const LogRowSink& row) {
  // The name mostly says the dimension; then the file is read once.
  const auto named = dimension_in_name(log);
  begin();
  auto report = read_log(log, {.dimension = named, .kept_faults = 0}, row);
  if (report && named && report->skipped >= report->rows && report->skipped > 0) {
    begin();
    report = read_log(log, {.kept_faults = 0}, row);
  }
  return report;
}

/// The rows of the dimension that is known.
Result<void> read_rows(const fs::path& log, const TakeFacts& facts, const LogRowSink& row) {
  if (facts.rows == 0) return {};
  const auto report = read_log(log, {.dimension = facts.dimension, .kept_faults = 0}, row);
  if (!report) return report.error();
  return {};
}

}  // namespace

TakeFacts look_at(const fs::path& log) {
  TakeFacts facts;
  constexpr auto kNever = std::numeric_limits<std::int64_t>::max();
  const auto report = read_take(
      log,
      [&facts] {
        facts.first_us = kNever;
        facts.last_us = -kNever;
      },
      [&facts](const LogRowView& row) {
        facts.first_us = std::min(facts.first_us, row.local_us);
        facts.last_us = std::max(facts.last_us, row.local_us);
      });
  if (report) {
    facts.dimension = report->dimension;
    facts.rows = report->rows;
    facts.performer_rows = report->performer_rows;
    facts.model_rows = report->model_rows;
    facts.bytes = report->bytes;
    if (report->rows == 0 && report->skipped > 0)
      facts.error = report->skipped == 1
                        ? "its only line is no row of a log"
                        : fmt::format("none of its {} lines is a row of a log", report->skipped);
  } else {
    facts.error = report.error().message;
    facts.bytes = stamp_of(log).bytes;
  }
  if (facts.rows == 0) facts.first_us = facts.last_us = 0;
  facts.marks = count_marks(log);
  facts.when = start_of(log, facts);
  if (const auto instrument = read_instrument(log)) facts.instrument = instrument->name;
  return facts;
}

Result<std::string> picture_of(const fs::path& log, const TakeFacts& facts, int width) {
  const auto count = static_cast<std::size_t>(width);
  const std::size_t controls =
      facts.dimension > 0 ? std::min(static_cast<std::size_t>(facts.dimension) - 1, kMostPictured)
                          : 0;
  Slices slices(count, controls);
  const double each = static_cast<double>(facts.last_us - facts.first_us + 1) / width;
  const auto read = read_rows(log, facts, [&](const LogRowView& row) {
    // A take that is being recorded has gone on since it was looked at.
    if (row.local_us < facts.first_us || row.local_us > facts.last_us) return;
    const double slice = static_cast<double>(row.local_us - facts.first_us) / each;
    slices.add(row, std::min(static_cast<std::size_t>(slice), count - 1));
  });
  if (!read) return read.error();

  std::string text = fmt::format("{{\"seconds\":{},\"controls\":[", facts.seconds());
  const auto into = std::back_inserter(text);
  for (std::size_t k = 0; k < controls; ++k) {
    text += k == 0 ? "[" : ",[";
    for (std::size_t slice = 0; slice < count; ++slice) {
      const Range& range = slices.ranges[k * count + slice];
      text += slice == 0 ? "" : ",";
      if (range.low > range.high) {
        text += "null";
      } else {
        fmt::format_to(into, "[{},{}]", range.low, range.high);
      }
    }
    text += ']';
  }
  text += "],\"voices\":[";
  for (std::size_t slice = 0; slice < count; ++slice) {
    const auto [performer, model] = slices.voices[slice];
    text += slice == 0 ? "" : ",";
    text += performer + model == 0 ? "null" : model > performer ? "1" : "0";
  }
  text += "]}";
  return Result<std::string>(boost::system::in_place_value, std::move(text));
}

Result<std::string> rows_of(const fs::path& log, const TakeFacts& facts) {
  const auto controls = static_cast<std::uint64_t>(std::max(facts.dimension - 1, 1));
  const std::uint64_t most = std::min(kMostSentRows, kMostSentValues / controls);
  if (facts.rows > most) {
    return Error{
        fmt::format("{}: has {} rows, and at most {} are sent: trim it, or take the file itself",
                    log.stem().string(), facts.rows, most)};
  }
  std::string text = "{\"rows\":[";
  std::uint64_t rows = 0;
  const auto read = read_rows(log, facts, [&](const LogRowView& row) {
    if (rows++ >= most) return;  // it has grown since it was looked at
    fmt::format_to(std::back_inserter(text), "{}[{},{}", rows == 1 ? "" : ",",
                   static_cast<double>(row.local_us - facts.first_us) / 1e6,
                   row.voice == Voice::model ? 1 : 0);
    for (const double x : row.values)
      fmt::format_to(std::back_inserter(text), ",{}", x);
    text += ']';
  });
  if (!read) return read.error();
  text += "]}";
  return Result<std::string>(boost::system::in_place_value, std::move(text));
}

}  // namespace imps::project
