// The takes that a training run learns from, and those it is judged by.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <imps/result.h>

#include "dataset/dataset.h"
#include "dataset/rows.h"
#include "train/recipe.h"

namespace imps::train {

/// Rows of one dataset that follow each other in time: a take, or a part of one.
using Stretch = RowRange;

/// A window: rows [first, first + transitions]; row k is the input, row k + 1 the target.
struct Window {
  const Dataset* dataset = nullptr;
  std::uint64_t first = 0;
  std::uint32_t transitions = 0;
  std::uint32_t take = 0;  ///< which of the takes that the windows were made of
};

/// How many windows of `steps` begin at every row of the takes: takes of fewer than steps + 1 rows
/// have none.
std::uint64_t windows_at_every_row(std::span<const Stretch> takes, int steps);

/// Training and validation rows, on the two sides of find_cut() over all takes in order; stretches
/// that nothing can be learnt from, or judged by, are left out. No row that is foretold in
/// validation is in training.
struct Split {
  std::vector<Stretch> training;
  std::vector<Stretch> validation;
};

/// The split for windows of `steps`. An Error when not even two rows are left for either part.
Result<Split> split(std::span<const Stretch> takes, int steps);

/// Windows of a pass, by number. Immutable; thread-safe.
class WindowList {
 public:
  /// One begins at every row.
  static WindowList every_row(std::span<const Stretch> takes, int steps);
  /// End to end, from an offset drawn for each take from (seed, pass): every transition once; the
  /// first and the last window of a take may be short.
  static WindowList end_to_end(std::span<const Stretch> takes, int steps, std::uint64_t seed,
                               std::uint64_t pass);

  /// These windows, or every second, third, … until they have no more than about `most` frames.
  [[nodiscard]] WindowList thinned(std::uint64_t most_frames) const;

  [[nodiscard]] std::uint64_t count() const noexcept {
    return ends_.empty() ? 0 : (ends_.back() + stride_ - 1) / stride_;
  }
  [[nodiscard]] Window at(std::uint64_t number) const;

 private:
  std::vector<Stretch> takes_;
  std::vector<std::uint64_t> ends_;     // of each take's windows
  std::vector<std::uint32_t> offsets_;  // of each take; empty: at every row
  std::uint64_t steps_ = 0;
  std::uint64_t stride_ = 1;  // over all takes
};

/// What pass number `pass` goes through.
WindowList training_windows(const Split& split, const Recipe& recipe, std::uint64_t seed,
                            std::uint64_t pass);

/// What is judged by: windows at every row, or where there are none, what is left of takes.
WindowList validation_windows(const Split& split, int steps);

/// A permutation of 0 … count − 1 that needs no memory: position k of (seed, pass).
/// Formula: a Feistel network over the next power of four, its round function Philox, walked until
/// the number is in range (Black and Rogaway, "Ciphers with arbitrary finite domains", 2002).
class Shuffle {
 public:
  Shuffle(std::uint64_t count, std::uint64_t seed, std::uint64_t pass) noexcept;
  [[nodiscard]] std::uint64_t operator[](std::uint64_t k) const noexcept;

 private:
  std::uint64_t count_;
  std::uint64_t seed_;
  std::uint64_t pass_;
  int half_bits_ = 1;
};

}  // namespace imps::train
