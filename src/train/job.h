// What imps-train is asked to do, and what it tells meanwhile.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include <imps/result.h>

#include "train/exchange.h"

namespace imps::train {

/// One training run, as `imps train` asks for it. doc/training.md, "The two programs".
struct Job {
  std::vector<std::filesystem::path> datasets;  ///< of one dimension; as if one after another
  int layers = 2;
  int units = 64;
  int mixtures = 5;
  std::optional<int> dimension;   ///< that the datasets have to have
  std::string recipe = "imps-1";  ///< or "impsy"
  std::string changes = "{}";     ///< fields of the recipe that were asked for, JSON
  std::uint64_t seed = 0;
  int threads = 0;                   ///< 0: one for each processor
  double seconds = 0;                ///< time budget; 0: none
  double seconds_a_checkpoint = 20;  ///< at most
  std::filesystem::path folder = "models";
  std::optional<std::filesystem::path> output;  ///< else a new name in `folder`
  std::filesystem::path checkpoints = "checkpoints";
  bool alone = false;  ///< under mpirun, too: the other processes do something else
  /// All but threads, seconds and seconds_a_checkpoint comes from there.
  std::optional<std::filesystem::path> resume;
};

nlohmann::ordered_json job_json(const Job& job);
Result<Job> parse_job(const nlohmann::ordered_json& json);

/// One message of imps-train: an object with "event".
using Tell = std::function<void(const nlohmann::ordered_json&)>;

/// Runs `job` to its end: tells "start", "epoch", "note", "done". Only rank 0 of `exchange` tells
/// and writes files. Errors are worded for the user.
Result<void> run(const Job& job, Exchange* exchange, const Tell& tell,
                 const std::atomic<bool>& stop);

}  // namespace imps::train
