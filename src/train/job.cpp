#include "train/job.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <thread>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "log/wall_time.h"
#include "platform/file_lock.h"
#include "platform/replace_file.h"
#include "train/curves.h"
#include "train/job_data.h"
#include "train/job_files.h"
#include "train/processes.h"
#include "train/recipe_json.h"
#include "train/stages.h"
#include "train/trainer.h"

namespace imps::train {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// Sizes up to it learn well in little time.
constexpr int kUnitsOfXs = 32;
/// A larger one that had less than this part of its batches is worse than a small one, as a rule.
constexpr std::uint64_t kFewBatches = 4;
/// How often a checkpoint that another training has is looked at, before it is given up.
constexpr int kLocksTried = 20;
constexpr std::chrono::milliseconds kLockTriedEvery{100};

Json list_of_paths(const std::vector<fs::path>& paths) {
  Json list = Json::array();
  for (const fs::path& path : paths)
    list.push_back(path.string());
  return list;
}

Result<void> make_folder(const fs::path& folder) {
  std::error_code error;
  if (!folder.empty()) fs::create_directories(folder, error);
  if (error) return Error{folder.string() + ": the folder cannot be made: " + error.message()};
  return {};
}

Json json_of(const Progress& p) {
  return {{"event", p.ends_epoch ? "epoch" : "judgement"},
          {"epoch", p.epoch},
          {"batches", p.batches},
          {"train_nll", p.train_nll},
          {"val_nll", p.val_nll},
          {"best_val_nll", p.best_val_nll},
          {"best", p.best},
          {"rate", p.rate},
          {"gradient_norm", p.norm},
          {"part", p.part},
          {"seconds", p.seconds},
          {"frames", p.frames}};
}

int threads_of(const Job& job) {
  if (job.threads > 0) return job.threads;
  const int processors = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  return std::max(1, processors / processes_here());
}

/// What is asked for again, from a checkpoint.
Result<Started> started_from(const Job& asked, const Checkpoint& checkpoint) {
  const Json json = Json::parse(checkpoint.job, nullptr, false);
  if (!json.is_object() || !json.contains("stem") || !json["stem"].is_string() ||
      !json.contains("began") || !json["began"].is_string())
    return Error{asked.resume->string() + ": does not say what was being done: train anew"};
  auto job = parse_job(json.value("job", Json::object()));
  if (!job) return in(asked.resume->string(), job.error());
  job->threads = asked.threads;
  job->seconds_a_checkpoint = asked.seconds_a_checkpoint;
  job->checkpoints = asked.resume->parent_path();
  job->resume = asked.resume;
  if (asked.seconds > 0) job->seconds = asked.seconds + checkpoint.state.seconds;
  return Started{*job, json["stem"], json["began"]};
}

}  // namespace

Json job_json(const Job& job) {
  Json json = {{"datasets", list_of_paths(job.datasets)},
               {"layers", job.layers},
               {"units", job.units},
               {"mixtures", job.mixtures},
               {"recipe", job.recipe},
               {"changes", Json::parse(job.changes, nullptr, false)},
               {"seed", job.seed},
               {"threads", job.threads},
               {"seconds", job.seconds},
               {"seconds_a_checkpoint", job.seconds_a_checkpoint},
               {"folder", job.folder.string()},
               {"checkpoints", job.checkpoints.string()},
               {"alone", job.alone}};
  if (job.dimension) json["dimension"] = *job.dimension;
  if (job.output) json["output"] = job.output->string();
  if (job.resume) json["resume"] = job.resume->string();
  return json;
}

