#include "interface/websocket/frame_text.h"

#include <iterator>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace imps {

std::optional<std::vector<double>> read_frame(std::string_view text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  const auto* values = &json;
  if (json.is_object()) {
    const auto found = json.find("controls");
    if (found == json.end()) return std::nullopt;
    values = &*found;
  }
  if (!values->is_array()) return std::nullopt;
  std::vector<double> controls;
  for (const auto& value : *values) {
    if (!value.is_number()) return std::nullopt;
    controls.push_back(value.get<double>());
  }
  return controls;
}

std::string frame_text(std::span<const double> controls) {
  std::string text = R"({"controls":[)";
  for (const double value : controls) {
    if (text.back() != '[') text += ',';
    fmt::format_to(std::back_inserter(text), "{:.6g}", value);
  }
  return text + "]}";
}

}  // namespace imps
