// Which rows of a dataset a model is judged by.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "dataset/dataset.h"

namespace imps::evaluate {

enum class Part { all, training, validation };

/// "all", "training", "validation".
std::string_view words(Part part) noexcept;

/// IMPSY's windows: 50 rows in, the same 50 rows later by one out.
inline constexpr std::uint64_t kWindowSteps = 50;
inline constexpr std::uint64_t kWindowRows = kWindowSteps + 1;

/// Rows of one take whose prediction is judged: [from, to) within the take, from ≥ 1, since nothing
/// is said of a take's first row. Whoever predicts them has heard all of the take before them.
struct Stretch {
  std::size_t take = 0;
  std::uint64_t from = 1;
  std::uint64_t to = 1;

  friend bool operator==(const Stretch&, const Stretch&) = default;
};

/// How many windows of `window_rows` (2 or more) begin in the training part, and how many in the
/// validation part: the windows at every row of every take, in order; the first floor(0.9 · count)
/// are training (Keras's validation_split = 0.1).
struct WindowCounts {
  std::uint64_t training = 0;
  std::uint64_t validation = 0;
};
WindowCounts count_windows(const Dataset& dataset,
                           std::uint64_t window_rows = kWindowRows) noexcept;

/// The rows of a part, in the dataset's order; stretches without a row are left out.
///
/// The validation part begins after the first row of the first validation window and goes on to the
/// dataset's end; the training part is what comes before. `window_rows`: of the windows that a
/// model was trained with. With too few rows for a window in each part, the last tenth of the rows
/// (at least two) is the validation part. doc/evaluating.md, "Which rows".
std::vector<Stretch> stretches(const Dataset& dataset, Part part,
                               std::uint64_t window_rows = kWindowRows);

/// Rows of `stretches` together.
std::uint64_t count_frames(const std::vector<Stretch>& stretches) noexcept;

}  // namespace imps::evaluate
