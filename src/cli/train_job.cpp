#include "cli/train_job.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <imps/model.h>

#include "cli/dataset_words.h"
#include "cli/newest_dataset.h"
#include "cli/options.h"
#include "core/nearest.h"
#include "dataset/collate.h"
#include "dataset/place.h"
#include "platform/scratch_name.h"

namespace imps::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
using Say = std::function<void(const std::string&)>;

struct NamedSize {
  std::string_view name;
  int layers;
  int units;
};
constexpr std::array kSizes{NamedSize{"xxs", 2, 16}, NamedSize{"xs", 2, 32},
                            NamedSize{"s", 2, 64},   NamedSize{"m", 2, 128},
                            NamedSize{"l", 2, 256},  NamedSize{"xl", 3, 512}};

const NamedSize* find_size(std::string_view name) {
  const auto found = std::find_if(kSizes.begin(), kSizes.end(),
                                  [name](const NamedSize& size) { return size.name == name; });
  return found == kSizes.end() ? nullptr : &*found;
}

/// "90", "90s", "2min", "1.5h": seconds above 0.
std::optional<double> read_time(const std::string& text) {
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{}) return std::nullopt;
  const std::string_view unit(rest, static_cast<std::size_t>(end - rest));
  const double times = unit.empty() || unit == "s" || unit == "sec" ? 1
                       : unit == "min" || unit == "m"               ? 60
                       : unit == "h"                                ? 3600
                                                                    : NAN;
  const double seconds = number * times;
  return seconds > 0 && std::isfinite(seconds) ? std::optional(seconds) : std::nullopt;
}

bool is_log_place(const fs::path& path) {
  std::error_code error;
  return fs::is_directory(path, error) || path.extension() == ".log";
}

/// Collates logs into datasets/, as `imps dataset` does.
Result<fs::path> collate_logs(const std::vector<fs::path>& places, const TrainFlags& flags,
                              const Say& say) {
  LogQuery query;
  query.places = places;
  query.dimension = flags.dimension;
  query.mixed = flags.mixed;
  const auto choice = choose_logs(query);
  if (!choice) return choice.error();
  for (const std::string& remark : choice->remarks)
    say(remark);
  if (const std::size_t count = choice->instruments.size(); count > 1)
    say(fmt::format("the logs are of {} instruments, all in one dataset", count));
  const fs::path path =
      fs::path("datasets") / fmt::format("training-dataset-{}d.npz", choice->dimension);
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  const auto staged = platform::ScratchName::beside(path, "collated");
  const auto report = collate(*choice, {}, staged.path());
  if (!report) return report.error();
  const auto placed = place_dataset(staged.path(), path);
  if (!placed) return placed.error();
  say(fmt::format("collated {} into {}: {}, {} ('imps dataset' says more)",
                  counted(choice->logs.size(), "log"), path.string(),
                  counted(report->summary.rows, "row"), counted(report->summary.takes, "take")));
  return Result<fs::path>(boost::system::in_place_value, path);
}

/// How many logs were written to after the dataset was made.
std::size_t logs_later_than(const fs::path& dataset) {
  std::error_code error;
  const auto made = fs::last_write_time(dataset, error);
  std::size_t count = 0;
  for (fs::directory_iterator entry("logs", error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code unreadable;
    const auto written = entry->last_write_time(unreadable);
    if (!unreadable && entry->path().extension() == ".log" && written > made) ++count;
  }
  return count;
}

Result<std::vector<fs::path>> find_data(const TrainFlags& flags, const Say& say) {
  std::vector<fs::path> datasets;
  std::vector<fs::path> logs;
  for (const std::string& path : flags.data)
    (is_log_place(path) ? logs : datasets).emplace_back(path);
  if (!logs.empty()) {
    const auto collated = collate_logs(logs, flags, say);
    if (!collated) return collated.error();
    datasets.push_back(*collated);
  }
  if (!datasets.empty()) return datasets;
  const auto newest = choose_dataset(std::nullopt, "datasets", flags.dimension);
  if (newest) {
    for (const std::string& warning : newest->warnings)
      say(warning);
    say(fmt::format("training on {}, {}", newest->path.string(), newest->why));
    if (const std::size_t later = logs_later_than(newest->path); later > 0) {
      say(fmt::format("{} in logs/ {} not in it: 'imps dataset' takes {} in, or 'imps train logs'",
                      counted(later, "newer log"), later == 1 ? "is" : "are",
                      later == 1 ? "it" : "them"));
    }
    return std::vector{newest->path};
  }
  std::error_code error;
  if (!fs::is_directory("logs", error)) return newest.error();
  const auto collated = collate_logs({"logs"}, flags, say);
  if (!collated) return collated.error();
  return std::vector{*collated};
}

/// The checkpoint that is meant: the one named, else the newest.
Result<fs::path> find_checkpoint(const TrainFlags& flags) {
  if (!flags.resume->empty()) return Result<fs::path>(boost::system::in_place_value, *flags.resume);
  std::optional<std::pair<fs::file_time_type, fs::path>> newest;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(flags.checkpoints, error)) {
    if (entry.path().extension() != ".checkpoint") continue;
    const auto time = entry.last_write_time(error);
    if (!newest || time > newest->first) newest = {time, entry.path()};
  }
  if (!newest) {
    return Error{
        fmt::format("there is no checkpoint in {}/: nothing was interrupted, or it was "
                    "somewhere else",
                    flags.checkpoints)};
  }
  return Result<fs::path>(boost::system::in_place_value, newest->second);
}

