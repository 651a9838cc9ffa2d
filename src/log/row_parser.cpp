#include "log/row_parser.h"

#include <charconv>
#include <cmath>

#include <fmt/format.h>

namespace imps {
namespace {

std::string_view trimmed(std::string_view text) noexcept {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

/// Takes the next field off the front.
std::string_view take_field(std::string_view& rest, bool& more) noexcept {
  const auto comma = rest.find(',');
  more = comma != std::string_view::npos;
  const auto field = trimmed(rest.substr(0, comma));
  rest.remove_prefix(more ? comma + 1 : rest.size());
  return field;
}

std::string_view field(std::string_view line, int index) noexcept {
  bool more = true;
  std::string_view found;
  for (int k = 0; k <= index && more; ++k)
    found = take_field(line, more);
  return found;
}

}  // namespace

RowFault parse_row(std::string_view line, ParsedRow& into) noexcept {
  into.count = 0;
  if (line.find('\0') != std::string_view::npos) return RowFault::zero_bytes;
  if (trimmed(line).empty()) return RowFault::empty;
  bool more = true;
  const auto time = parse_time(take_field(line, more));
  if (!time) return RowFault::time;
  into.time = *time;
  if (!more) return RowFault::few_fields;
  const auto source = take_field(line, more);
  if (source != "interface" && source != "rnn") return RowFault::source;
  into.voice = source == "interface" ? Voice::performer : Voice::model;
  if (!more) return RowFault::few_fields;
  while (more) {
    if (into.count == kMaxControls) return RowFault::many_values;
    auto text = take_field(line, more);
    if (text.starts_with('+')) text.remove_prefix(1);
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return RowFault::number;
    if (!std::isfinite(value)) return RowFault::not_finite;
    into.values[static_cast<std::size_t>(into.count++)] = value;
  }
  return RowFault::none;
}

std::string shown(std::string_view text) {
  constexpr std::size_t kMost = 40;
  std::string out = "\"";
  for (const char c : text.substr(0, kMost))
    out += c >= ' ' && c <= '~' ? c : '?';
  return out + (text.size() > kMost ? "…\"" : "\"");
}

std::string describe(RowFault fault, std::string_view line, const ParsedRow& row) {
  switch (fault) {
    case RowFault::none:
    case RowFault::empty:
      break;
    case RowFault::zero_bytes:
      return "zero bytes: the machine stopped while this was written: skipped";
    case RowFault::few_fields:
      return "no values: skipped";
    case RowFault::time:
      return fmt::format("{} is not a time (YYYY-MM-DDTHH:MM:SS.ffffff): skipped",
                         shown(field(line, 0)));
    case RowFault::source:
      return fmt::format("{} is neither interface nor rnn: skipped", shown(field(line, 1)));
    case RowFault::number:
      return fmt::format("x_{}: {} is not a number: skipped", row.count + 1,
                         shown(field(line, row.count + 2)));
    case RowFault::not_finite:
      return fmt::format("x_{}: {} is not finite: skipped", row.count + 1,
                         shown(field(line, row.count + 2)));
    case RowFault::many_values:
      return fmt::format("more than {} values: skipped", kMaxControls);
  }
  return {};
}

}  // namespace imps
