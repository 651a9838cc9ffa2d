// The lines of a log and of its events, and the names of the files.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>

#include <imps/mode.h>
#include <imps/time.h>

#include "log/wall_time.h"

namespace imps {

/// "interface" or "rnn".
std::string_view log_word(Voice voice) noexcept;

/// `text` as a JSON string, quotes included; bytes that are not UTF-8 become U+FFFD.
std::string json_text(std::string_view text);

/// "YYYY-MM-DDTHH-MM-SS[.n]-{D}d-mdrnn": what the three files of a take have in common. `number`
/// tells takes of the same second apart; the first is 1 and is not written.
std::string take_name(std::int64_t start_local_us, int number, int dimension);

/// Writes lines. It remembers the last second's text: rows come in their thousands.
class LineText {
 public:
  /// @param start_local_us  the wall time of TimePoint{}, see WallTime.
  explicit LineText(std::int64_t start_local_us) : start_(start_local_us) {}

  /// `time,source,x_1,…,x_N` and a newline; each number in the shortest form that reads back to the
  /// same bits.
  void append_row(std::string& to, TimePoint at, Voice voice, std::span<const double> controls);

  /// One JSON object and a newline. `rows`: how many rows of the log came before.
  void append_event(std::string& to, TimePoint at, std::uint64_t rows, std::string_view name,
                    double number, std::string_view text);

  /// The wall time of `at`.
  [[nodiscard]] std::int64_t local_us(TimePoint at) const noexcept;

 private:
  void append_time(std::string& to, TimePoint at);

  std::int64_t start_;
  std::int64_t second_ = std::numeric_limits<std::int64_t>::min();
  std::string second_text_;  // "YYYY-MM-DDTHH:MM:SS."
};

}  // namespace imps