Result<Job> parse_job(const Json& json) {
  Job job;
  try {
    for (const Json& path : json.at("datasets"))
      job.datasets.emplace_back(path.get<std::string>());
    json.at("layers").get_to(job.layers);
    json.at("units").get_to(job.units);
    json.at("mixtures").get_to(job.mixtures);
    json.at("recipe").get_to(job.recipe);
    job.changes = json.at("changes").dump();
    json.at("seed").get_to(job.seed);
    json.at("threads").get_to(job.threads);
    json.at("seconds").get_to(job.seconds);
    job.folder = json.at("folder").get<std::string>();
    job.checkpoints = json.at("checkpoints").get<std::string>();
    job.seconds_a_checkpoint = json.value("seconds_a_checkpoint", job.seconds_a_checkpoint);
    job.alone = json.value("alone", false);
    if (json.contains("dimension")) job.dimension = json.at("dimension").get<int>();
    if (json.contains("output")) job.output = json.at("output").get<std::string>();
    if (json.contains("resume")) job.resume = json.at("resume").get<std::string>();
  } catch (const Json::exception& e) {
    return Error{fmt::format("the job is not understood: {}", e.what())};
  }
  if (job.threads < 0 || job.threads > 1024 || !(job.seconds >= 0) ||
      !(job.seconds_a_checkpoint >= 0))
    return Error{"the job asks for an absurd number of threads or seconds"};
  return job;
}