/// The fields of the recipe that were asked for.
Json changes_of(const TrainFlags& flags) {
  Json changes = Json::object();
  for (const std::string& setting : flags.settings) {
    const auto equals = setting.find('=');
    const std::string value = setting.substr(equals + 1);
    double number = 0;  // .5, too, which is none in JSON
    const char* const end = value.data() + value.size();
    const auto read = std::from_chars(value.data(), end, number);
    const bool is_number = read.ec == std::errc{} && read.ptr == end && std::isfinite(number);
    changes[setting.substr(0, equals)] = is_number ? Json(number) : Json(value);
  }
  const auto set = [&changes](const char* name, const auto& value) {
    if (value) changes[name] = *value;
  };
  set("epochs", flags.epochs);
  if (flags.epochs) changes["least_batches"] = 0;
  set("batch", flags.batch);
  set("steps", flags.window);
  set("rate", flags.rate);
  set("clip", flags.clip);
  set("dropout", flags.dropout);
  set("patience", flags.patience);
  if (!flags.schedule.empty()) changes["schedule"] = flags.schedule;
  if (flags.no_early_stopping) changes["patience"] = 0;
  return changes;
}

}  // namespace

void add_options(Options& options, TrainFlags& flags) {
  options.positional("data", flags.data, "DATASET|LOGS");
  options.value("-d,--dimension", flags.dimension, "D",
                "of the newest dataset, or of the logs (default: what is there)");
  options.flag("--mixed", flags.mixed, "takes logs of different instruments together");
  options.value("--size,--modelsize", flags.size, "SIZE",
                "xxs, xs, s, m, l or xl: layers and units (default s)");
  options.value("--layers", flags.layers, "N", "1 to 8, instead of the size's");
  options.value("--units", flags.units, "N", "1 to 4096, instead of the size's");
  options.value("--mixtures", flags.mixtures, "N", "1 to 64 (default 5)");
  options.value("--for", flags.time, "TIME",
                "train for so long: 30s, 2min, 1h (default: as it takes)");
  options.value("--epochs", flags.epochs, "N",
                "passes through the training rows, or as many as make 50 batches");
  options.value("--patience", flags.patience, "N",
                "epochs without a better validation NLL before it stops");
  options.flag("--earlystopping", flags.early_stopping, "accepted: it is on by default");
  options.flag("--no-early-stopping,--no-earlystopping", flags.no_early_stopping,
               "all epochs; the best weights are saved all the same");
  options.value("--recipe", flags.recipe, "NAME",
                "imps-1, or impsy: as IMPSY 1.2 trains (default imps-1)");
  options.value("--batch", flags.batch, "N", "windows at a time, over all processes");
  options.value("--window", flags.window, "N", "frames of a window (default 50)");
  options.value("--learning-rate", flags.rate, "R", "the highest one");
  options.value("--schedule", flags.schedule, "NAME", "of the learning rate: cosine or constant");
  options.value("--clip", flags.clip, "X", "the gradient's largest norm; 0: any");
  options.value("--dropout", flags.dropout, "P", "of what a layer passes upwards, 0 to 0.95");
  options.each("--set", flags.settings, "FIELD=VALUE",
               "any other field of the recipe, see doc/training.md");
  options.value("--seed", flags.seed, "N",
                "of the first weights and all else that is drawn (default 0)");
  options.value("--threads", flags.threads, "N", "default: one for each processor");
  options.value("--models", flags.models, "FOLDER", "the folder for the model (default models)");
  options.value("-o,--output", flags.output, "FILE",
                "the model's file, instead of a new name there");
  options.value("--checkpoints", flags.checkpoints, "FOLDER", "default checkpoints");
  options.value("--checkpoint-every", flags.checkpoint_every, "TIME",
                "what a power cut costs at most (default 20s)");
  options.value_or_none("--resume", flags.resume, "CHECKPOINT",
                        "go on from a checkpoint (none named: the newest) as if never stopped");
  options.value("--sweep", flags.sweep, "RUNS",
                "one run for each combination, then a table: 'size=xs,s seed=1..4'; under mpirun "
                "each process takes runs of its own");
  options.flag("--json", flags.json, "a JSON object for each thing that happens, one a line");
}

