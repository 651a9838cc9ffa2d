// From windows of rows to what a slice learns from.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <imps/result.h>

#include "train/corpus.h"
#include "train/layout.h"
#include "train/recipe.h"
#include "train/slice.h"

namespace imps::train {

/// How controls move, as far as what a recipe does to its data depends on it.
struct Movement {
  std::vector<float> steps;  ///< [takes, N]: between a control's values; 0 when it is continuous
  std::vector<bool> moves;   ///< [N]: whether it ever does; else it stays where it is
  /// [N]: where they move, in [0, 1]. What is mirrored or moved stays there: who plays in a corner
  /// of a control has nothing to learn of the rest.
  struct Room {
    float least = 0;
    float greatest = 1;
  };
  std::vector<Room> rooms;
};

/// Reads windows into lessons: times 10, time-major, with what the recipe does to its data.
/// Thread-safe: yes.
class Lessons {
 public:
  /// @param movement  of all takes that windows are of
  Lessons(const Layout& layout, const Recipe& recipe, Movement movement, std::uint64_t seed);

  /// Fills `lesson` with `windows`, one a row. `draw`: numbers these windows among all that are
  /// ever learnt from, for dither and dropout; nothing is changed without one. Returns Σ weights:
  /// the transitions. An Error when a dataset's file cannot be read any more.
  Result<double> fill(std::span<const Window> windows, const std::uint64_t* draw,
                      Lesson<float>& lesson) const;

 private:
  void dither(std::span<float> rows, std::span<const float> resolutions, std::uint64_t draw,
              std::uint32_t row) const;
  void move(std::span<float> rows, std::uint64_t draw, std::uint32_t row) const noexcept;
  void drop(Lesson<float>& lesson, std::uint64_t draw) const noexcept;

  const Layout* layout_;
  const Recipe* recipe_;
  Movement movement_;
  std::uint64_t seed_;
};

}  // namespace imps::train
