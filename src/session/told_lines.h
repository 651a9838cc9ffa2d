// The last lines that imps told, for whoever looks later.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>

namespace imps {

/// Thread-safe.
class ToldLines {
 public:
  static constexpr std::size_t kMost = 100;

  /// @param kind  "tell" or "warn"
  void add(std::string_view kind, std::string_view line, std::chrono::system_clock::time_point at);

  /// [{"at", "kind", "line"}], the newest first; `at` in milliseconds of Unix time. In one line.
  [[nodiscard]] std::string json() const;

 private:
  struct Line {
    std::chrono::system_clock::time_point at;
    std::string kind;
    std::string text;
  };
  mutable std::mutex mutex_;
  std::deque<Line> lines_;  // the newest first
};

}  // namespace imps
