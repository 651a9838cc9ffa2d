// What `imps train` is asked for, and the job that imps-train makes of it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include <imps/result.h>

namespace imps::cli {

class Options;

struct TrainFlags {
  std::vector<std::string> data;
  std::optional<int> dimension;
  bool mixed = false;  ///< logs of different instruments together
  std::string size;
  std::optional<int> layers;
  std::optional<int> units;
  std::optional<int> mixtures;
  std::string recipe = "imps-1";
  std::optional<std::uint64_t> epochs;
  std::optional<int> batch;
  std::optional<int> window;
  std::optional<double> rate;
  std::string schedule;
  std::optional<double> clip;
  std::optional<double> dropout;
  std::optional<int> patience;
  bool early_stopping = false;
  bool no_early_stopping = false;
  std::vector<std::string> settings;  ///< FIELD=VALUE of the recipe
  std::string time;
  std::uint64_t seed = 0;
  int threads = 0;
  std::string models = "models";
  std::string output;
  std::string checkpoints = "checkpoints";
  std::string checkpoint_every = "20s";
  std::optional<std::string> resume;
  std::optional<std::string> sweep;
  bool alone = false;  ///< also under mpirun
  bool json = false;
};

void add_options(Options& options, TrainFlags& flags);

/// What is wrong with the flags, before anything is looked for.
std::optional<std::string> complaint_about(const TrainFlags& flags);

/// Finds (or collates) the data and writes the job. `say`: what was chosen, for people.
Result<nlohmann::ordered_json> job_for(const TrainFlags& flags,
                                       const std::function<void(const std::string&)>& say);

}  // namespace imps::cli