Result<void> run(const Job& asked, Exchange* exchange, const Tell& tell,
                 const std::atomic<bool>& stop) {
  const auto began = std::chrono::steady_clock::now();
  const int ranks = exchange == nullptr ? 1 : exchange->ranks();
  const bool leads = exchange == nullptr || exchange->rank() == 0;

  Started started{.job = asked, .stem = "", .began = ""};
  std::optional<Checkpoint> checkpoint;
  if (asked.resume) {
    auto loaded = load_checkpoint(*asked.resume);
    if (!loaded) return loaded.error();
    checkpoint = std::move(*loaded);
    auto again = started_from(asked, *checkpoint);
    if (!again) return again.error();
    started = std::move(*again);
  }
  const Job& job = started.job;
  auto corpus = open_all(job.datasets);
  if (!corpus) return corpus.error();
  started.job.datasets = corpus->paths;
  if (asked.dimension && *asked.dimension != corpus->dimension) {
    return Error{
        fmt::format("{} has dimension {}, and -d {} was asked for: name another dataset, "
                    "or leave -d out",
                    names_of(job.datasets), corpus->dimension, *asked.dimension)};
  }
  if (checkpoint) {
    const Json before = Json::parse(checkpoint->job, nullptr, false);
    if (before.value("digests", Json::array()) != digests_of(*corpus)) {
      return Error{fmt::format("{}: {} is not the dataset it was when training began: train anew",
                               asked.resume->string(), names_of(job.datasets))};
    }
  }
  const Sizes sizes{.dimension = corpus->dimension,
                    .layers = job.layers,
                    .units = job.units,
                    .mixtures = job.mixtures};
  if (sizes.layers < 1 || sizes.layers > kMaxLayers || sizes.units < 1 || sizes.units > kMaxUnits ||
      sizes.mixtures < 1 || sizes.mixtures > kMaxMixtures) {
    return Error{fmt::format(
        "{} layers, {} units, {} mixtures: at least 1 and at most {}, {} and {}", sizes.layers,
        sizes.units, sizes.mixtures, kMaxLayers, kMaxUnits, kMaxMixtures)};
  }
  if (job.recipe != "impsy" && job.recipe != "imps-1")
    return Error{fmt::format("'{}' is no recipe: there are imps-1 and impsy", job.recipe)};
  const Json changes = Json::parse(job.changes, nullptr, false);
  const auto recipe_of = [&](const Sizes& of) -> Result<Recipe> {
    Recipe recipe = job.recipe == "impsy" ? impsy_recipe() : default_recipe(of, corpus->rows);
    if (auto done = change_recipe(changes, recipe); !done) return in("recipe", done.error());
    return recipe;
  };
  auto stages = stages_of(sizes, recipe_of, changes.is_object() && changes.contains("epochs"));
  if (!stages) return stages.error();
  if (checkpoint && (checkpoint->state.stage >= stages->size() ||
                     !(checkpoint->sizes == (*stages)[checkpoint->state.stage].sizes)))
    return Error{asked.resume->string() + ": its weights are not of the sizes that it names"};
  const Recipe recipe = stages->back().recipe;
  // As IMPSY does.
  if (recipe.windows == Windows::every_row) {
    std::erase_if(corpus->takes, [&](const Stretch& take) {
      return take.rows == static_cast<std::uint64_t>(recipe.steps) + 1;
    });
  }
  // Whoever evaluates the model finds the same rows by the steps in its notes.
  auto parts = split(corpus->takes, recipe.steps);
  if (!parts) return parts.error();
  if (recipe.windows == Windows::every_row &&
      windows_at_every_row(parts->training, recipe.steps) == 0) {
    return Error{fmt::format(
        "no take has {} rows, which a window of this recipe needs: record longer ones, or use the "
        "recipe imps-1, which takes them as they are",
        recipe.steps + 1)};
  }

  if (exchange != nullptr) {
    const Json what = {{"digests", digests_of(*corpus)},
                       {"sizes", {sizes.dimension, sizes.layers, sizes.units, sizes.mixtures}},
                       {"recipe", recipe_json(recipe)},
                       {"seed", job.seed},
                       {"done", checkpoint ? checkpoint->state.done : 0}};
    if (auto agreed = agree(*exchange, what.dump()); !agreed) return agreed.error();
  }

  const auto surveyed = survey(*corpus);
  if (!surveyed) return surveyed.error();
  std::int64_t own_microseconds = 0;
  if (!checkpoint) {
    const WallTime now = local_time(std::chrono::system_clock::now());
    started.began = iso_text(now);
    started.stem = stem_for(sizes, now);
    // Two runs of one size may begin in the same second; those of a sweep under mpirun do.
    own_microseconds = now.local_us % 1'000'000;
    if (leads && (job.alone || fs::exists(checkpoint_path(started))))
      started.stem += fmt::format("-{}", own_microseconds);
  }
  std::optional<platform::FileLock> lock;
  if (leads) {
    for (const fs::path& folder :
         {job.output ? job.output->parent_path() : job.folder, job.checkpoints})
      if (auto made = make_folder(folder); !made) return made.error();
    lock = platform::FileLock::take(checkpoint_path(started));
    // Of a training that was killed, the other process may still be saving.
    for (int k = 0; checkpoint && !lock && !stop && k < kLocksTried; ++k) {
      std::this_thread::sleep_for(kLockTriedEvery);
      lock = platform::FileLock::take(checkpoint_path(started));
    }
    if (!lock && !checkpoint) {
      started.stem += fmt::format("-{}", own_microseconds);
      lock = platform::FileLock::take(checkpoint_path(started));
    }
    if (!lock) {
      return Error{checkpoint_path(started).string() +
                   ": a training is writing it just now: wait until it has ended, or stop it"};
    }
  }

  const int threads = threads_of(job);
  make_room_for(threads);
  const Layout layout(sizes);
  std::uint64_t training_rows = 0;
  std::uint64_t validation_rows = 0;
  for (const Stretch& take : parts->training)
    training_rows += take.rows;
  for (const Stretch& take : parts->validation)
    validation_rows += take.rows;
  if (leads) {
    const Plan plan = plan_of(*parts, recipe);
    Json units = Json::array();
    std::uint64_t epochs = 0;
    for (const Stage& stage : *stages) {
      units.push_back(stage.sizes.units);
      epochs += plan_of(*parts, stage.recipe).epochs;
    }
    Json start = {{"event", "start"},
                  {"datasets", list_of_paths(job.datasets)},
                  {"dimension", sizes.dimension},
                  {"size", std::string(size_name(sizes))},
                  {"layers", sizes.layers},
                  {"units", sizes.units},
                  {"mixtures", sizes.mixtures},
                  {"parameters", layout.count},
                  {"rows", corpus->rows},
                  {"takes", corpus->takes.size()},
                  {"training_rows", training_rows},
                  {"validation_rows", validation_rows},
                  {"recipe", recipe_json(recipe)},
                  {"units_by_stage", units},
                  {"epochs", epochs},
                  {"passes_an_epoch", plan.passes_an_epoch},
                  {"batches_an_epoch", plan.batches_an_epoch},
                  {"seed", job.seed},
                  {"threads", threads},
                  {"processes", ranks},
                  {"checkpoint", checkpoint_path(started).string()}};
    if (*surveyed) start["minutes"] = (*surveyed)->minutes;
    if (checkpoint) start["resumed_at_batch"] = checkpoint->state.done;
    tell(start);
    const auto note = [&tell](const std::string& text) {
      tell({{"event", "note"}, {"text", text}});
    };
    for (const fs::path& path : corpus->again)
      note(path.string() + " holds what another one does: it is left out");
    if (*surveyed)
      for (const std::string& line : warnings_of(**surveyed))
        note(line);
  }

  std::vector<Progress> history;
  const Json beside = {{"job", job_json(job)},
                       {"stem", started.stem},
                       {"began", started.began},
                       {"digests", digests_of(*corpus)}};
  const RunSettings settings{.recipe = recipe,
                             .smaller = {stages->begin(), stages->end() - 1},
                             .seed = job.seed,
                             .threads = threads,
                             .seconds = job.seconds,
                             .began = began,
                             .has_epochs = changes.is_object() && changes.contains("epochs"),
                             .seconds_a_checkpoint = job.seconds_a_checkpoint,
                             .exchange = exchange};
  RunObserver observer;
  observer.stop = &stop;
  if (leads) {
    observer.judged = [&](const Progress& progress) {
      history.push_back(progress);
      tell(json_of(progress));
    };
    observer.told = [&](const std::string& text) { tell({{"event", "note"}, {"text", text}}); };
    observer.keep = [&](const Layout& of, const RunState& state) {
      const auto kept = save_checkpoint(checkpoint_path(started), of, state, beside.dump());
      if (!kept)
        tell({{"event", "note"}, {"text", kept.error().message + ": training goes on without"}});
    };
  }
  const auto outcome = train(fresh_weights(sizes, job.seed), *parts, settings, observer,
                             checkpoint ? &checkpoint->state : nullptr);
  if (!outcome) return outcome.error();
  if (!leads) return {};

  const auto path =
      save_model(started, outcome->best,
                 card_of(started, *corpus, *parts, *stages, *outcome,
                         *surveyed ? std::optional((*surveyed)->minutes) : std::nullopt));
  if (!path) return Error{path.error().message + kept_elsewhere(started, outcome->best)};
  const fs::path plot = free_name(fs::path(*path).replace_extension(".svg"));
  std::string plotted = plot.string();
  const std::string svg = curves_svg(history, path->filename().string());
  if (const auto done = platform::replace_file(plot, std::as_bytes(std::span(svg))); !done) {
    tell({{"event", "note"}, {"text", done.error().message}});
    plotted.clear();
  }
  if (outcome->ending == Ending::out_of_time && sizes.units > kUnitsOfXs) {
    std::uint64_t planned = 0;
    for (const Stage& stage : *stages) {
      const Plan plan = plan_of(*parts, stage.recipe);
      planned += plan.epochs * plan.batches_an_epoch;
    }
    if (outcome->at_end.batches < planned / kFewBatches) {
      tell({{"event", "note"},
            {"text", fmt::format("in that time there were {} of the {} batches that are planned "
                                 "for this size: with more time, or a smaller --size, it may well "
                                 "foresee better",
                                 outcome->at_end.batches, planned)}});
    }
  }
  std::error_code ignored;
  if (outcome->ending != Ending::stopped) fs::remove(checkpoint_path(started), ignored);
  tell({{"event", "done"},
        {"model", path->string()},
        {"plot", plotted},
        {"val_nll", outcome->best_val_nll},
        {"train_nll", outcome->best_train_nll},
        {"epoch", outcome->at_best.epoch},
        {"epochs", outcome->at_end.epoch},
        {"batches", outcome->at_end.batches},
        {"frames", outcome->at_end.frames},
        {"ending", std::string(name_of(outcome->ending))},
        {"setbacks", outcome->setbacks},
        {"seconds", outcome->at_end.seconds}});
  return {};
}

}  // namespace imps::train
