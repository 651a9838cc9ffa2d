#include "dataset/summary.h"

#include <algorithm>
#include <cmath>

namespace imps {
namespace {

std::size_t bin_of(bool is_dt, double value) {
  constexpr double kLast = ColumnSummary::kBins - 1;
  if (!is_dt) return static_cast<std::size_t>(std::clamp(value * ColumnSummary::kBins, 0.0, kLast));
  std::size_t bin = 0;
  while (bin + 1 < ColumnSummary::kBins && value >= bin_start(is_dt, bin + 1))
    ++bin;
  return bin;
}

}  // namespace

double bin_start(bool is_dt, std::size_t k) noexcept {
  const auto bin = static_cast<double>(k);
  if (!is_dt) return bin / ColumnSummary::kBins;
  return k == 0 ? 0 : 5 * std::exp2(bin - ColumnSummary::kBins);
}

double DatasetSummary::rows_per_second() const noexcept {
  return seconds > 0 ? static_cast<double>(rows) / seconds : 0;
}

void DatasetSummarizer::begin_take() {
  end_take(sum_);
  take_rows_ = 0;
}

void DatasetSummarizer::end_take(DatasetSummary& sum) const {
  if (take_rows_ == 0) return;
  sum.shortest_take = sum.takes == 0 ? take_rows_ : std::min(sum.shortest_take, take_rows_);
  sum.longest_take = std::max(sum.longest_take, take_rows_);
  sum.short_takes += take_rows_ < DatasetSummary::kWindowRows ? 1 : 0;
  ++sum.takes;
}

void DatasetSummarizer::add(std::span<const float> values) {
  for (std::size_t k = 0; k < values.size(); ++k) {
    add(k % columns_.size(), values[k]);
    if ((k + 1) % columns_.size() != 0) continue;
    ++take_rows_;
    ++sum_.rows;
  }
}

void DatasetSummarizer::add(std::size_t column, float value) {
  Column& one = columns_[column];
  ColumnSummary& sum = one.summary;
  const double x = value;
  if (sum_.rows == 0) sum.least = sum.greatest = x;
  sum.least = std::min(sum.least, x);
  sum.greatest = std::max(sum.greatest, x);
  one.sum += x;
  one.moved += take_rows_ > 0 && value != one.last ? 1 : 0;
  one.last = value;
  if (one.values.size() < ControlSummary::kMostDistinct) one.values.insert(value);
  one.resolution.see(value);
  ++sum.bins[bin_of(column == 0, x)];
}

DatasetSummary DatasetSummarizer::summary() const {
  DatasetSummary sum = sum_;
  end_take(sum);
  for (const Column& column : columns_) {
    ColumnSummary one = column.summary;
    one.distinct = column.values.size();
    if (one.distinct > 1) {
      const bool seven_bit = column.resolution.steps() > 0 && one.least >= 0 && one.greatest <= 1;
      one.grid = seven_bit ? ControlGrid::seven_bit : ControlGrid::continuous;
    }
    // The first row of a take follows nothing.
    const std::uint64_t follow = sum.rows - sum.takes;
    one.moves = follow > 0 ? static_cast<double>(column.moved) / static_cast<double>(follow) : 0;
    one.mean = sum.rows > 0 ? column.sum / static_cast<double>(sum.rows) : 0;
    sum.columns.push_back(one);
  }
  sum.seconds = columns_.empty() ? 0 : columns_.front().sum;
  return sum;
}

}  // namespace imps
