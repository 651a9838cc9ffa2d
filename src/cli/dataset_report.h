// What `imps dataset` says of what it has made.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "dataset/collate.h"
#include "dataset/logs.h"
#include "dataset/place.h"

namespace imps::cli {

/// A run of the command.
struct Collation {
  LogChoice choice;
  CollateOptions options;
  std::string format;  ///< "imps" or "impsy"
  std::filesystem::path target;
  CollateReport report;
  std::string digest;
  std::optional<Placed> placed;  ///< nothing after a dry run
};

/// What a person should hear of before training.
std::vector<std::string> warnings_of(const Collation& made);
nlohmann::ordered_json to_json(const Collation& made, const std::vector<std::string>& warnings);
/// The same for a person, on standard output.
void print(const Collation& made);
/// Damaged rows, one a line, on standard error; the first of them.
void complain_of_faults(const LogChoice& choice);

}  // namespace imps::cli
