#include "session/doctor/model.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "model/built_in/built_in.h"
#include "model/files/names.h"
#include "platform/thread.h"
#include "session/doctor/storage.h"
#include "session/model_choice.h"
#include "session/words.h"

namespace imps::doctor {
namespace {

namespace fs = std::filesystem;

/// So many spoiled files are looked into before the rest of a folder is left alone.
constexpr std::size_t kMostSpoiled = 8;

/// The model files of a folder, newest first.
std::vector<fs::path> models_in(const fs::path& folder) {
  std::vector<std::pair<fs::file_time_type, fs::path>> found;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    std::error_code gone;
    if (!is_model_name(at->path()) || !at->is_regular_file(gone)) continue;
    const auto written = at->last_write_time(gone);
    if (!gone) found.emplace_back(written, at->path());
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : a.second < b.second;
  });
  std::vector<fs::path> paths;
  for (auto& [written, path] : found)
    paths.push_back(std::move(path));
  return paths;
}

/// The newest that can be played, of whatever dimension; else the largest that is built in whole.
ChosenModel newest_of_any(const ModelSettings& settings) {
  std::vector<std::string> spoiled;
  for (const fs::path& path : models_in(settings.folder)) {
    if (spoiled.size() == kMostSpoiled) break;
    auto chosen = load_model(path, std::nullopt);
    if (!chosen) {
      spoiled.push_back(chosen.error().message);
      continue;
    }
    if (settings.size && size_name(chosen->model->sizes()) != *settings.size) continue;
    chosen->warnings = std::move(spoiled);
    return std::move(*chosen);
  }
  ChosenModel chosen = built_in_model(kMostBuiltIn);
  chosen.warnings = std::move(spoiled);
  return chosen;
}

Result<ChosenModel> choose(ModelSettings model, const Settings& settings) {
  std::optional<int> dimension = model.dimension;
  if (model.file) return load_model(*model.file, dimension);
  if (const std::size_t controls = model_controls(settings); !dimension && controls > 0)
    dimension = static_cast<int>(controls) + 1;
  return dimension ? choose_model(model, *dimension) : Result<ChosenModel>(newest_of_any(model));
}

}  // namespace

ModelFacts look_at_model(const fs::path& folder, const Settings& settings) {
  platform::flush_denormals();  // as the performance does: they would be timed
  ModelSettings model = settings.model;
  model.folder = in_folder(folder, model.folder);
  if (model.file && !is_built_in_name(*model.file)) model.file = in_folder(folder, *model.file);
  ModelFacts facts;
  const auto chosen = choose(model, settings);
  if (!chosen) {
    facts.trouble = chosen.error().message;
    return facts;
  }
  facts.name = chosen->name;
  facts.sizes = words(chosen->model->sizes());
  facts.step = chosen->step;
  facts.spoiled = chosen->warnings;
  return facts;
}

Check judge(const ModelFacts& facts) {
  Check check{.name = "model"};
  if (!facts.trouble.empty()) {
    check.state = Check::State::bad;
    check.words = facts.trouble;
    check.help = "choose another model with model.file, or take it out to play the newest one";
    return check;
  }
  check.words = fmt::format("{}: {}; a step takes {} µs, of {} µs that it may", facts.name,
                            facts.sizes, facts.step.count(), kStepBudget.count());
  for (const std::string& spoiled : facts.spoiled)
    check.words += "\npassed over: " + spoiled;
  if (facts.step > kStepBudget) {
    check.state = facts.step > kStepTooLong ? Check::State::bad : Check::State::doubtful;
    check.help = "play a smaller model: 'imps train --size s' makes one";
  } else if (!facts.spoiled.empty()) {
    check.state = Check::State::doubtful;
    check.help = "copy the damaged file again, or take it out of the folder";
  }
  return check;
}

}  // namespace imps::doctor
