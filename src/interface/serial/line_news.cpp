#include "interface/serial/line_news.h"

#include <fmt/format.h>

namespace imps {

std::optional<std::string> LineNews::take_good(std::string_view name, const SerialLine& line) {
  if (!line.is_connected()) return std::nullopt;
  return unless_told(fmt::format("{}: {} is connected", name, line.port()));
}

std::optional<std::string> LineNews::take_bad(std::string_view name, const SerialLine& line) {
  const std::string trouble = line.trouble();
  if (line.is_connected() || trouble.empty()) return std::nullopt;  // it is there, or being opened
  return unless_told(fmt::format("{}: {}: imps goes on trying", name, trouble));
}

std::optional<std::string> LineNews::unless_told(std::string now) {
  if (told_ == now) return std::nullopt;
  told_ = now;
  return now;
}

}  // namespace imps
