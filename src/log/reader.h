// Reads logs, ours and the predecessors', whole or damaged: every whole row, and a report.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <imps/frame.h>
#include <imps/mode.h>
#include <imps/result.h>

namespace imps {

/// A row, borrowed.
struct LogRowView {
  std::int64_t local_us;  ///< see WallTime; in the zone of the log's first row
  Voice voice;
  std::span<const double> values;  ///< x_1 … x_N, finite, as written (not clamped)
  std::uint64_t line;              ///< from 1
};
using LogRowSink = std::function<void(const LogRowView&)>;

/// Something wrong in a log.
struct LogFault {
  std::uint64_t line = 0;  ///< from 1
  std::string what;        ///< e.g. "2 values, expected 3: skipped"
};

/// What a reader found, apart from the rows.
struct LogReport {
  int dimension = 0;  ///< D of the rows; of the name when there are no rows; else 0
  std::uint64_t lines = 0;
  std::uint64_t rows = 0;
  std::uint64_t performer_rows = 0;
  std::uint64_t model_rows = 0;
  std::uint64_t skipped = 0;     ///< lines that are no whole row
  std::uint64_t backwards = 0;   ///< rows, not skipped, that are earlier than the row before them
  std::vector<LogFault> faults;  ///< the first LogReadOptions::kept_faults of both
  std::uint64_t bytes = 0;
};

struct LogReadOptions {
  /// Rows of another dimension are skipped. When not given: the one that most rows have; among
  /// equals the one in the file's name (`…-{D}d-mdrnn.log`), else the smallest.
  std::optional<int> dimension;
  std::size_t kept_faults = 100;
};

/// A longer line is skipped.
inline constexpr std::size_t kMaxLogLine = std::size_t{64} << 10;
/// A larger file is refused where the whole log is kept in memory.
inline constexpr std::uint64_t kMaxLogBytes = std::uint64_t{1} << 30;

/// D in a name like `2026-01-31T20-00-00-9d-mdrnn.log`.
std::optional<int> dimension_in_name(const std::filesystem::path& path);
/// The time that a name like that begins with, as LogRowView::local_us.
std::optional<std::int64_t> start_in_name(const std::filesystem::path& path);

/// Gives every whole row to `sink`, in the file's order. A row is whole when its line is ended:
/// what comes after the last newline may have been cut anywhere, so it is skipped and reported.
///
/// Reads `time,source,x_1,…,x_N` with `interface` or `rnn` as the source and times as parse_time()
/// takes them; CRLF and spaces around fields are accepted, empty lines ignored. Memory does not
/// grow with the file, which may have any size; without a given dimension it is read twice. Only an
/// unreadable file is an Error. Thread-safe: yes.
Result<LogReport> read_log(const std::filesystem::path& path, const LogReadOptions& options,
                           const LogRowSink& sink);
/// The same from memory. `name`: as a file's would be, for the dimension; may be empty.
LogReport read_log_text(std::string_view text, const LogReadOptions& options,
                        const LogRowSink& sink, const std::filesystem::path& name = {});

/// A whole log in memory.
struct Log {
  LogReport report;
  std::vector<std::int64_t> local_us;  // [rows]
  std::vector<Voice> voices;           // [rows]
  std::vector<double> values;          // [rows, dimension − 1]

  [[nodiscard]] std::size_t rows() const noexcept { return voices.size(); }
  [[nodiscard]] int dimension() const noexcept { return report.dimension; }
  /// x_1 … x_N of row `k`.
  [[nodiscard]] std::span<const double> row(std::size_t k) const noexcept {
    const auto n = static_cast<std::size_t>(report.dimension - 1);
    return std::span(values).subspan(k * n, n);
  }
};

/// Reads a log into memory; refuses files beyond kMaxLogBytes.
Result<Log> read_log(const std::filesystem::path& path, const LogReadOptions& options = {});
Log read_log_text(std::string_view text, const LogReadOptions& options = {});

}  // namespace imps
