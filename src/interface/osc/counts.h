// What came in over OSC, and what was wrong with it: counted always, told once in a while.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <imps/time.h>

namespace imps {

/// Counted since the start.
struct OscCounts {
  std::uint64_t packets = 0;   ///< datagrams decoded, good and bad
  std::uint64_t messages = 0;  ///< well-formed messages in them
  std::uint64_t frames = 0;    ///< handed on: performer's frames …
  std::uint64_t commands = 0;  ///< … commands …
  std::uint64_t queries = 0;   ///< … and queries

  std::uint64_t malformed = 0;         ///< packets that are not OSC, refused whole
  std::uint64_t clamped = 0;           ///< values outside [0, 1] in accepted frames
  std::uint64_t wrong_count = 0;       ///< frames with too few or too many values
  std::uint64_t not_numbers = 0;       ///< frames with a NaN, an infinity, a text, …
  std::uint64_t unknown_address = 0;   ///< messages to nobody here
  std::uint64_t refused_commands = 0;  ///< commands with a wrong word, argument or range
  std::uint64_t future_acted_now = 0;  ///< bundles timetagged over 10 s ahead
  std::uint64_t kernel_dropped = 0;    ///< datagrams that the system's buffer had no room for
  std::uint64_t too_large = 0;         ///< datagrams cut by the system, or replies over 64 KiB
  std::uint64_t send_errors = 0;       ///< datagrams that could not be sent to an output
  std::uint64_t replies_refused = 0;   ///< queries from neither this machine nor an output
  std::uint64_t receive_errors = 0;    ///< failed attempts to receive
};

using OscCount = std::uint64_t OscCounts::*;

/// A count's name in the status reply, and what a musician is told when it grows ("" when that is
/// no fault).
struct OscCountName {
  OscCount count;
  std::string_view name;
  std::string_view fault;
};

/// Every member of OscCounts, in its order.
std::span<const OscCountName> osc_count_names() noexcept;

/// Printable ASCII stays, everything else becomes \xNN (a backslash \\): what a stranger sent
/// cannot steer a terminal.
std::string escaped(std::string_view text);

/// Counts, and remembers the latest fault until it is told.
///
/// Realtime-safe: yes, but take_report(). Thread-safe: no.
class OscTally {
 public:
  /// @param input_address  where frames are expected: named to those who miss it.
  explicit OscTally(std::string input_address = "/interface")
      : input_address_(std::move(input_address)) {}

  OscCounts counts;

  /// Counts `times` faults. `about` (an address, a host) and `reason` are kept, cut to their first
  /// kKept bytes, for the next report.
  void fault(OscCount which, std::string_view about, std::string_view reason,
             std::uint64_t times = 1) noexcept;

  /// One line about the faults since the last report, or nothing: when there are none, or the last
  /// report is less than kEvery ago. Allocates.
  std::optional<std::string> take_report(TimePoint now);

  static constexpr Duration kEvery = std::chrono::seconds(5);
  static constexpr std::size_t kKept = 96;

 private:
  struct Text {
    std::array<char, kKept> bytes{};
    std::size_t size = 0;
    void keep(std::string_view text) noexcept;
    [[nodiscard]] std::string_view view() const noexcept { return {bytes.data(), size}; }
  };

  std::string input_address_;
  OscCounts told_;
  std::optional<TimePoint> told_at_;
  OscCount latest_ = nullptr;
  Text about_;
  Text reason_;
};

}  // namespace imps
