#include "session/doctor/check.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace imps::doctor {

std::string_view word(Check::State state) noexcept {
  switch (state) {
    case Check::State::well:
      return "well";
    case Check::State::doubtful:
      return "doubtful";
    case Check::State::bad:
      return "bad";
  }
  return "";
}

Check::State worst(std::span<const Check> checks) noexcept {
  Check::State state = Check::State::well;
  for (const Check& check : checks)
    state = std::max(state, check.state);
  return state;
}

std::string to_json(std::span<const Check> checks) {
  auto list = nlohmann::ordered_json::array();
  for (const Check& check : checks) {
    list.push_back({{"name", check.name},
                    {"state", word(check.state)},
                    {"words", check.words},
                    {"help", check.help}});
  }
  // Names of devices and files may be anything.
  return list.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::string size_words(std::uint64_t bytes) {
  const auto size = static_cast<double>(bytes);
  if (size < 1e3) return fmt::format("{} B", bytes);
  if (size < 1e6) return fmt::format("{:.0f} kB", size / 1e3);
  if (size < 1e9) return fmt::format("{:.0f} MB", size / 1e6);
  return fmt::format("{:.1f} GB", size / 1e9);
}

}  // namespace imps::doctor
