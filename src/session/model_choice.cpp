#include "session/model_choice.h"

#include <algorithm>
#include <charconv>
#include <system_error>

#include <fmt/format.h>

#include <imps/model_file.h>

#include "model/built_in/built_in.h"
#include "model/files/names.h"

namespace imps {
namespace {

namespace fs = std::filesystem;

/// The number behind `word` in a file's name as the field writes them: "dim4", "units64".
std::optional<int> number_after(std::string_view name, std::string_view word) {
  const auto at = name.find(word);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view rest = name.substr(at + word.size());
  int number = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
  if (error != std::errc{}) return std::nullopt;
  return number;
}

/// What one step of `model` takes: the best of a few, as it is when the weights are warm.
Duration measure_step(const Mdrnn& model) {
  Mdrnn::State state(model);
  Frame frame;
  frame.resize(static_cast<std::size_t>(model.dimension() - 1));
  auto best = std::chrono::steady_clock::duration::max();
  for (int i = 0; i < 4; ++i) {
    const auto before = std::chrono::steady_clock::now();
    advance(model, state, frame);
    best = std::min(best, std::chrono::steady_clock::now() - before);
  }
  return std::max(Duration{1}, std::chrono::ceil<Duration>(best));
}

Result<ChosenModel> ready(ModelFile file) {
  auto model = Mdrnn::make(file.weights);
  if (!model) return model.error();
  ChosenModel chosen;
  chosen.model = std::make_shared<const Mdrnn>(std::move(*model));
  chosen.step = measure_step(*chosen.model);
  chosen.format = std::move(file.format);
  chosen.digest = std::move(file.digest);
  chosen.card = std::move(file.notes);
  return chosen;
}

/// By its card, as training writes it.
bool was_cut_short(const ChosenModel& chosen) {
  return std::ranges::any_of(chosen.card, [](const auto& note) {
    return note.first == "ending" && note.second == "stopped";
  });
}

struct Candidate {
  fs::path path;
  fs::file_time_type written;
};

/// The model files of a folder that may be of `dimension`, going by their names; newest first.
std::vector<Candidate> candidates(const fs::path& folder, int dimension) {
  std::vector<Candidate> found;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const fs::path& path = entry->path();
    if (!is_model_name(path)) continue;
    const auto said = number_after(path.filename().string(), "dim");
    if (said && *said != dimension) continue;
    std::error_code unreadable;
    const auto written = entry->last_write_time(unreadable);
    if (!unreadable && entry->is_regular_file(unreadable)) found.push_back({path, written});
  }
  std::sort(found.begin(), found.end(), [](const Candidate& a, const Candidate& b) {
    return a.written != b.written ? a.written > b.written : a.path < b.path;
  });
  return found;
}

}  // namespace

Result<ChosenModel> load_model(const fs::path& path, std::optional<int> dimension) {
  auto file = find_model_file(path);
  if (!file) return file.error();
  const int found = file->weights.sizes.dimension;
  if (dimension && found != *dimension) {
    return Error{
        fmt::format("{}: the model's dimension is {} (dt and {} controls), and {} was asked for: "
                    "choose another model, "
                    "or leave the dimension to the model",
                    path.string(), found, found - 1, *dimension)};
  }
  if (is_built_in(*file)) return built_in_model(found);
  auto chosen = ready(std::move(*file));
  if (!chosen) return in(path.string(), chosen.error());
  chosen->path = path;
  chosen->name = path.string();
  return chosen;
}

ChosenModel built_in_model(int dimension) {
  auto chosen = ready(built_in_model_file(dimension));
  // The weights are ours and in range: make() has nothing to refuse.
  ChosenModel model = std::move(chosen.value());
  model.name = dimension <= kMostBuiltIn
                   ? "the built-in model"
                   : fmt::format("the built-in model, composed of {} of dimension {}",
                                 built_in_parts(dimension), kBuiltInPart);
  return model;
}

Result<ChosenModel> choose_model(const ModelSettings& settings, int dimension) {
  if (settings.file) {
    auto chosen = load_model(*settings.file, dimension);
    if (chosen) chosen->why = "asked for";
    return chosen;
  }
  std::vector<std::string> warnings;
  for (const Candidate& candidate : candidates(settings.folder, dimension)) {
    auto chosen = load_model(candidate.path, std::nullopt);
    if (!chosen) {
      warnings.push_back(chosen.error().message);
      continue;
    }
    const Sizes sizes = chosen->model->sizes();
    if (sizes.dimension != dimension) continue;
    if (settings.size && size_name(sizes) != *settings.size) continue;
    chosen->why =
        fmt::format("the newest of dimension {}{} in {}/", dimension,
                    settings.size ? " and size " + *settings.size : "", settings.folder.string());
    if (was_cut_short(*chosen)) chosen->why += ", whose training was stopped before its end";
    chosen->warnings = std::move(warnings);
    return chosen;
  }
  ChosenModel chosen = built_in_model(dimension);
  chosen.why =
      fmt::format("there is none of dimension {}{} in {}/", dimension,
                  settings.size ? " and size " + *settings.size : "", settings.folder.string());
  chosen.warnings = std::move(warnings);
  return chosen;
}

}  // namespace imps
