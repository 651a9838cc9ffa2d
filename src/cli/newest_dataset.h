// Which dataset is meant when none is named.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <imps/result.h>

#include "dataset/dataset.h"

namespace imps::cli {

struct ChosenDataset {
  Dataset dataset;
  std::filesystem::path path;
  std::string why;                    ///< "asked for", "the newest of dimension 4 in datasets/"
  std::vector<std::string> warnings;  ///< newer files that could not be read
};

/// The dataset at `path`; without one the newest .npz in `folder` that can be read and, where one
/// is given, is of `dimension`. An Error when there is none.
Result<ChosenDataset> choose_dataset(const std::optional<std::filesystem::path>& path,
                                     const std::filesystem::path& folder,
                                     std::optional<int> dimension);

}  // namespace imps::cli
