#include "log/line_text.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace imps {
namespace {

void append_number(std::string& to, double number) {
  char digits[32];  // the longest double is 24 characters
  const auto end = std::to_chars(digits, digits + sizeof(digits), number).ptr;
  to.append(digits, end);
}

}  // namespace

std::string_view log_word(Voice voice) noexcept {
  return voice == Voice::performer ? "interface" : "rnn";
}

std::string json_text(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string take_name(std::int64_t start_local_us, int number, int dimension) {
  std::string second = iso_text(start_local_us).substr(0, 19);
  std::replace(second.begin(), second.end(), ':', '-');
  // A full stop sorts behind the hyphen, so names sort by time as they do without a number.
  const std::string suffix = number > 1 ? fmt::format(".{}", number) : "";
  return fmt::format("{}{}-{}d-mdrnn", second, suffix, dimension);
}

std::int64_t LineText::local_us(TimePoint at) const noexcept {
  constexpr std::int64_t kCentury = 3'155'760'000'000'000;
  return start_ + std::clamp<std::int64_t>(at.time_since_epoch().count(), -kCentury, kCentury);
}

void LineText::append_time(std::string& to, TimePoint at) {
  const std::int64_t us = local_us(at);
  std::int64_t second = us / 1'000'000;
  if (us % 1'000'000 < 0) --second;
  if (second != second_) {
    second_ = second;
    second_text_ = iso_text(second * 1'000'000).substr(0, 20);
  }
  auto fraction = static_cast<int>(us - second * 1'000'000);
  char digits[6];
  for (int k = 5; k >= 0; --k, fraction /= 10)
    digits[k] = static_cast<char>('0' + fraction % 10);
  to += second_text_;
  to.append(digits, sizeof(digits));
}

void LineText::append_row(std::string& to, TimePoint at, Voice voice,
                          std::span<const double> controls) {
  append_time(to, at);
  to += ',';
  to += log_word(voice);
  for (const double x : controls) {
    to += ',';
    append_number(to, x);
  }
  to += '\n';
}

void LineText::append_event(std::string& to, TimePoint at, std::uint64_t rows,
                            std::string_view name, double number, std::string_view text) {
  to += fmt::format("{{\"at\":{},\"time\":\"", at.time_since_epoch().count());
  append_time(to, at);
  to += fmt::format("\",\"rows\":{},\"event\":{},\"number\":", rows, json_text(name));
  if (std::isfinite(number)) {
    append_number(to, number);
  } else {
    to += "null";
  }
  if (!text.empty()) to += ",\"text\":" + json_text(text);
  to += "}\n";
}

}  // namespace imps