std::optional<std::string> complaint_about(const TrainFlags& flags) {
  if (!flags.size.empty() && find_size(flags.size) == nullptr) {
    std::vector<std::string_view> names;
    for (const NamedSize& size : kSizes)
      names.push_back(size.name);
    return fmt::format("'{}' is not a size: there are {}", flags.size, fmt::join(names, ", "));
  }
  constexpr std::array<std::string_view, 2> kRecipes{"imps-1", "impsy"};
  if (std::find(kRecipes.begin(), kRecipes.end(), flags.recipe) == kRecipes.end()) {
    return fmt::format("'{}' is not a recipe{}: there are imps-1 and impsy", flags.recipe,
                       did_you_mean(flags.recipe, kRecipes));
  }
  if (!flags.time.empty() && !read_time(flags.time))
    return fmt::format("--for takes a time such as 30s, 2min or 1h, not '{}'", flags.time);
  if (!read_time(flags.checkpoint_every))
    return fmt::format("--checkpoint-every takes a time such as 20s or 5min, not '{}'",
                       flags.checkpoint_every);
  const auto outside = [](const char* name, const auto& value, auto least, auto most) {
    return value && !(*value >= least && *value <= most)
               ? std::optional(fmt::format("{} takes {} to {}, not {}", name, least, most, *value))
               : std::nullopt;
  };
  for (auto& wrong :
       {outside("--layers", flags.layers, 1, kMaxLayers),
        outside("--units", flags.units, 1, kMaxUnits),
        outside("--mixtures", flags.mixtures, 1, kMaxMixtures),
        outside("--epochs", flags.epochs, 1U, 1'000'000'000U),
        outside("--batch", flags.batch, 1, 65'536), outside("--window", flags.window, 1, 10'000),
        outside("--learning-rate", flags.rate, 1e-12, 10.0),
        outside("--clip", flags.clip, 0.0, 1e15), outside("--dropout", flags.dropout, 0.0, 0.95),
        outside("--patience", flags.patience, 0, 1'000'000'000)})
    if (wrong) return wrong;
  if (flags.threads < 0 || flags.threads > 1024)
    return "--threads takes 1 to 1024, or 0: one for each processor";
  if (!flags.schedule.empty() && flags.schedule != "cosine" && flags.schedule != "constant")
    return fmt::format("--schedule takes cosine or constant, not '{}'", flags.schedule);
  for (const std::string& setting : flags.settings) {
    if (setting.find('=') == std::string::npos)
      return fmt::format("--set takes FIELD=VALUE, not '{}'", setting);
  }
  if (!flags.output.empty() && fs::path(flags.output).extension() != ".safetensors")
    return "--output takes a .safetensors file; 'imps convert' writes the other forms";
  if (flags.sweep && (flags.resume || !flags.output.empty()))
    return "--sweep makes models of its own names, from the start: no --resume, no --output";
  if (flags.resume && !flags.data.empty())
    return "--resume takes everything from the checkpoint: name no data";
  if (flags.resume) {
    const std::array<std::pair<bool, const char*>, 10> fixed{
        {{!flags.size.empty(), "--size"},
         {flags.layers || flags.units || flags.mixtures, "--layers, --units and --mixtures"},
         {!flags.output.empty(), "--output"},
         {!changes_of(flags).empty(), "what changes the recipe"},
         {flags.recipe != TrainFlags{}.recipe, "--recipe"},
         {flags.seed != TrainFlags{}.seed, "--seed"},
         {flags.models != TrainFlags{}.models, "--models"},
         {flags.dimension.has_value(), "--dimension"},
         {flags.mixed, "--mixed"},
         {flags.early_stopping, "--earlystopping"}}};
    for (const auto& [given, option] : fixed)
      if (given)
        return fmt::format(
            "--resume takes all but --for, --threads, --checkpoint-every and "
            "--checkpoints from the checkpoint: leave out {}",
            option);
  }
  return std::nullopt;
}

Result<Json> job_for(const TrainFlags& flags, const Say& say) {
  const NamedSize& size = *find_size(flags.size.empty() ? "s" : flags.size);
  Json job = {{"datasets", Json::array()},
              {"layers", flags.layers.value_or(size.layers)},
              {"units", flags.units.value_or(size.units)},
              {"mixtures", flags.mixtures.value_or(5)},
              {"recipe", flags.recipe},
              {"changes", changes_of(flags)},
              {"seed", flags.seed},
              {"threads", flags.threads},
              {"seconds", flags.time.empty() ? 0.0 : *read_time(flags.time)},
              {"seconds_a_checkpoint", *read_time(flags.checkpoint_every)},
              {"folder", flags.models},
              {"checkpoints", flags.checkpoints},
              {"alone", flags.alone}};
  if (flags.dimension && !flags.resume) job["dimension"] = *flags.dimension;
  if (!flags.output.empty()) {
    std::error_code error;
    if (fs::exists(flags.output, error)) {
      return Error{flags.output +
                   ": is there already, and no model is ever overwritten: give another name"};
    }
    job["output"] = flags.output;
  }
  if (flags.resume) {
    const auto checkpoint = find_checkpoint(flags);
    if (!checkpoint) return checkpoint.error();
    say(fmt::format("going on from {}", checkpoint->string()));
    job["resume"] = checkpoint->string();
    return Result<Json>(boost::system::in_place_value, std::move(job));
  }
  const auto data = find_data(flags, say);
  if (!data) return data.error();
  for (const fs::path& path : *data)
    job["datasets"].push_back(path.string());
  return Result<Json>(boost::system::in_place_value, std::move(job));
}

}  // namespace imps::cli
