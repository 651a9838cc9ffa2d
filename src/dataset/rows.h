// Goes through a dataset's rows, however large its file.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include <imps/result.h>

#include "dataset/dataset.h"

namespace imps {

/// Rows of one dataset that follow each other.
struct RowRange {
  const Dataset* dataset = nullptr;
  std::uint64_t first = 0;
  std::uint64_t rows = 0;
};

/// Calls `see(row)`, row [dimension], for each of the rows [from, to) in order; stops at the first
/// that cannot be read. Memory does not grow with their number.
template <class See>
Result<void> for_each_row(const Dataset& dataset, std::uint64_t from, std::uint64_t to, See&& see) {
  constexpr std::uint64_t kRowsAtOnce = 4096;
  const auto dimension = static_cast<std::size_t>(dataset.dimension());
  std::vector<float> rows;
  while (from < to) {
    const std::uint64_t count = std::min(kRowsAtOnce, to - from);
    rows.resize(static_cast<std::size_t>(count) * dimension);
    if (const auto read = dataset.read(from, rows); !read) return read.error();
    for (std::size_t k = 0; k < rows.size(); k += dimension)
      see(std::span<const float>(rows).subspan(k, dimension));
    from += count;
  }
  return {};
}

}  // namespace imps
