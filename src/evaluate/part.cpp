#include "evaluate/part.h"

#include <algorithm>
#include <cmath>

namespace imps::evaluate {
namespace {

constexpr double kTrainingPart = 0.9;

std::uint64_t windows_in(const Take& take, std::uint64_t window_rows) noexcept {
  return take.rows >= window_rows ? take.rows - window_rows + 1 : 0;
}

/// Where the validation part begins: the row of `take` that nobody is judged by, the next one being
/// the first of the validation part.
struct Cut {
  std::size_t take = 0;
  std::uint64_t row = 0;
};

Cut cut_by_windows(const Dataset& dataset, std::uint64_t training,
                   std::uint64_t window_rows) noexcept {
  std::size_t number = 0;
  for (const Take& take : dataset.takes()) {
    const std::uint64_t here = windows_in(take, window_rows);
    if (training < here) return {number, training};
    training -= here;
    ++number;
    // What follows the last training window is not learnt from, not even a take too short for one.
    if (training == 0 && here > 0) return {number, 0};
  }
  return {number, 0};
}

Cut cut_by_rows(const Dataset& dataset) noexcept {
  const std::uint64_t rows = dataset.rows();
  std::uint64_t training = rows - std::max(rows / 10, std::min<std::uint64_t>(rows, 2));
  std::size_t number = 0;
  for (const Take& take : dataset.takes()) {
    if (training < take.rows) return {number, training};
    training -= take.rows;
    ++number;
  }
  return {number, 0};
}

}  // namespace

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

WindowCounts count_windows(const Dataset& dataset, std::uint64_t window_rows) noexcept {
  std::uint64_t count = 0;
  for (const Take& take : dataset.takes())
    count += windows_in(take, window_rows);
  const auto training =
      static_cast<std::uint64_t>(std::floor(static_cast<double>(count) * kTrainingPart));
  return {training, count - training};
}

std::vector<Stretch> stretches(const Dataset& dataset, Part part, std::uint64_t window_rows) {
  const WindowCounts windows = count_windows(dataset, window_rows);
  const bool by_windows = windows.training > 0 && windows.validation > 0;
  const Cut cut =
      by_windows ? cut_by_windows(dataset, windows.training, window_rows) : cut_by_rows(dataset);
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
