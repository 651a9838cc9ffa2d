// The session file beside a log: everything about a take that is not a row or an event.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <imps/result.h>

#include "log/options.h"

namespace imps {

/// The take's sidecar: `NAME.session.json` or `NAME.events.jsonl` for `NAME.log`.
std::filesystem::path sidecar(const std::filesystem::path& log, const std::string& ending);

/// A take's session file. doc/formats/session.md.
struct SessionFile {
  int version = 0;
  std::string program;
  std::string log;  ///< the log's file name
  int dimension = 0;
  WallTime start;

  /// What is known once the take has ended; nothing when the program did not get that far.
  struct End {
    WallTime time;
    std::uint64_t performer_rows = 0;
    std::uint64_t model_rows = 0;
    std::uint64_t events = 0;
    std::uint64_t dropped_rows = 0;
    std::uint64_t dropped_events = 0;
  };
  std::optional<End> end;
  std::vector<LogFact> facts;  ///< everything else, in the file's order
};

/// The version that is written, and the newest that is read.
inline constexpr int kSessionVersion = 1;
/// A longer session file is refused.
inline constexpr std::size_t kMaxSessionBytes = std::size_t{1} << 20;

/// The file's text.
std::string session_text(const LogOptions& options, std::string_view log_name,
                         const std::optional<SessionFile::End>& end);

/// Reads a session file, whole or not at all. Thread-safe: yes.
Result<SessionFile> parse_session(std::string_view text);
/// The same from a file; folders, pipes and devices are refused.
Result<SessionFile> read_session(const std::filesystem::path& path);

}  // namespace imps
