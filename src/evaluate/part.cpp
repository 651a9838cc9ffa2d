#include "evaluate/part.h"

#include <algorithm>

#include "dataset/cut.h"

namespace imps::evaluate {

std::string_view words(Part part) noexcept {
  switch (part) {
    case Part::all:
      return "all";
    case Part::training:
      return "training";
    case Part::validation:
      return "validation";
  }
  return "";
}

std::vector<std::uint64_t> rows_of_takes(const Dataset& dataset) {
  std::vector<std::uint64_t> rows;
  for (const Take& take : dataset.takes())
    rows.push_back(take.rows);
  return rows;
}

std::vector<Stretch> stretches(const Dataset& dataset, Part part, std::uint64_t window_rows) {
  const Cut cut = find_cut(rows_of_takes(dataset), window_rows);
  std::vector<Stretch> found;
  for (std::size_t k = 0; k < dataset.takes().size(); ++k) {
    Stretch stretch{k, 1, dataset.takes()[k].rows};
    if (k == cut.take) {
      const std::uint64_t first = std::min(stretch.to, cut.row + 1);
      if (part == Part::training) stretch.to = first;
      if (part == Part::validation) stretch.from = first;
    } else if ((part == Part::training && k > cut.take) ||
               (part == Part::validation && k < cut.take)) {
      continue;
    }
    if (stretch.from < stretch.to) found.push_back(stretch);
  }
  return found;
}

std::uint64_t count_frames(const std::vector<Stretch>& stretches) noexcept {
  std::uint64_t frames = 0;
  for (const Stretch& stretch : stretches)
    frames += stretch.to - stretch.from;
  return frames;
}

}  // namespace imps::evaluate
