// What a training run learns from: the datasets of its job, open.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include <imps/result.h>

#include "dataset/dataset.h"
#include "train/corpus.h"

namespace imps::train {

/// Datasets of one dimension, as if one after another. Not to be copied: takes point to them.
struct Corpus {
  std::vector<Dataset> datasets;
  std::vector<Stretch> takes;
  std::uint64_t rows = 0;
  int dimension = 0;
};

/// An Error when one cannot be read, or has another dimension than the others.
Result<Corpus> open_all(const std::vector<std::filesystem::path>& paths);

/// The sum of all dt. A dataset that is read from disk is not read for this.
Result<std::optional<double>> minutes(const Corpus& corpus);

/// An array of them.
nlohmann::ordered_json digests_of(const Corpus& corpus);

/// "datasets/a.npz" → "a.npz", all of them.
std::string names_of(const std::vector<std::filesystem::path>& paths);

}  // namespace imps::train
