// What was found of models on a dataset, in words and in JSON.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <imps/model.h>

#include "evaluate/compare.h"
#include "evaluate/evaluate.h"

namespace imps::cli {

/// A model that was evaluated.
struct Judged {
  std::string name;  ///< for people
  std::string digest;
  Sizes sizes;
  bool trained_here = false;  ///< its card names this dataset
  evaluate::Evaluation found;
};

/// All that `imps evaluate` has found.
struct Findings {
  std::string dataset;  ///< its file
  evaluate::Ground ground;
  evaluate::EvaluateSettings settings;
  std::vector<Judged> models;
  /// Each model but the first against the first; empty when not asked for.
  std::vector<evaluate::Comparison> comparisons;
};

/// Tables a musician can read, with a newline at the end.
std::string findings_text(const Findings& findings);
/// Everything.
nlohmann::ordered_json findings_json(const Findings& findings);

}  // namespace imps::cli
