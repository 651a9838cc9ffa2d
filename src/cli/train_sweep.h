// Many training runs, one after another or each process its own, and a table of them.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include <imps/result.h>

#include "cli/train_job.h"

namespace imps::cli {

/// What one run has of its own: (name, value), in the order of the sweep.
using Variation = std::vector<std::pair<std::string, std::string>>;

/// "size=xs,s seed=1..4": every combination, the last name changing fastest. A value is a word, or
/// a range of whole numbers. At most 10,000 runs.
Result<std::vector<Variation>> read_sweep(const std::string& text);

/// `flags` with what `variation` says: size, layers, units, mixtures, seed, recipe, or a field of
/// the recipe. An Error for a value that is not a number where one is needed.
Result<TrainFlags> varied(const TrainFlags& flags, const Variation& variation);

/// A run's end, for the table.
struct SweepEnd {
  Variation variation;
  std::string error;  ///< why it has no model
  std::string model;
  double val_nll = 0;
  double train_nll = 0;
  double seconds = 0;
};

nlohmann::ordered_json json_of(const SweepEnd& end);
SweepEnd end_of(const nlohmann::ordered_json& json);

/// One line of a run that has ended.
std::string sweep_line(const SweepEnd& end);

/// The best first.
std::string sweep_table(std::vector<SweepEnd> ends);

}  // namespace imps::cli
