#include "train/job_files.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <imps/version.h>

#include "model/files/safetensors.h"
#include "platform/replace_file.h"
#include "train/recipe_json.h"

namespace imps::train {

namespace fs = std::filesystem;

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

fs::path checkpoint_path(const Started& started) {
  return started.job.checkpoints / (started.stem + ".checkpoint");
}

std::string stem_for(const Sizes& sizes, const WallTime& now) {
  std::string time = iso_text(now.local_us).substr(0, 19);
  std::replace(time.begin(), time.end(), ':', '-');
  return fmt::format("musicMDRNN-dim{}-layers{}-units{}-mixtures{}-scale10-{}", sizes.dimension,
                     sizes.layers, sizes.units, sizes.mixtures, time);
}

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

fs::path free_name(const fs::path& path) {
  fs::path free = path;
  std::error_code error;
  for (int number = 2; fs::exists(free, error); ++number) {
    free.replace_filename(
        fmt::format("{}-{}{}", path.stem().string(), number, path.extension().string()));
  }
  return free;
}

Result<fs::path> save_model(const Started& started, const Weights& weights,
                            const files::Notes& card) {
  const auto bytes = files::write_safetensors(weights, card);
  if (!bytes) return bytes.error();
  // Nothing is overwritten, and nothing that was learnt is lost for a name.
  const fs::path wanted =
      started.job.output.value_or(started.job.folder / (started.stem + ".safetensors"));
  for (int tries = 0;; ++tries) {
    const fs::path path = free_name(wanted);
    auto done = platform::create_file(path, *bytes);
    if (done) return Result<fs::path>(boost::system::in_place_value, path);
    // Another training run may have taken the name at this very moment.
    if (!fs::exists(path) || tries > 1000) return done.error();
  }
}

std::string kept_elsewhere(const Started& started, const Weights& weights) {
  std::error_code error;
  if (fs::exists(checkpoint_path(started), error))
    return "; the weights are in " + checkpoint_path(started).string() + ": imps train --resume";
  const fs::path path = started.job.checkpoints / (started.stem + ".safetensors");
  const auto bytes = files::write_safetensors(weights, {});
  if (bytes && platform::create_file(path, *bytes)) return "; it is kept as " + path.string();
  return "; nor could it be kept in " + started.job.checkpoints.string() + "/: train again";
}

}  // namespace imps::train
