// The model that would be played.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include <imps/time.h>

#include "config/settings.h"
#include "session/doctor/check.h"

namespace imps::doctor {

struct ModelFacts {
  std::string trouble;               ///< why the one that was asked for cannot be played
  std::string name;                  ///< "models/mine.keras", "the built-in model"
  std::string sizes;                 ///< "dimension 4, s (2 × 64 units, 5 mixtures)"
  Duration step{};                   ///< what one step takes
  std::vector<std::string> spoiled;  ///< what is wrong with newer ones that are passed over
};

/// Loads what `imps run` would: the one in the settings, else the newest of the dimension that they
/// or their mappings ask for (of any, if they do not say), else the built-in one.
ModelFacts look_at_model(const std::filesystem::path& folder, const Settings& settings);

/// Half of what a listener hears as late is spent before the first note leaves if a step takes
/// longer than the second; more than the first is worth a smaller model.
inline constexpr Duration kStepBudget{1'000};
inline constexpr Duration kStepTooLong{10'000};
Check judge(const ModelFacts& facts);

}  // namespace imps::doctor
