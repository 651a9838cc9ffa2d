#include "log/reader.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "log/file_source.h"
#include "log/line_splitter.h"
#include "log/row_parser.h"
#include "log/wall_time.h"

namespace imps {
namespace {

/// Something whose bytes can be gone through more than once.
using Play = std::function<Result<void>(const std::function<void(std::string_view)>&)>;

/// Calls take(const Line&, RowFault, const ParsedRow&) for each line.
template <class Take>
Result<std::uint64_t> for_each_line(const Play& play, Take&& take) {
  LineSplitter splitter(kMaxLogLine);
  ParsedRow row;
  const auto on_line = [&](Line line) {
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    if (line.number == 1 && line.text.starts_with(kByteOrderMark)) line.text.remove_prefix(3);
    const auto fault = parse_row(line.text, row);
    take(line, fault, row);
  };
  const auto played = play([&](std::string_view piece) { splitter.feed(piece, on_line); });
  if (!played) return played.error();
  splitter.finish(on_line);
  return splitter.lines();
}

bool is_whole(const Line& line, RowFault fault) {
  return fault == RowFault::none && line.ended && !line.too_long;
}

/// The dimension of most rows; 0 when there is none.
Result<int> find_dimension(const Play& play, std::optional<int> named) {
  std::array<std::uint64_t, kMaxDimension + 1> rows{};  // by dimension
  const auto lines =
      for_each_line(play, [&](const Line& line, RowFault fault, const ParsedRow& row) {
        if (is_whole(line, fault)) ++rows[static_cast<std::size_t>(row.count + 1)];
      });
  if (!lines) return lines.error();
  const auto most = std::max_element(rows.begin(), rows.end());
  if (named && rows[static_cast<std::size_t>(*named)] == *most) return *named;
  return *most == 0 ? 0 : static_cast<int>(most - rows.begin());
}

/// Goes through the lines once more and gives out the rows of one dimension.
class RowReader {
 public:
  RowReader(int dimension, const LogReadOptions& options, const LogRowSink& sink)
      : options_(options), sink_(sink) {
    report_.dimension = dimension;
  }

  void on(const Line& line, RowFault fault, const ParsedRow& row) {
    if (line.too_long) {
      skip(line, fmt::format("longer than {} bytes: skipped", kMaxLogLine));
    } else if (!line.ended) {
      skip(line, "the file ends within this line: skipped");
    } else if (fault == RowFault::empty) {
      return;
    } else if (fault != RowFault::none) {
      skip(line, keeps() ? describe(fault, line.text, row) : std::string());
    } else if (row.count + 1 != report_.dimension) {
      skip(line, keeps() ? fmt::format("{} values, expected {}: skipped", row.count,
                                       report_.dimension - 1)
                         : std::string());
    } else {
      give(line, row);
    }
  }

  LogReport take_report() { return std::move(report_); }

 private:
  [[nodiscard]] bool keeps() const { return report_.faults.size() < options_.kept_faults; }

  void note(const Line& line, std::string what) {
    if (keeps()) report_.faults.push_back({line.number, std::move(what)});
  }

  void skip(const Line& line, std::string what) {
    ++report_.skipped;
    note(line, std::move(what));
  }

  void give(const Line& line, const ParsedRow& row) {
    // A zone that changes in the middle of a log (summer time) must not bend the time between rows.
    if (!zone_ && row.time.offset_minutes) zone_ = row.time.offset_minutes;
    const int turn = row.time.offset_minutes ? *zone_ - *row.time.offset_minutes : 0;
    const std::int64_t local_us = row.time.local_us + turn * std::int64_t{60'000'000};
    if (report_.rows > 0 && local_us < last_) {
      ++report_.backwards;
      note(line, fmt::format("{:.6f} s earlier than the row before: kept",
                             static_cast<double>(last_ - local_us) / 1e6));
    }
    last_ = local_us;
    ++report_.rows;
    ++(row.voice == Voice::performer ? report_.performer_rows : report_.model_rows);
    sink_({local_us, row.voice, std::span(row.values).first(static_cast<std::size_t>(row.count)),
           line.number});
  }

