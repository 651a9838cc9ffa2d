#include "evaluate/evaluate.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/console.h"
#include "cli/evaluate_words.h"
#include "cli/newest_dataset.h"
#include "cli/options.h"
#include "evaluate/plot.h"
#include "model/built_in/built_in.h"
#include "platform/thread.h"
#include "session/model_choice.h"

namespace imps::cli {
namespace {

namespace fs = std::filesystem;
using evaluate::Part;

struct EvaluateFlags {
  std::vector<std::string> models;
  std::optional<std::string> data;
  std::optional<std::string> split;
  bool like_impsy = false;
  bool compare = false;
  std::optional<std::string> plot;
  evaluate::AloneSettings alone;
  bool json = false;
};

void add_evaluate_options(Options& options, EvaluateFlags& flags) {
  options.positional("models", flags.models, "MODEL|DATASET");
  options.value("--data", flags.data, "DATASET",
                "an .npz (default: the newest in datasets/ of the model's dimension)");
  options.value("--split", flags.split, "PART",
                "judge by all rows, by training (the first nine tenths) or by validation (the "
                "rest). Default: validation when a model was trained on this dataset, else all");
  options.flag("--like-impsy", flags.like_impsy,
               "also the loss as IMPSY computes it, of both parts: windows of 51 rows, each from "
               "an empty memory");
  options.flag("--compare", flags.compare,
               "of several models: how each differs from the first, and how sure that is");
  options.value("--plot", flags.plot, "FILE.svg", "also draw how they play, as an .svg");
  options.value("--seed", flags.alone.seed, "N", "for playing alone (default 0)");
  options.value("--frames", flags.alone.frames, "N",
                "how many to play alone, 1 to 10000000 (default 10000)");
  options.value("--sigmatemp", flags.alone.temperatures.sigma, "T",
                "for playing alone, 0 or more (default 0.01)");
  options.value("--pitemp", flags.alone.temperatures.pi, "T",
                "for playing alone, above 0 (default 1)");
  options.flag("--json", flags.json, "everything, as JSON");
}

constexpr std::uint64_t kMostAlone = 10'000'000;

/// What is wrong with how the command was used, if anything.
std::optional<std::string> complaint(const EvaluateFlags& flags) {
  if (flags.split && *flags.split != "all" && *flags.split != "training" &&
      *flags.split != "train" && *flags.split != "validation") {
    return fmt::format("--split takes all, training or validation, not '{}'",
                       flags.split->substr(0, 64));
  }
  if (!(flags.alone.temperatures.sigma >= 0 && std::isfinite(flags.alone.temperatures.sigma)) ||
      !(flags.alone.temperatures.pi > 0 && std::isfinite(flags.alone.temperatures.pi))) {
    return "--sigmatemp takes 0 or more, --pitemp a number above 0";
  }
  if (flags.alone.frames < 1 || flags.alone.frames > kMostAlone)
    return fmt::format("--frames takes 1 to {}", kMostAlone);
  if (flags.plot && fs::path(*flags.plot).extension() != ".svg")
    return fmt::format("--plot makes an .svg, not '{}'", *flags.plot);
  if (flags.plot && fs::path(*flags.plot).has_parent_path()) {
    std::error_code error;
    const fs::path folder = fs::path(*flags.plot).parent_path();
    if (!fs::is_directory(folder, error))
      return fmt::format("--plot: there is no folder {}", folder.string());
  }
  if (flags.compare && flags.models.size() < 2)
    return "--compare takes two models or more: name them";
  return std::nullopt;
}

/// A model, and what its file says of its training.
struct Candidate {
  ChosenModel chosen;
  std::vector<std::pair<std::string, std::string>> notes;
};

Result<Candidate> load(const std::string& path) {
  auto file = find_model_file(path);
  if (!file) return file.error();
  auto model = Mdrnn::make(file->weights);
  if (!model) return in(path, model.error());
  Candidate candidate;
  candidate.chosen.model = std::make_shared<const Mdrnn>(std::move(*model));
  candidate.chosen.path = path;
  candidate.chosen.name = path;
  candidate.chosen.digest = file->digest;
  candidate.notes = std::move(file->notes);
  return candidate;
}

Result<Candidate> newest_model(int dimension) {
  ModelSettings settings;
  settings.dimension = dimension;
  auto chosen = choose_model(settings, dimension);
  if (!chosen) return chosen.error();
  if (chosen->path.empty()) {
    auto card = chosen->card;
    return Candidate{std::move(*chosen), std::move(card)};
  }
  auto candidate = load(chosen->path.string());
  if (!candidate) return candidate.error();
  candidate->chosen.why = std::move(chosen->why);
  candidate->chosen.warnings = std::move(chosen->warnings);
  return candidate;
}

/// How a model came from a dataset.
struct Origin {
  bool here = false;                                  ///< it was trained on this one
  bool earlier = false;                               ///< on another one of this name
  bool only = false;                                  ///< and on no other
  std::uint64_t window_rows = evaluate::kWindowRows;  ///< of its training
};

Origin origin_of(const Candidate& candidate, const Dataset& dataset, const fs::path& path) {
  Origin origin;
  if (dataset.digest().empty()) return origin;
  for (const auto& [name, value] : candidate.notes) {
    if (name == "dataset_digest") {
      origin.only = value == dataset.digest();
      origin.here = value.find(dataset.digest()) != std::string::npos;
    }
    if (name == "dataset") origin.earlier = value.find(path.filename().string()) != value.npos;
    if (name != "recipe_settings") continue;
    // From a file, which may say anything.
    const auto recipe = nlohmann::json::parse(value, nullptr, false);
    if (!recipe.is_object() || !recipe.contains("steps")) continue;
    const auto& steps = recipe["steps"];
    constexpr std::uint64_t kMostSteps = 1'000'000;
    if (steps.is_number_unsigned() && steps.get<std::uint64_t>() >= 1 &&
        steps.get<std::uint64_t>() <= kMostSteps)
      origin.window_rows = steps.get<std::uint64_t>() + 1;
  }
  return origin;
}

/// Which rows judge fairly, as far as the models say it.
struct Fair {
  Part part = Part::all;
  std::uint64_t window_rows = evaluate::kWindowRows;
};

Fair fair_part(const std::vector<Candidate>& candidates, const std::vector<Origin>& origins,
               const Dataset& dataset, const fs::path& path) {
  Fair fair;
  std::uint64_t fewest = 0;
  for (std::size_t k = 0; k < origins.size(); ++k) {
    const Origin& origin = origins[k];
    if (!origin.here && origin.earlier) {
      complain(
          fmt::format("{} was trained on {} as it was before: it may have learnt from these rows, "
                      "and look better than it is",
                      candidates[k].chosen.name, path.filename().string()));
    }
    if (!origin.here) continue;
    if (!origin.only) {
      complain(
          fmt::format("{} was trained on this dataset and others together, and does not say "
                      "which of these rows it has not learnt from: it may look better than it "
                      "is",
                      candidates[k].chosen.name));
      continue;
    }
    // Every validation part ends with the dataset: the smallest is held out for all of them.
    const auto frames = count_frames(stretches(dataset, Part::validation, origin.window_rows));
    if (fair.part == Part::all || frames < fewest) {
      fair = {Part::validation, origin.window_rows};
      fewest = frames;
    }
  }
  return fair;
}

Part part_of(const std::string& word) {
  if (word == "all") return Part::all;
  return word == "validation" ? Part::validation : Part::training;
}

/// A dataset among the models is what --data names.
void sort_out_data(EvaluateFlags& flags) {
  const auto is_dataset = [](const std::string& path) { return path.ends_with(".npz"); };
  const auto named = std::find_if(flags.models.begin(), flags.models.end(), is_dataset);
  if (flags.data || named == flags.models.end()) return;
  flags.data = *named;
  flags.models.erase(named);
}

/// Everything between the command line and what is printed.
Result<Findings> find_out(const EvaluateFlags& flags) {
  std::vector<Candidate> candidates;
  for (const std::string& path : flags.models) {
    auto candidate = load(path);
    if (!candidate) return candidate.error();
    candidates.push_back(std::move(*candidate));
  }
  std::optional<int> dimension;
  if (!candidates.empty()) dimension = candidates[0].chosen.model->dimension();
  auto data = choose_dataset(flags.data ? std::optional<fs::path>(*flags.data) : std::nullopt,
                             "datasets", dimension);
  if (!data) return data.error();
  for (const std::string& warning : data->warnings)
    complain(warning);
  if (!flags.data) complain(fmt::format("dataset {}: {}", data->path.string(), data->why));
  if (candidates.empty()) {
    auto candidate = newest_model(data->dataset.dimension());
    if (!candidate) return candidate.error();
    for (const std::string& warning : candidate->chosen.warnings)
      complain(warning);
    complain(fmt::format("model {}: {}", candidate->chosen.name, candidate->chosen.why));
    candidates.push_back(std::move(*candidate));
  }
  // Before anything that takes long.
  for (const Candidate& candidate : candidates) {
    const int found = candidate.chosen.model->dimension();
    const int wanted = data->dataset.dimension();
    if (found == wanted) continue;
    return Error{fmt::format(
        "{} is of dimension {} (dt and {} controls), {} of dimension {} (dt and {}): choose a "
        "model "
        "and a dataset of one dimension",
        candidate.chosen.name, found, found - 1, data->path.string(), wanted, wanted - 1)};
  }

  std::vector<Origin> origins;
  for (const Candidate& candidate : candidates)
    origins.push_back(origin_of(candidate, data->dataset, data->path));
  Fair fair = fair_part(candidates, origins, data->dataset, data->path);
  if (flags.split) fair.part = part_of(*flags.split);
  auto ground = evaluate::prepare(std::move(data->dataset), fair.part, fair.window_rows);
  if (!ground) return in(data->path.string(), ground.error());

  Findings findings;
  findings.dataset = data->path.string();
  findings.ground = std::move(*ground);
  findings.settings.like_impsy = flags.like_impsy;
  findings.settings.alone = flags.alone;
  for (std::size_t k = 0; k < candidates.size(); ++k) {
    const ChosenModel& chosen = candidates[k].chosen;
    auto found = evaluate::evaluate(*chosen.model, findings.ground, findings.settings);
    if (!found) return in(chosen.name, found.error());
    findings.models.push_back(
        {chosen.name, chosen.digest, chosen.model->sizes(), origins[k].here, std::move(*found)});
  }
  if (flags.compare) {
    for (std::size_t k = 1; k < findings.models.size(); ++k)
      findings.comparisons.push_back(
          evaluate::compare(findings.models[0].found.score, findings.models[k].found.score));
  }
  return findings;
}

Result<void> draw(const Findings& findings, const fs::path& path) {
  std::vector<evaluate::Played> played{{"performer", &findings.ground.play}};
  for (const Judged& judged : findings.models)
    played.push_back({fs::path(judged.name).filename().string(), &judged.found.alone});
  std::ofstream file(path, std::ios::binary);
  file << evaluate::plot_svg(played);
  file.close();
  if (!file) return Error{path.string() + ": cannot be written: name another place"};
  return {};
}

}  // namespace

std::string evaluate_options() {
  Options options;
  EvaluateFlags flags;
  add_evaluate_options(options, flags);
  return options.describe();
}

Exit run_evaluate(const Command& command, const Arguments& arguments) {
  Options options;
  EvaluateFlags flags;
  add_evaluate_options(options, flags);
  if (const auto exit = options.parse(command, arguments)) return *exit;
  sort_out_data(flags);
  if (const auto wrong = complaint(flags)) {
    complain(*wrong);
    return Exit::usage;
  }
  platform::flush_denormals();
  const auto findings = find_out(flags);
  if (!findings) {
    complain(findings.error().message);
    return Exit::failed;
  }
  if (flags.json) {
    fmt::print("{}\n", findings_json(*findings).dump(
                           -1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
  } else {
    fmt::print("{}", findings_text(*findings));
  }
  if (flags.plot) {
    if (const auto drawn = draw(*findings, *flags.plot); !drawn) {
      complain(drawn.error().message);
      return Exit::failed;
    }
  }
  return Exit::done;
}

}  // namespace imps::cli
