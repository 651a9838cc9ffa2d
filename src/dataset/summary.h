// What a dataset holds, in figures.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <unordered_set>
#include <vector>

#include "dataset/resolution.h"
#include "log/summary.h"

namespace imps {

/// A column of a dataset: dt, or a control.
struct ColumnSummary {
  static constexpr std::size_t kBins = 16;

  double least = 0;
  double greatest = 0;
  double mean = 0;
  std::size_t distinct = 0;  ///< different values; counted up to ControlSummary::kMostDistinct
  ControlGrid grid = ControlGrid::still;
  double moves = 0;  ///< the share of rows that differ from the row before them in the take
  std::array<std::uint64_t, kBins> bins{};  ///< how many values lie in each: bin_start()
};

/// Where bin `k` of a column begins: dt's from 0 and then by halves from 5 s down, controls' evenly
/// from 0 to 1. What lies outside counts in the first and last.
double bin_start(bool is_dt, std::size_t k) noexcept;

struct DatasetSummary {
  std::uint64_t rows = 0;
  std::uint64_t takes = 0;
  double seconds = 0;               ///< the sum of all dt
  std::uint64_t shortest_take = 0;  ///< in rows
  std::uint64_t longest_take = 0;
  std::uint64_t short_takes = 0;       ///< of fewer rows than kWindowRows
  std::vector<ColumnSummary> columns;  ///< dt, x_1 … x_N

  /// Rows that a training window has.
  static constexpr std::uint64_t kWindowRows = 51;

  [[nodiscard]] double rows_per_second() const noexcept;
};

/// Sums up rows as they come; memory does not grow with their number.
class DatasetSummarizer {
 public:
  explicit DatasetSummarizer(int dimension) : columns_(static_cast<std::size_t>(dimension)) {}

  void begin_take();
  /// Rows of the current take, [rows, dimension].
  void add(std::span<const float> values);
  [[nodiscard]] DatasetSummary summary() const;

 private:
  struct Column {
    ColumnSummary summary;
    std::unordered_set<float> values;
    ResolutionFinder resolution;
    double sum = 0;
    std::uint64_t moved = 0;
    float last = 0;
  };
  void add(std::size_t column, float value);
  void end_take(DatasetSummary& sum) const;

  DatasetSummary sum_;
  std::uint64_t take_rows_ = 0;
  std::vector<Column> columns_;
};

}  // namespace imps
