#include "log/summary.h"

#include <algorithm>
#include <cmath>

namespace imps {
namespace {

/// Logs of controllers that went through single precision are this close to their step.
constexpr double kCloseToStep = 1e-6;

bool is_step(double value, double steps) {
  const double scaled = value * steps;
  return value >= 0 && value <= 1 && std::abs(scaled - std::round(scaled)) <= kCloseToStep * steps;
}

}  // namespace

double LogSummary::rows_per_second() const noexcept {
  const double seconds = to_seconds(played).count();
  return seconds > 0 ? static_cast<double>(performer_rows + model_rows) / seconds : 0;
}

void LogSummarizer::add(const LogRowView& row) {
  add_take_row(row.local_us);
  ++(row.voice == Voice::performer ? sum_.performer_rows : sum_.model_rows);
  if (controls_.size() < row.values.size()) controls_.resize(row.values.size());
  for (std::size_t k = 0; k < row.values.size(); ++k) {
    const double x = row.values[k];
    auto& control = controls_[k];
    auto& sum = control.summary;
    if (control.values.empty()) sum.least = sum.greatest = x;
    sum.least = std::min(sum.least, x);
    sum.greatest = std::max(sum.greatest, x);
    if (x < 0 || x > 1) ++sum.outside;
    if (control.values.size() < ControlSummary::kMostDistinct) control.values.insert(x);
    control.on_127ths = control.on_127ths && is_step(x, 127);
    control.on_128ths = control.on_128ths && is_step(x, 128);
  }
}

void LogSummarizer::add_take_row(std::int64_t local_us) {
  if (take_.rows == 0) {
    sum_.start_us = take_.start_us = last_us_ = local_us;
    sum_.take_count = 1;
  }
  // Rows that go backwards in time neither lengthen nor split a take.
  const Duration rest(std::max<std::int64_t>(0, local_us - last_us_));
  sum_.longest_rest = std::max(sum_.longest_rest, rest);
  sum_.span += rest;
  last_us_ = std::max(last_us_, local_us);
  if (rest > kTakeRest) {
    if (sum_.takes.size() < LogSummary::kMostTakes) sum_.takes.push_back(take_);
    take_ = {.start_us = local_us, .length = {}, .rows = 0};
    ++sum_.take_count;
  } else {
    take_.length += rest;
    sum_.played += rest;
  }
  ++take_.rows;
}

LogSummary LogSummarizer::summary() const {
  LogSummary sum = sum_;
  if (take_.rows > 0 && sum.takes.size() < LogSummary::kMostTakes) sum.takes.push_back(take_);
  for (const auto& control : controls_) {
    ControlSummary one = control.summary;
    one.distinct = control.values.size();
    if (one.distinct > 1) {
      one.grid =
          control.on_127ths || control.on_128ths ? ControlGrid::seven_bit : ControlGrid::continuous;
    }
    sum.controls.push_back(one);
  }
  return sum;
}

LogSummary summarize(const Log& log) {
  LogSummarizer summarizer;
  for (std::size_t k = 0; k < log.rows(); ++k) {
    summarizer.add({log.local_us[k], log.voices[k], log.row(k), 0});
  }
  return summarizer.summary();
}

}  // namespace imps
