#include "interface/serial/line_news.h"

#include <fmt/format.h>

namespace imps {

std::optional<std::string> LineNews::take(std::string_view name, const SerialLine& line) {
  const std::string trouble = line.trouble();
  if (!line.is_connected() && trouble.empty()) return std::nullopt;  // being opened
  std::string now = line.is_connected() ? fmt::format("{}: {} is connected", name, line.port())
                                        : fmt::format("{}: {}: imps goes on trying", name, trouble);
  if (told_ == now) return std::nullopt;
  told_ = now;
  return now;
}

}  // namespace imps
