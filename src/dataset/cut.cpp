#include "dataset/cut.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace imps {
namespace {

constexpr double kTrainingPart = 0.9;

Cut cut_by_windows(std::span<const std::uint64_t> takes, std::uint64_t training,
                   std::uint64_t window_rows) noexcept {
  for (std::size_t k = 0; k < takes.size(); ++k) {
    const std::uint64_t here = windows_in_take(takes[k], window_rows);
    if (training < here) return {k, training, Cut::By::windows};
    training -= here;
    // What follows the last training window is not learnt from, not even a take too short for one.
    if (training == 0 && here > 0) return {k + 1, 0, Cut::By::windows};
  }
  return {takes.size(), 0, Cut::By::windows};
}

Cut cut_by_rows(std::span<const std::uint64_t> takes) noexcept {
  const std::uint64_t rows = std::accumulate(takes.begin(), takes.end(), std::uint64_t{0});
  std::uint64_t training = rows - std::max(rows / 10, std::min<std::uint64_t>(rows, 2));
  for (std::size_t k = 0; k < takes.size(); ++k) {
    if (training < takes[k]) return {k, training, Cut::By::rows};
    training -= takes[k];
  }
  return {takes.size(), 0, Cut::By::rows};
}

}  // namespace

WindowCounts count_windows(std::span<const std::uint64_t> takes,
                           std::uint64_t window_rows) noexcept {
  std::uint64_t count = 0;
  for (const std::uint64_t rows : takes)
    count += windows_in_take(rows, window_rows);
  // As Keras rounds: floor(n · (1 − 0.1)).
  const auto training =
      static_cast<std::uint64_t>(std::floor(static_cast<double>(count) * kTrainingPart));
  return {training, count - training};
}

Cut find_cut(std::span<const std::uint64_t> takes, std::uint64_t window_rows) noexcept {
  const WindowCounts windows = count_windows(takes, window_rows);
  if (windows.training == 0 || windows.validation == 0) return cut_by_rows(takes);
  const Cut cut = cut_by_windows(takes, windows.training, window_rows);
  const auto sum = [](std::span<const std::uint64_t> some) {
    return std::accumulate(some.begin(), some.end(), std::uint64_t{0});
  };
  const std::uint64_t learnt = sum(takes.first(cut.take)) + cut.row;
  return learnt < sum(takes) - learnt ? cut_by_rows(takes) : cut;
}

}  // namespace imps
