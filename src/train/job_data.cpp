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
    // A copy would be learnt from and judged by at once.
    const auto same = [&](const Dataset& one) { return one.digest() == dataset->digest(); };
    if (std::any_of(corpus.datasets.begin(), corpus.datasets.end(), same)) {
      corpus.again.push_back(path);
      continue;
    }
    corpus.paths.push_back(path);
    corpus.datasets.push_back(std::move(*dataset));
  }
  for (const Dataset& dataset : corpus.datasets) {
    corpus.rows += dataset.rows();
    for (const Take& take : dataset.takes())
      corpus.takes.push_back({&dataset, take.first, take.rows});
  }
  return corpus;
}

Result<std::optional<Survey>> survey(const Corpus& corpus) {
  constexpr float kLongRest = 60;  // seconds; the recipe's long_dt
  Survey found;
  double seconds = 0;
  std::vector<float> rows;
  const auto columns = static_cast<std::size_t>(corpus.dimension);
  for (const Dataset& dataset : corpus.datasets) {
    if (dataset.rows() * columns * sizeof(float) > Dataset::kMostBytesInMemory)
      return std::optional<Survey>{};
    constexpr std::uint64_t kRows = 16'384;
    for (std::uint64_t row = 0; row < dataset.rows(); row += kRows) {
      rows.resize(std::min(kRows, dataset.rows() - row) * columns);
      if (auto read = dataset.read(row, rows); !read) return read.error();
      for (std::size_t k = 0; k < rows.size(); k += columns) {
        seconds += static_cast<double>(rows[k]);
        found.negative_dt += rows[k] < 0 ? 1 : 0;
        found.long_rests += rows[k] > kLongRest ? 1 : 0;
        for (std::size_t x = k + 1; x < k + columns; ++x)
          found.off_scale += rows[x] < 0 || rows[x] > 1 ? 1 : 0;
      }
    }
  }
  found.minutes = seconds / 60;
  return std::optional(found);
}

std::vector<std::string> warnings_of(const Survey& survey) {
  std::vector<std::string> lines;
  const auto say = [&lines](std::uint64_t count, std::string_view one, std::string_view many,
                            std::string_view rest) {
    if (count > 0) lines.push_back(fmt::format("{} {}{}", count, count == 1 ? one : many, rest));
  };
  say(survey.negative_dt, "row has", "rows have",
      " a negative dt: time does not go backwards, so this is no recording as it was; it is learnt "
      "as it stands");
  say(survey.long_rests, "row comes", "rows come",
      " after a rest of more than a minute, which blurs when the model plays: 'imps dataset' "
      "splits "
      "your logs there");
  say(survey.off_scale, "value lies", "values lie",
      " outside 0 to 1: controls go from 0 to 1, and what the model plays is clamped to that");
  return lines;
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
