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
  std::vector<std::filesystem::path> paths;  ///< theirs
  std::vector<std::filesystem::path> again;  ///< named, and left out: what is in them is here
  std::vector<Stretch> takes;
  std::uint64_t rows = 0;
  int dimension = 0;
};

/// Each digest once. An Error when one cannot be read, or has another dimension than the others.
Result<Corpus> open_all(const std::vector<std::filesystem::path>& paths);

/// What one look at every row says.
struct Survey {
  double minutes = 0;             ///< the sum of all dt
  std::uint64_t negative_dt = 0;  ///< rows
  std::uint64_t long_rests = 0;   ///< rows after more than a minute
  std::uint64_t off_scale = 0;    ///< values outside [0, 1]
};
/// Nothing when a dataset is read from disk, which is not read for this.
Result<std::optional<Survey>> survey(const Corpus& corpus);
/// What a performer should know of it, a line each.
std::vector<std::string> warnings_of(const Survey& survey);

/// An array of them.
nlohmann::ordered_json digests_of(const Corpus& corpus);

/// "datasets/a.npz" → "a.npz", all of them.
std::string names_of(const std::vector<std::filesystem::path>& paths);

}  // namespace imps::train