  const LogReadOptions& options_;
  const LogRowSink& sink_;
  LogReport report_;
  std::optional<int> zone_;
  std::int64_t last_ = 0;
};

Result<LogReport> read(const Play& play, const LogReadOptions& options, const LogRowSink& sink,
                       std::optional<int> named) {
  int dimension = options.dimension.value_or(0);
  if (!options.dimension) {
    const auto found = find_dimension(play, named);
    if (!found) return found.error();
    dimension = *found;
  }
  RowReader reader(dimension, options, sink);
  const auto lines =
      for_each_line(play, [&reader](const Line& line, RowFault fault, const ParsedRow& row) {
        reader.on(line, fault, row);
      });
  if (!lines) return lines.error();
  auto report = reader.take_report();
  report.lines = *lines;
  return report;
}

/// Puts rows into a Log.
LogRowSink into(Log& log) {
  return [&log](const LogRowView& row) {
    log.local_us.push_back(row.local_us);
    log.voices.push_back(row.voice);
    log.values.insert(log.values.end(), row.values.begin(), row.values.end());
  };
}

}  // namespace

std::optional<int> dimension_in_name(const std::filesystem::path& path) {
  constexpr std::string_view kEnd = "d-mdrnn.log";
  const std::string name = path.filename().string();
  if (!name.ends_with(kEnd)) return std::nullopt;
  const auto stem = std::string_view(name).substr(0, name.size() - kEnd.size());
  const auto hyphen = stem.rfind('-');
  const auto digits = stem.substr(hyphen == std::string_view::npos ? 0 : hyphen + 1);
  int dimension = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), dimension);
  if (error != std::errc() || end != digits.data() + digits.size() || dimension < kMinDimension ||
      dimension > kMaxDimension) {
    return std::nullopt;
  }
  return dimension;
}

std::optional<std::int64_t> start_in_name(const std::filesystem::path& path) {
  std::string text =
      path.filename().string().substr(0, std::string_view("YYYY-MM-DDTHH-MM-SS").size());
  for (const std::size_t colon : {13U, 16U})
    if (colon < text.size() && text[colon] == '-') text[colon] = ':';
  const auto time = parse_time(text);
  return time ? std::optional(time->local_us) : std::nullopt;
}

Result<LogReport> read_log(const std::filesystem::path& path, const LogReadOptions& options,
                           const LogRowSink& sink) {
  const auto source = FileSource::open(path);
  if (!source) return source.error();
  auto report = read([&source](const auto& take) { return source->play(take); }, options, sink,
                     dimension_in_name(path));
  if (report) report->bytes = source->size();
  return report;
}

LogReport read_log_text(std::string_view text, const LogReadOptions& options,
                        const LogRowSink& sink, const std::filesystem::path& name) {
  // Bytes in memory can always be read.
  auto report = read(
      [text](const auto& take) {
        take(text);
        return Result<void>();
      },
      options, sink, dimension_in_name(name));
  report->bytes = text.size();
  return *std::move(report);
}

Result<Log> read_log(const std::filesystem::path& path, const LogReadOptions& options) {
  const auto source = FileSource::open(path);
  if (!source) return source.error();
  if (source->size() > kMaxLogBytes) {
    return Error{fmt::format("{}: {} bytes, at most {} can be read as a whole: cut it into parts",
                             path.string(), source->size(), kMaxLogBytes)};
  }
  Log log;
  auto report = read([&source](const auto& take) { return source->play(take); }, options, into(log),
                     dimension_in_name(path));
  if (!report) return report.error();
  log.report = *std::move(report);
  log.report.bytes = source->size();
  return log;
}

Log read_log_text(std::string_view text, const LogReadOptions& options) {
  Log log;
  log.report = read_log_text(text, options, into(log));
  return log;
}

}  // namespace imps
