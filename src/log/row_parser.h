// One line of a log.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include <imps/frame.h>
#include <imps/mode.h>

#include "log/wall_time.h"

namespace imps {

struct ParsedRow {
  WrittenTime time;
  Voice voice{};
  int count = 0;                            ///< of values, 1–kMaxControls
  std::array<double, kMaxControls> values;  ///< finite
};

enum class RowFault {
  none,
  empty,  ///< nothing but spaces: no row, and no fault
  zero_bytes,
  few_fields,
  time,
  source,
  number,  ///< ParsedRow::count: values before it
  not_finite,
  many_values,
};

/// Reads a line without its end. `into` is only whole when there is no fault.
/// Realtime-safe: yes. Thread-safe: yes.
RowFault parse_row(std::string_view line, ParsedRow& into) noexcept;

/// What is wrong, in words. `line` and `row` as parse_row() had and left them.
std::string describe(RowFault fault, std::string_view line, const ParsedRow& row);

/// `text`, shortened and with unprintable bytes replaced, to be shown in a message.
std::string shown(std::string_view text);

}  // namespace imps
