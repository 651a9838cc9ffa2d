#include "interface/serial/line_news.h"

#include <utility>

#include <fmt/format.h>

namespace imps {

std::optional<PortNews> LineNews::take(std::string_view name, const SerialLine& line) {
  const bool is_there = line.is_connected();
  const std::string trouble = is_there ? "" : line.trouble();
  if (!is_there && trouble.empty()) return std::nullopt;  // being opened
  std::string text = is_there ? fmt::format("{}: {} is connected", name, line.port())
                              : fmt::format("{}: {}: imps goes on trying", name, trouble);
  if (told_ == text) return std::nullopt;
  told_ = text;
  return PortNews{.is_bad = !is_there, .text = std::move(text)};
}

}  // namespace imps
