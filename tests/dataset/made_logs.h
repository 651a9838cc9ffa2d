// Logs for tests, row by row.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "log/wall_time.h"

namespace imps::test {

/// 2026-02-03T20:15:30.
inline constexpr std::int64_t kEvening = 1'770'149'730'000'000;

/// A log that grows; time is moved by hand.
class MadeLog {
 public:
  explicit MadeLog(std::int64_t start_us = kEvening) : now_us_(start_us) {}

  MadeLog& wait(double seconds) {
    now_us_ += static_cast<std::int64_t>(seconds * 1e6);
    return *this;
  }
  /// `dt` seconds later somebody plays.
  MadeLog& row(double dt, const std::vector<double>& values, const char* voice = "interface") {
    wait(dt);
    text_ += fmt::format("{},{},{}\n", iso_text(now_us_), voice, fmt::join(values, ","));
    return *this;
  }
  /// `count` rows of the performer, 0.1 s apart, of `values` controls that all move.
  MadeLog& rows(std::size_t count, std::size_t values = 2) {
    for (std::size_t k = 0; k < count; ++k)
      row(0.1, std::vector<double>(values, static_cast<double>(k % 10) / 10));
    return *this;
  }
  MadeLog& line(const std::string& text) {
    text_ += text + '\n';
    return *this;
  }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::int64_t now_us_;
  std::string text_;
};

}  // namespace imps::test
