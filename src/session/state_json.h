// How things stand, for the page and for scripts.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "config/settings.h"
#include "session/messages.h"

namespace imps {

/// What the house knows and the stage's reports do not say.
struct HouseFacts {
  std::uint64_t seed = 0;
  std::string model_name;   ///< "" while there is none
  std::string model_words;  ///< its sizes
  std::string scene;
  std::vector<std::string> ports;  ///< what it listens to and plays on
  bool records = false;            ///< what sounds is written down
  std::filesystem::path log;       ///< of this take; "" before its first row
  std::uint64_t log_unsynced = 0;  ///< rows that are not on the device yet
  TimePoint log_began{};           ///< to a second
  std::optional<std::filesystem::path> config;
};

/// The controls of a set, counted from 0.
std::vector<std::size_t> numbers_of(const ControlSet& controls);

/// doc/api.md, "Playing".
nlohmann::json state_json(const Report& report, const Settings& settings, const HouseFacts& facts);

}  // namespace imps
