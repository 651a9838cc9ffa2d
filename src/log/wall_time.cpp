#include "log/wall_time.h"

#include <algorithm>
#include <cstdlib>
#include <ctime>

#include <fmt/format.h>

namespace imps {
namespace {

using std::chrono::days;
using std::chrono::microseconds;
using std::chrono::sys_days;
using std::chrono::year_month_day;

constexpr std::int64_t kMinute = 60'000'000;
constexpr std::int64_t kDay = 24 * 60 * kMinute;

constexpr std::int64_t first_of_year(int year) {
  return sys_days(std::chrono::year(year) / 1 / 1).time_since_epoch().count() * kDay;
}

/// Takes `digits` digits off the front of `text`; nothing when they are not there.
std::optional<int> take_number(std::string_view& text, std::size_t digits) noexcept {
  if (text.size() < digits) return std::nullopt;
  int number = 0;
  for (const char c : text.substr(0, digits)) {
    if (c < '0' || c > '9') return std::nullopt;
    number = number * 10 + (c - '0');
  }
  text.remove_prefix(digits);
  return number;
}

bool take(std::string_view& text, char c) noexcept {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

/// A whole number in [0, most].
std::optional<int> take_number(std::string_view& text, std::size_t digits, int most) noexcept {
  const auto number = take_number(text, digits);
  return number && *number <= most ? number : std::nullopt;
}

std::optional<std::int64_t> take_date(std::string_view& text) noexcept {
  const auto year = take_number(text, 4);
  if (!year || *year == 0 || !take(text, '-')) return std::nullopt;
  const auto month = take_number(text, 2);
  if (!month || !take(text, '-')) return std::nullopt;
  const auto day = take_number(text, 2);
  if (!day) return std::nullopt;
  const year_month_day date(std::chrono::year(*year),
                            std::chrono::month(static_cast<unsigned>(*month)),
                            std::chrono::day(static_cast<unsigned>(*day)));
  if (!date.ok()) return std::nullopt;
  return sys_days(date).time_since_epoch().count() * kDay;
}

std::optional<std::int64_t> take_time_of_day(std::string_view& text) noexcept {
  const auto hour = take_number(text, 2, 23);
  if (!hour || !take(text, ':')) return std::nullopt;
  const auto minute = take_number(text, 2, 59);
  if (!minute || !take(text, ':')) return std::nullopt;
  const auto second = take_number(text, 2, 59);
  if (!second) return std::nullopt;
  std::int64_t fraction = 0;
  if (take(text, '.')) {
    std::int64_t unit = 100'000;
    std::size_t digits = 0;
    for (; digits < 10 && !text.empty() && text.front() >= '0' && text.front() <= '9'; ++digits) {
      fraction += unit * (text.front() - '0');
      unit /= 10;
      text.remove_prefix(1);
    }
    if (digits == 0 || digits > 9) return std::nullopt;
  }
  return (*hour * 60 + *minute) * kMinute + *second * 1'000'000LL + fraction;
}

/// The zone that is all of `text`, in minutes.
std::optional<int> zone(std::string_view text) noexcept {
  if (text == "Z" || text == "z") return 0;
  const int sign = text.front() == '-' ? -1 : 1;
  if (!take(text, '+') && !take(text, '-')) return std::nullopt;
  const auto hours = take_number(text, 2, 23);
  if (!hours) return std::nullopt;
  if (text.empty()) return sign * *hours * 60;
  take(text, ':');
  const auto minutes = take_number(text, 2, 59);
  if (!minutes || !text.empty()) return std::nullopt;
  return sign * (*hours * 60 + *minutes);
}

}  // namespace

WallTime local_time(std::chrono::system_clock::time_point time) {
  const auto utc = std::chrono::floor<microseconds>(time).time_since_epoch().count();
  const std::time_t seconds =
      std::chrono::system_clock::to_time_t(std::chrono::floor<std::chrono::seconds>(time));
  std::tm parts{};
  if (localtime_r(&seconds, &parts) == nullptr) return {utc, 0};
  const year_month_day date(std::chrono::year(parts.tm_year + 1900),
                            std::chrono::month(static_cast<unsigned>(parts.tm_mon + 1)),
                            std::chrono::day(static_cast<unsigned>(parts.tm_mday)));
  const std::int64_t local = sys_days(date).time_since_epoch().count() * std::int64_t{86400} +
                             parts.tm_hour * 3600 + parts.tm_min * 60 + parts.tm_sec;
  const auto offset = static_cast<int>((local - seconds) / 60);
  return {utc + offset * kMinute, offset};
}

std::string iso_text(std::int64_t local_us) {
  constexpr std::int64_t first = first_of_year(1);
  constexpr std::int64_t last = first_of_year(10000) - 1;
  const microseconds since(std::clamp(local_us, first, last));
  const auto day = std::chrono::floor<days>(since);
  const year_month_day date{sys_days(day)};
  const auto in_day = (since - day).count();
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     in_day / (60 * kMinute), in_day / kMinute % 60, in_day / 1'000'000 % 60,
                     in_day % 1'000'000);
}

std::string iso_text(const WallTime& time) {
  const int minutes = std::abs(time.offset_minutes);
  return fmt::format("{}{}{:02}:{:02}", iso_text(time.local_us),
                     time.offset_minutes < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

std::optional<WrittenTime> parse_time(std::string_view text) noexcept {
  const auto date = take_date(text);
  if (!date || !(take(text, 'T') || take(text, ' '))) return std::nullopt;
  const auto time = take_time_of_day(text);
  if (!time) return std::nullopt;
  WrittenTime written{*date + *time, std::nullopt};
  if (text.empty()) return written;
  written.offset_minutes = zone(text);
  return written.offset_minutes ? std::optional(written) : std::nullopt;
}

}  // namespace imps
