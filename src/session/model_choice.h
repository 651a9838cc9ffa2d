// Which model is played, and why.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <imps/model.h>
#include <imps/result.h>
#include <imps/time.h>

#include "config/settings.h"

namespace imps {

/// A model that is ready to play.
struct ChosenModel {
  std::shared_ptr<const Mdrnn> model;
  std::filesystem::path path;  ///< empty for the built-in one
  std::string name;            ///< for people: "models/mine.keras", "the built-in model"
  std::string format;
  std::string digest;  ///< of the file, or of what the built-in one is made of
  std::string why;     ///< "asked for", "the newest of dimension 4 in models/", …
  std::vector<std::pair<std::string, std::string>> card;  ///< what its file says of itself
  Duration step{};                                        ///< what one step takes here, measured
  std::vector<std::string> warnings;                      ///< files that could not be read, …
};

/// The model of a file, or the one that is named "built-in-D". Refuses another dimension than
/// `dimension`, where one is given. Blocks: not for the performance loop.
Result<ChosenModel> load_model(const std::filesystem::path& path, std::optional<int> dimension);

/// design.md, "imps run": the file in the settings; else the newest of `dimension` (and of the size
/// in the settings) in the settings' folder; else the built-in one. An Error when the file that was
/// asked for cannot be played.
Result<ChosenModel> choose_model(const ModelSettings& settings, int dimension);

/// The built-in model of `dimension`.
ChosenModel built_in_model(int dimension);

}  // namespace imps
