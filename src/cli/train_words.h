// A training run in words: a progress bar on a terminal, plain lines elsewhere.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "cli/console.h"

namespace imps::cli {

class TrainWords {
 public:
  /// @param speaks  false: says nothing
  explicit TrainWords(bool speaks);

  /// What imps-train tells: doc/training.md, "The two programs".
  void say(const nlohmann::ordered_json& message);

 private:
  void start(const nlohmann::ordered_json& message);
  void epoch(const nlohmann::ordered_json& message);
  void done(const nlohmann::ordered_json& message);

  bool speaks_;
  Console console_;
  double said_at_ = -1e9;  // seconds of training at the last plain line
};

}  // namespace imps::cli
