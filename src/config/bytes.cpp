#include "config/bytes.h"

#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "config/text.h"

namespace imps {
namespace {

constexpr std::array<std::pair<std::string_view, double>, 10> kUnits{{
    {"", 1.0},
    {"b", 1.0},
    {"kb", 1e3},
    {"mb", 1e6},
    {"gb", 1e9},
    {"tb", 1e12},
    {"kib", 0x1p10},
    {"mib", 0x1p20},
    {"gib", 0x1p30},
    {"tib", 0x1p40},
}};

}  // namespace

Result<std::uint64_t> bytes_from_text(std::string_view text) {
  const Error refused{
      fmt::format("\"{}\" is not a size: write e.g. \"500 MB\" or \"2 GB\"", shortened(text))};
  double number = 0;
  const char* const end = text.data() + text.size();
  // Plain decimals only: from_chars alone would take "inf", "nan" and signs.
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.empty() || !is_digit(text.front())) return refused;
  const auto [rest, failure] = std::from_chars(text.data(), end, number, std::chars_format::fixed);
  if (failure != std::errc{}) return refused;

  const char* unit = rest;
  while (unit != end && *unit == ' ')
    ++unit;
  std::string lower;
  for (; unit != end && lower.size() < 4; ++unit) {
    lower += static_cast<char>(std::tolower(static_cast<unsigned char>(*unit)));
  }
  for (const auto& [name, factor] : kUnits) {
    if (name != lower) continue;
    const double bytes = std::floor(number * factor);
    if (bytes > static_cast<double>(kMostBytes)) return refused;
    return static_cast<std::uint64_t>(bytes);
  }
  return refused;
}

std::string bytes_to_text(std::uint64_t bytes) {
  constexpr std::array<std::pair<std::uint64_t, std::string_view>, 4> kExact{{
      {1'000'000'000'000, "TB"},
      {1'000'000'000, "GB"},
      {1'000'000, "MB"},
      {1'000, "kB"},
  }};
  for (const auto& [unit, name] : kExact) {
    if (bytes != 0 && bytes % unit == 0) return fmt::format("{} {}", bytes / unit, name);
  }
  return fmt::format("{} B", bytes);
}

}  // namespace imps
