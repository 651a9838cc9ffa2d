// Lessons made for tests.
#pragma once

#include <cstdint>
#include <vector>

#include <imps/random.h>

#include "dataset/dataset.h"
#include "train/corpus.h"
#include "train/slice.h"

namespace imps::test {

/// Fills `lesson` with numbers as scaled frames have them; every `hole`th frame counts nothing (0:
/// all count). Returns Σ weights.
template <class T>
double fill_lesson(train::Lesson<T>& lesson, const train::Layout& layout,
                   const train::Extent& extent, std::uint64_t seed, std::size_t hole = 0) {
  Uniforms uniforms(seed, 1, 0);
  lesson.extent = extent;
  for (std::size_t k = 0; k < extent.frames() * layout.dimension; ++k) {
    lesson.inputs[k] = static_cast<T>(static_cast<float>(10 * uniforms.next()));
    lesson.targets[k] = static_cast<T>(static_cast<float>(10 * uniforms.next()));
  }
  double weight = 0;
  for (std::size_t k = 0; k < extent.frames(); ++k) {
    lesson.weights[k] = hole > 0 && k % hole == 0 ? T{0} : T{1};
    weight += static_cast<double>(lesson.weights[k]);
  }
  return weight;
}

/// Takes in which a control goes up and down steadily: easy to learn. dt 0.05 s.
inline Dataset swells(int dimension, std::size_t takes, std::size_t rows) {
  std::vector<float> values;
  std::vector<Take> list;
  for (std::size_t take = 0; take < takes; ++take) {
    list.push_back({"take " + std::to_string(take), take * rows, rows});
    for (std::size_t row = 0; row < rows; ++row) {
      values.push_back(0.05F);
      for (int d = 1; d < dimension; ++d) {
        const std::size_t period = 16 * static_cast<std::size_t>(d);
        const std::size_t phase = (row + 5 * take) % period;
        values.push_back(static_cast<float>(phase) / static_cast<float>(period));
      }
    }
  }
  return Dataset::from_values(dimension, std::move(values), std::move(list));
}

inline std::vector<train::Stretch> takes_of(const Dataset& dataset) {
  std::vector<train::Stretch> takes;
  for (const Take& take : dataset.takes())
    takes.push_back({&dataset, take.first, take.rows});
  return takes;
}

}  // namespace imps::test
