#include "session/control_text.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>

namespace imps {
namespace {

/// From 1 to kMaxControls.
std::optional<std::size_t> number_in(std::string_view text) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number >= 1 && number <= kMaxControls ? std::optional(number) : std::nullopt;
}

std::string listed(const ControlSet& controls) {
  std::string text;
  for (std::size_t first = 0; first < controls.size(); ++first) {
    if (!controls.test(first)) continue;
    std::size_t last = first;
    while (last + 1 < controls.size() && controls.test(last + 1))
      ++last;
    text += fmt::format("{}{}", text.empty() ? "" : " ", first + 1);
    if (last > first) text += fmt::format("-{}", last + 1);
    first = last;
  }
  return text;
}

constexpr std::string_view kAllBut = "all but ";

}  // namespace

std::string control_text(const ControlSet& controls) {
  std::string text = listed(controls);
  if (const std::string rest = listed(~controls); kAllBut.size() + rest.size() < text.size())
    text = std::string(kAllBut) + rest;
  return text;
}

ControlSet controls_of(std::string_view text) {
  if (text.starts_with(kAllBut)) return ~controls_of(text.substr(kAllBut.size()));
  ControlSet controls;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    const auto dash = word.find('-');
    const auto first = number_in(word.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : number_in(word.substr(dash + 1));
    if (!first || !last) continue;
    for (std::size_t k = *first; k <= *last; ++k)
      controls.set(k - 1);
  }
  return controls;
}

ControlSet control_set(std::span<const double> numbers) {
  ControlSet controls;
  for (const double number : numbers)
    if (number >= 1 && number <= kMaxControls) controls.set(static_cast<std::size_t>(number) - 1);
  return controls;
}

}  // namespace imps
