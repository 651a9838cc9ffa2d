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

/// The rows of each take.
std::vector<std::uint64_t> rows_of_takes(const Dataset& dataset);

/// The rows of a part, in the dataset's order; stretches without a row are left out.
///
/// They meet at find_cut(): the validation part begins behind its row and goes on to the dataset's
/// end; the training part is what comes before. `window_rows`: of the windows that a model was
/// trained with. doc/evaluating.md, "Which rows".
std::vector<Stretch> stretches(const Dataset& dataset, Part part,
                               std::uint64_t window_rows = kWindowRows);

/// Rows of `stretches` together.
std::uint64_t count_frames(const std::vector<Stretch>& stretches) noexcept;

}  // namespace imps::evaluate
