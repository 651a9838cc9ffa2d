// Which logs a dataset is made of: finding them, looking into them, choosing.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <imps/result.h>

#include "log/reader.h"

namespace imps {

/// What the performer played on, as a take's session file has it. Nothing known: both empty.
struct Instrument {
  std::string name;
  std::vector<std::string> controls;  ///< names of x_1 … x_N

  friend bool operator==(const Instrument&, const Instrument&) = default;
};

/// What the log's session file says of it; nothing known where there is none. An Error when what is
/// there is no session file.
Result<Instrument> read_instrument(const std::filesystem::path& log);

/// `"pads" (left, right)`, or "unnamed".
std::string words(const Instrument& instrument);

/// The folder within a folder of logs for takes that no dataset is to have.
inline constexpr std::string_view kAsideFolder = "aside";

/// A log, looked through once.
struct FoundLog {
  std::filesystem::path path;
  LogReport report;           ///< of the whole log, the model's rows too
  std::int64_t first_us = 0;  ///< of the performer's first row; local, see WallTime
  std::int64_t last_us = 0;   ///< of the performer's last row
  /// Of all rows of the performer: a clock may have been set back.
  std::int64_t earliest_us = INT64_MAX;
  std::int64_t latest_us = INT64_MIN;
  Instrument instrument;
  std::string
      session_fault;  ///< why its session file says nothing; "" when it does, or is not there
};

struct LogQuery {
  /// Files, and folders of which the files *.log are taken; of a folder without any, those of its
  /// only folder that has some.
  std::vector<std::filesystem::path> places{"logs"};
  std::optional<int> dimension;
  std::vector<std::string> include;  ///< shell patterns of file names; none: all
  std::vector<std::string> exclude;
  /// The name of the instrument, or "unnamed"; where several have one name, the controls too:
  /// "pads (left, right)". Not given: there may be only one.
  std::optional<std::string> instrument;
  /// Logs with rows of the performer at or after `from` and before `to`; local, see WallTime.
  std::optional<std::int64_t> from_us;
  std::optional<std::int64_t> to_us;
  bool mixed = false;            ///< takes every instrument
  bool keep_duplicates = false;  ///< as IMPSY does
};

struct LogChoice {
  int dimension = 0;
  std::vector<FoundLog> logs;   ///< by the time of their first row
  std::vector<FoundLog> empty;  ///< without a row of the performer: perhaps all are damaged
  /// The same bytes as a log that is taken: (left out, taken).
  std::vector<std::pair<std::filesystem::path, std::filesystem::path>> duplicates;
  /// Of another dimension, instrument or time than was asked for.
  std::vector<std::filesystem::path> others;
  std::vector<Instrument> instruments;  ///< of the logs taken, each once
  std::vector<std::string> remarks;     ///< of folders: which was taken instead, which was left out
};

/// Finds the logs of one dimension and one instrument. When there are several and none was asked
/// for, the Error lists them with their counts, and how to choose. Reads every log once or twice;
/// memory does not grow with them.
Result<LogChoice> choose_logs(const LogQuery& query);

}  // namespace imps
