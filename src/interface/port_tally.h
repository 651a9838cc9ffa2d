// What an interface other than OSC has counted, and what was wrong: told once in a while.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <imps/time.h>

#include "interface/interface.h"

namespace imps {

/// Counted since the start.
struct PortCounts {
  std::uint64_t messages = 0;     ///< that came in
  std::uint64_t moves = 0;        ///< of these, that moved a control
  std::uint64_t malformed = 0;    ///< that could not be read, refused whole
  std::uint64_t wrong_count = 0;  ///< frames with too few or too many values
  std::uint64_t clamped = 0;      ///< values outside [0, 1] in accepted frames
  std::uint64_t echoes = 0;       ///< what came back of what was sent, left out
  std::uint64_t sent = 0;         ///< messages that went out
  std::uint64_t not_sent = 0;     ///< that could not
  std::uint64_t refused = 0;      ///< clients that may not connect
  std::uint64_t dropped = 0;      ///< clients, or bytes in, that were given up
};

/// Realtime-safe: yes, but take_report() and add_status(). Thread-safe: no.
class PortTally {
 public:
  using Count = std::uint64_t PortCounts::*;

  /// @param name  "websocket": before every count in the status reply, and for people
  explicit PortTally(std::string name);

  PortCounts counts;

  /// Counts `times` faults; `reason`, a literal, is kept for the next report.
  void fault(Count which, std::string_view reason, std::uint64_t times = 1) noexcept;
  void add_status(std::vector<StatusEntry>& entries) const;
  /// One line about the faults since the last report; nothing when there are none, or the last
  /// report is less than 5 s ago.
  std::optional<std::string> take_report(TimePoint now);

 private:
  std::string name_;
  std::vector<std::string> keys_;  // of the counts, in their order
  std::string_view reason_;
  std::uint64_t faults_ = 0;
  std::uint64_t told_ = 0;
  std::optional<TimePoint> told_at_;
};

}  // namespace imps
