// Where takes are cut into what a model learns from and what it is judged by.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace imps {

/// How many windows of `window_rows` (2 or more) begin in a take of `take_rows`: one at every row
/// that enough others follow. Shorter takes have none.
constexpr std::uint64_t windows_in(std::uint64_t take_rows, std::uint64_t window_rows) noexcept {
  return take_rows >= window_rows ? take_rows - window_rows + 1 : 0;
}

/// The same for a whole take, of which IMPSY has none when it is just one window long.
constexpr std::uint64_t windows_in_take(std::uint64_t take_rows,
                                        std::uint64_t window_rows) noexcept {
  return take_rows == window_rows ? 0 : windows_in(take_rows, window_rows);
}

/// How many windows begin in the training part, and how many in the validation part.
struct WindowCounts {
  std::uint64_t training = 0;
  std::uint64_t validation = 0;

  friend bool operator==(const WindowCounts&, const WindowCounts&) = default;
};

/// The windows at every row of every take, in order: the first floor(0.9 · count) are training
/// (Keras's validation_split = 0.1). `takes`: the rows of each.
WindowCounts count_windows(std::span<const std::uint64_t> takes,
                           std::uint64_t window_rows) noexcept;

/// Where the validation part begins. What comes before is the training part.
struct Cut {
  /// What decided: the first validation window; or, when there are too few windows for one in each
  /// part, or fewer rows would be learnt from than held out, the rows, the last tenth of which (at
  /// least two) is validation.
  enum class By { windows, rows };

  std::size_t take = 0;
  /// Of that take: the first row that is heard in validation, the next being the first one foretold
  /// there. Where windows decided, the last training window foretells this row.
  std::uint64_t row = 0;
  By by = By::windows;

  friend bool operator==(const Cut&, const Cut&) = default;
};

/// The cut of `takes` (the rows of each, ≥ 1) for a model that is trained with windows of
/// `window_rows`. doc/evaluating.md, "Which rows".
Cut find_cut(std::span<const std::uint64_t> takes, std::uint64_t window_rows) noexcept;

}  // namespace imps
