// What a log writer is told, and what it tells.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <imps/result.h>

#include "log/wall_time.h"

namespace imps {

/// One entry of the session file: a key and its value as JSON.
struct LogFact {
  std::string key;
  std::string json;
};

struct LogOptions {
  std::filesystem::path folder = "logs";  ///< made with the first row, if missing
  int dimension = 0;                      ///< D, 2–129
  WallTime start;                         ///< the wall time when the take begins
  std::string program;                    ///< the version of imps, for the session file
  std::vector<LogFact> facts;             ///< in this order; keys are distinct and not imps's own
  std::optional<std::uint64_t> quota_bytes;  ///< of all files in the folder, > 0
  std::size_t queue_bytes = std::size_t{8}
                            << 20;  ///< between the loops: two seconds at 50,000 rows/s
  std::size_t kept_bytes = std::size_t{16} << 20;  ///< of text, while the disk does not take it
};

/// The options can be used, or why not: every key and value of the facts, the dimension.
Result<void> check(const LogOptions& options);

/// Something that the musician should hear of.
struct LogNotice {
  enum class Kind {
    started,     ///< the files are there; the text names the log
    quota_near,  ///< nine tenths of the quota are used
    trouble,     ///< rows cannot be written; they are kept in memory
    dropping,    ///< the memory for them is full: rows are being lost
    recovered,   ///< everything that was kept has been written
  };
  Kind kind{};
  std::string text;  ///< what, where, what to do
};

struct LogCounts {
  std::uint64_t performer_rows = 0;  ///< taken for writing
  std::uint64_t model_rows = 0;
  std::uint64_t events = 0;
  std::uint64_t dropped_rows = 0;  ///< never to be written: no room in the queue or in memory
  std::uint64_t dropped_events = 0;
  std::uint64_t written_rows = 0;   ///< handed to the operating system
  std::uint64_t synced_rows = 0;    ///< of these, on the device as of the last sync
  std::uint64_t waiting_bytes = 0;  ///< of text, for a disk that does not take it
};

}  // namespace imps
