#include "config/route.h"

#include <array>

#include <fmt/format.h>

#include <imps/frame.h>

#include "config/text.h"
#include "config/words.h"
#include "core/nearest.h"

namespace imps {
namespace {

constexpr std::size_t kMostWords = 3;
constexpr std::array<std::string_view, 1> kWords{"hold"};

bool is_value(const std::optional<double>& number) {
  return number && *number >= 0 && *number <= 1;
}

}  // namespace

Result<Route> route_from_text(std::string_view text) {
  const auto words = words_of(text, kMostWords);
  const auto wrong = [text](const std::string& what) {
    return Error{fmt::format(
        "\"{}\" {}: give a control's number, \"3 0.2 0.8\" to scale it, \"3 1 0\" to turn it over, "
        "or \"hold 0.5\"",
        shortened(text), what)};
  };
  if (words.empty()) return wrong("says nothing");
  Route route;
  if (words[0] == "hold") {
    if (words.size() > 2) return wrong("says more than where to hold");
    if (words.size() == 1) return route;
    route.held = number_in<double>(words[1]);
    if (!is_value(route.held)) return wrong("holds at no value from 0 to 1");
    return route;
  }
  const auto source = number_in<int>(words[0]);
  if (!source || *source < 1 || *source > static_cast<int>(kMaxControls))
    return wrong("begins with no control" + did_you_mean(words[0], kWords));
  route.source = *source;
  if (words.size() == 1) return route;
  const auto least = number_in<double>(words[1]);
  const auto most = words.size() == 3 ? number_in<double>(words[2]) : std::nullopt;
  if (!is_value(least) || !is_value(most)) return wrong("has no range of two values from 0 to 1");
  route.least = *least;
  route.most = *most;
  return route;
}

std::string to_text(const Route& route) {
  if (route.source == 0) return route.held ? fmt::format("hold {}", *route.held) : "hold";
  if (route.least == 0 && route.most == 1) return std::to_string(route.source);
  return fmt::format("{} {} {}", route.source, route.least, route.most);
}

}  // namespace imps
