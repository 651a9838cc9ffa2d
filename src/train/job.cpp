#include "train/job.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <thread>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <imps/version.h>

#include "dataset/dataset.h"
#include "log/wall_time.h"
#include "model/files/safetensors.h"
#include "platform/file_lock.h"
#include "platform/replace_file.h"
#include "train/curves.h"
#include "train/processes.h"
#include "train/recipe_json.h"
#include "train/stages.h"
#include "train/trainer.h"

namespace imps::train {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

std::string_view name_of(Ending ending) noexcept {
  switch (ending) {
    case Ending::finished:
      return "finished";
    case Ending::patience:
      return "patience";
    case Ending::stopped:
      return "stopped";
    case Ending::out_of_time:
      return "out of time";
    case Ending::diverged:
      return "diverged";
  }
  return "";
}

/// The datasets of a job, open.
struct Corpus {
  std::vector<Dataset> datasets;
  std::vector<Stretch> takes;
  std::uint64_t rows = 0;
  int dimension = 0;
};

Result<Corpus> open_all(const std::vector<fs::path>& paths) {
  Corpus corpus;
  if (paths.empty()) return Error{"no dataset was named"};
  for (const fs::path& path : paths) {
    auto dataset = Dataset::open(path);
    if (!dataset) return dataset.error();
    if (corpus.dimension != 0 && dataset->dimension() != corpus.dimension) {
      return Error{fmt::format(
          "{} has dimension {}, {} has {}: a model learns one dimension, train them apart",
          paths.front().string(), corpus.dimension, path.string(), dataset->dimension())};
    }
    corpus.dimension = dataset->dimension();
    corpus.datasets.push_back(std::move(*dataset));
  }
  for (const Dataset& dataset : corpus.datasets) {
    corpus.rows += dataset.rows();
    for (const Take& take : dataset.takes())
      corpus.takes.push_back({&dataset, take.first, take.rows});
  }
  return corpus;
}

/// The sum of all dt. A dataset that is read from disk is not read for this.
Result<std::optional<double>> minutes(const Corpus& corpus) {
  double seconds = 0;
  std::vector<float> rows;
  const auto columns = static_cast<std::size_t>(corpus.dimension);
  for (const Dataset& dataset : corpus.datasets) {
    if (dataset.rows() * columns * sizeof(float) > Dataset::kMostBytesInMemory)
      return std::optional<double>{};
    constexpr std::uint64_t kRows = 16'384;
    for (std::uint64_t row = 0; row < dataset.rows(); row += kRows) {
      rows.resize(std::min(kRows, dataset.rows() - row) * columns);
      if (auto read = dataset.read(row, rows); !read) return read.error();
      for (std::size_t k = 0; k < rows.size(); k += columns)
        seconds += static_cast<double>(rows[k]);
    }
  }
  return std::optional<double>(seconds / 60);
}

Json list_of_paths(const std::vector<fs::path>& paths) {
  Json list = Json::array();
  for (const fs::path& path : paths)
    list.push_back(path.string());
  return list;
}

Json digests_of(const Corpus& corpus) {
  Json list = Json::array();
  for (const Dataset& dataset : corpus.datasets)
    list.push_back(dataset.digest());
  return list;
}

/// A job that has begun: where its files go.
struct Started {
  Job job;
  std::string stem;   ///< of the model's and the checkpoint's file names
  std::string began;  ///< local time
};

fs::path checkpoint_path(const Started& started) {
  return started.job.checkpoints / (started.stem + ".checkpoint");
}

std::string stem_for(const Sizes& sizes, const WallTime& now) {
  std::string time = iso_text(now.local_us).substr(0, 19);
  std::replace(time.begin(), time.end(), ':', '-');
  return fmt::format("musicMDRNN-dim{}-layers{}-units{}-mixtures{}-scale10-{}", sizes.dimension,
                     sizes.layers, sizes.units, sizes.mixtures, time);
}

/// "datasets/a.npz" → "a.npz", all of them.
std::string names_of(const std::vector<fs::path>& paths) {
  std::string names;
  for (const fs::path& path : paths)
    names += (names.empty() ? "" : ", ") + path.filename().string();
  return names;
}

/// The model card: what a performer, or another program, may want to know of a model later.
files::Notes card_of(const Started& started, const Corpus& corpus, const Split& split,
                     const std::vector<Stage>& stages, const Outcome& outcome,
                     std::optional<double> minutes_in_all) {
  const auto& [sizes, recipe] = stages.back();
  const auto rows = [](const std::vector<Stretch>& takes) {
    std::uint64_t sum = 0;
    for (const Stretch& take : takes)
      sum += take.rows;
    return sum;
  };
  std::string digests;
  for (const Dataset& dataset : corpus.datasets)
    digests += (digests.empty() ? "" : ", ") + dataset.digest();
  const std::string_view size = size_name(sizes);
  files::Notes card{
      {"dimension", std::to_string(sizes.dimension)},
      {"size", std::string(size.empty() ? "custom" : size)},
      {"layers", std::to_string(sizes.layers)},
      {"units", std::to_string(sizes.units)},
      {"mixtures", std::to_string(sizes.mixtures)},
      {"scale", fmt::format("{:g}", kScale)},
      {"dataset", names_of(started.job.datasets)},
      {"dataset_digest", digests},
      {"rows", std::to_string(corpus.rows)},
      {"takes", std::to_string(corpus.takes.size())},
  };
  if (minutes_in_all) card.emplace_back("minutes", fmt::format("{:.1f}", *minutes_in_all));
  const files::Notes rest{
      {"split", fmt::format("the last tenth of the windows of {} rows held out: {} rows to learn "
                            "from, {} to judge by",
                            recipe.steps + 1, rows(split.training), rows(split.validation))},
      {"val_nll", fmt::format("{:.4f}", outcome.best_val_nll)},
      {"train_nll", fmt::format("{:.4f}", outcome.best_train_nll)},
      {"epochs", std::to_string(outcome.at_best.epoch)},
      {"batches", std::to_string(outcome.at_best.batches)},
      {"ending", std::string(name_of(outcome.ending))},
      {"seconds", fmt::format("{:.1f}", outcome.at_end.seconds)},
      {"recipe", recipe.name},
      {"recipe_settings", recipe_json(recipe).dump()},
      {"seed", std::to_string(started.job.seed)},
      {"program", fmt::format("imps {}", version())},
      {"simd", std::string(simd_target())},
      {"date", started.began},
  };
  card.insert(card.end(), rest.begin(), rest.end());
  std::string smaller;
  for (std::size_t k = 0; k + 1 < stages.size(); ++k)
    smaller += fmt::format("{}{}", k > 0 ? ", " : "", stages[k].sizes.units);
  if (!smaller.empty()) card.emplace_back("grown_from", smaller + " units");
  return card;
}

/// Writes the model under its name, or the next free one.
Result<fs::path> save_model(const Started& started, const Weights& weights,
                            const files::Notes& card) {
  const auto bytes = files::write_safetensors(weights, card);
  if (!bytes) return bytes.error();
  if (started.job.output) {
    if (auto done = platform::create_file(*started.job.output, *bytes); !done) return done.error();
    return Result<fs::path>(boost::system::in_place_value, *started.job.output);
  }
  for (int number = 1;; ++number) {
    const fs::path path =
        started.job.folder /
        (started.stem + (number > 1 ? fmt::format("-{}", number) : "") + ".safetensors");
    if (fs::exists(path)) continue;
    auto done = platform::create_file(path, *bytes);
    if (done) return Result<fs::path>(boost::system::in_place_value, path);
    // Another training run may have taken the name at this very moment.
    if (!fs::exists(path) || number > 1000) return done.error();
  }
}

/// Where the weights are when the model could not be saved, in words.
std::string kept_elsewhere(const Started& started, const Weights& weights) {
  std::error_code error;
  if (fs::exists(checkpoint_path(started), error))
    return "; the weights are in " + checkpoint_path(started).string() + ": imps train --resume";
  const fs::path path = started.job.checkpoints / (started.stem + ".safetensors");
  const auto bytes = files::write_safetensors(weights, {});
  if (bytes && platform::create_file(path, *bytes)) return "; it is kept as " + path.string();
  return "; nor could it be kept in " + started.job.checkpoints.string() + "/: train again";
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

  const auto length = minutes(*corpus);
  if (!length) return length.error();
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
    if (*length) start["minutes"] = **length;
    if (checkpoint) start["resumed_at_batch"] = checkpoint->state.done;
    tell(start);
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

  const auto path = save_model(started, outcome->best,
                               card_of(started, *corpus, *parts, *stages, *outcome, *length));
  if (!path) return Error{path.error().message + kept_elsewhere(started, outcome->best)};
  fs::path plot = *path;
  plot.replace_extension(".svg");
  std::string plotted = plot.string();
  const std::string svg = curves_svg(history, path->filename().string());
  if (const auto done = platform::replace_file(plot, std::as_bytes(std::span(svg))); !done) {
    tell({{"event", "note"}, {"text", done.error().message}});
    plotted.clear();
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
