#include "cli/newest_dataset.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include <fmt/format.h>

namespace imps::cli {
namespace {

namespace fs = std::filesystem;

/// The .npz files of a folder, newest first.
std::vector<fs::path> newest_first(const fs::path& folder) {
  std::vector<std::pair<fs::file_time_type, fs::path>> found;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code unreadable;
    const auto written = entry->last_write_time(unreadable);
    if (unreadable || !entry->is_regular_file(unreadable)) continue;
    if (entry->path().extension() == ".npz") found.emplace_back(written, entry->path());
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : a.second < b.second;
  });
  std::vector<fs::path> paths;
  for (auto& [written, path] : found)
    paths.push_back(std::move(path));
  return paths;
}

}  // namespace

Result<ChosenDataset> choose_dataset(const std::optional<fs::path>& path, const fs::path& folder,
                                     std::optional<int> dimension) {
  if (path) {
    auto dataset = Dataset::open(*path);
    if (!dataset) return dataset.error();
    return ChosenDataset{std::move(*dataset), *path, "asked for", {}};
  }
  const std::string wanted = dimension ? fmt::format(" of dimension {}", *dimension) : "";
  std::vector<std::string> warnings;
  for (const fs::path& candidate : newest_first(folder)) {
    auto dataset = Dataset::open(candidate);
    if (!dataset) {
      warnings.push_back(dataset.error().message);
      continue;
    }
    if (dimension && dataset->dimension() != *dimension) continue;
    return ChosenDataset{std::move(*dataset), candidate,
                         fmt::format("the newest{} in {}/", wanted, folder.string()),
                         std::move(warnings)};
  }
  std::string message = fmt::format(
      "there is no dataset{} in {}/: name one, or collate your logs with "
      "'imps dataset'",
      wanted, folder.string());
  for (const std::string& warning : warnings)
    message += "; " + warning;
  return Error{message};
}

}  // namespace imps::cli
