#include "train/job_data.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace imps::train {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

Result<Corpus> open_all(const std::vector<fs::path>& paths) {
  Corpus corpus;
  if (paths.empty()) return Error{"no dataset was named"};
  for (const fs::path& path : paths) {
    auto dataset = Dataset::open(path);
    if (!dataset) return dataset.error();
    if (corpus.dimension != 0 && dataset->dimension() != corpus.dimension) {
      return Error{fmt::format(
          "{} has dimension {}, {} has {}: a model learns one dimension, train them apart",
          paths.front().string(), corpus.dimension, path.string(), dataset->dimension())};
    }
    corpus.dimension = dataset->dimension();
    corpus.datasets.push_back(std::move(*dataset));
  }
  for (const Dataset& dataset : corpus.datasets) {
    corpus.rows += dataset.rows();
    for (const Take& take : dataset.takes())
      corpus.takes.push_back({&dataset, take.first, take.rows});
  }
  return corpus;
}

Result<std::optional<double>> minutes(const Corpus& corpus) {
  double seconds = 0;
  std::vector<float> rows;
  const auto columns = static_cast<std::size_t>(corpus.dimension);
  for (const Dataset& dataset : corpus.datasets) {
    if (dataset.rows() * columns * sizeof(float) > Dataset::kMostBytesInMemory)
      return std::optional<double>{};
    constexpr std::uint64_t kRows = 16'384;
    for (std::uint64_t row = 0; row < dataset.rows(); row += kRows) {
      rows.resize(std::min(kRows, dataset.rows() - row) * columns);
      if (auto read = dataset.read(row, rows); !read) return read.error();
      for (std::size_t k = 0; k < rows.size(); k += columns)
        seconds += static_cast<double>(rows[k]);
    }
  }
  return std::optional<double>(seconds / 60);
}

Json digests_of(const Corpus& corpus) {
  Json list = Json::array();
  for (const Dataset& dataset : corpus.datasets)
    list.push_back(dataset.digest());
  return list;
}

std::string names_of(const std::vector<fs::path>& paths) {
  std::string names;
  for (const fs::path& path : paths)
    names += (names.empty() ? "" : ", ") + path.filename().string();
  return names;
}

}  // namespace imps::train
