#include "session/told_lines.h"

#include <nlohmann/json.hpp>

namespace imps {

void ToldLines::add(std::string_view kind, std::string_view line,
                    std::chrono::system_clock::time_point at) {
  const std::lock_guard lock(mutex_);
  lines_.push_front({at, std::string(kind), std::string(line)});
  if (lines_.size() > kMost) lines_.pop_back();
}

std::string ToldLines::json() const {
  using Milliseconds = std::chrono::milliseconds;
  auto all = nlohmann::ordered_json::array();
  const std::lock_guard lock(mutex_);
  for (const Line& line : lines_) {
    const auto at = std::chrono::duration_cast<Milliseconds>(line.at.time_since_epoch());
    all.push_back({{"at", at.count()}, {"kind", line.kind}, {"line", line.text}});
  }
  return all.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace imps
