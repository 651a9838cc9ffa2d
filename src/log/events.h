// Reads the events beside a log.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <imps/result.h>
#include <imps/time.h>

#include "log/reader.h"

namespace imps {

/// Something that happened during a take. doc/formats/session.md, "Events".
struct LogEvent {
  TimePoint at;            ///< since the take's start
  std::uint64_t rows = 0;  ///< rows of the log that came before
  std::string name;
  std::optional<double> number;  ///< finite; nothing where null was written
  std::string text;
  std::uint64_t line = 0;  ///< from 1
};

struct LogEvents {
  std::vector<LogEvent> events;
  std::uint64_t lines = 0;
  std::uint64_t skipped = 0;     ///< lines that are no whole event
  std::vector<LogFault> faults;  ///< the first LogReadOptions::kept_faults of them
};

/// A larger file is refused.
inline constexpr std::uint64_t kMaxEventsBytes = std::uint64_t{256} << 20;

/// Reads every whole line, and reports the others; keys that it does not know are ignored.
/// Thread-safe: yes.
LogEvents read_events_text(std::string_view text, const LogReadOptions& options = {});
/// The same from a file; only an unreadable one is an Error.
Result<LogEvents> read_events(const std::filesystem::path& path,
                              const LogReadOptions& options = {});

}  // namespace imps
