// Datasets made by hand.
#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include "dataset/dataset.h"

namespace imps::test {

/// Takes of `rows` each, all of whose values come from `value(take, row, column)`.
template <class Value>
Dataset make_dataset(int dimension, const std::vector<std::uint64_t>& rows, Value&& value) {
  std::vector<float> values;
  std::vector<Take> takes;
  for (std::size_t take = 0; take < rows.size(); ++take) {
    for (std::uint64_t row = 0; row < rows[take]; ++row)
      for (int column = 0; column < dimension; ++column)
        values.push_back(static_cast<float>(value(take, row, column)));
    takes.push_back({"take " + std::to_string(take + 1), 0, rows[take]});
  }
  return Dataset::from_values(dimension, std::move(values), std::move(takes));
}

/// One take of these rows.
inline Dataset one_take(const std::vector<std::vector<double>>& rows) {
  return make_dataset(
      static_cast<int>(rows[0].size()), {rows.size()},
      [&](std::size_t, std::uint64_t row, int column) {
        return rows[static_cast<std::size_t>(row)][static_cast<std::size_t>(column)];
      });
}

}  // namespace imps::test
