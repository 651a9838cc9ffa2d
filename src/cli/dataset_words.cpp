#include "cli/dataset_words.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include <fmt/format.h>
#include <unistd.h>

namespace imps::cli {
namespace {

/// Fewer are seldom enough to learn a way of playing from.
constexpr std::uint64_t kFewRows = 10'000;

std::string column_name(std::size_t column, const std::vector<std::string>& controls) {
  if (column == 0) return "dt";
  const bool named = column <= controls.size();
  return fmt::format("x_{}{}{}", column, named ? " " : "", named ? controls[column - 1] : "");
}

std::string histogram(const ColumnSummary& column) {
  constexpr std::array<std::string_view, 9> kBars{" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  const auto most = std::ranges::max(column.bins);
  std::string bars;
  for (const std::uint64_t count : column.bins) {
    // What is there at all shows.
    const auto height = most == 0 ? 0 : (count * 8 + most - 1) / most;
    bars += kBars[static_cast<std::size_t>(height)];
  }
  return bars;
}

std::string percent(double share) {
  // Of what moves at all, nobody should read "0 %".
  return share > 0 && share < 0.005 ? "<1 %" : fmt::format("{:.0f} %", 100 * share);
}

}  // namespace

std::string counted(std::uint64_t n, std::string_view one) {
  return fmt::format("{} {}{}", n, one, n == 1 ? "" : "s");
}

std::string lasting(double seconds) {
  if (seconds < 120) return fmt::format("{:.1f} s", seconds);
  if (seconds < 7200) return fmt::format("{:.1f} minutes", seconds / 60);
  return fmt::format("{:.1f} hours", seconds / 3600);
}

std::string_view resolution(ControlGrid grid) {
  switch (grid) {
    case ControlGrid::still:
      return "never moves";
    case ControlGrid::seven_bit:
      return "7-bit";
    case ControlGrid::continuous:
      return "continuous";
  }
  return "";
}

std::vector<std::string> summary_lines(const DatasetSummary& summary,
                                       const std::vector<std::string>& controls, bool bars) {
  std::vector<std::string> lines;
  lines.push_back(fmt::format("{}, {}, {}, {:.1f} rows a second", counted(summary.takes, "take"),
                              counted(summary.rows, "interaction"), lasting(summary.seconds),
                              summary.rows_per_second()));
  lines.push_back(fmt::format(
      "takes of {} to {} rows{}", summary.shortest_take, summary.longest_take,
      summary.short_takes > 0 ? fmt::format("; {} shorter than a training window of {} rows",
                                            summary.short_takes, DatasetSummary::kWindowRows)
                              : ""));
  std::size_t width = 4;
  for (std::size_t k = 0; k < summary.columns.size(); ++k)
    width = std::max(width, column_name(k, controls).size());
  lines.push_back(fmt::format("{:<{}}  {:>9}  {:>9}  {:>9}  {:<11}  {:>7}  {:>6}{}", "", width,
                              "least", "mean", "greatest", "resolution", "values", "moves",
                              bars ? "  dt: 0 to 5 s by halves; x: 0 to 1" : ""));
  for (std::size_t k = 0; k < summary.columns.size(); ++k) {
    const ColumnSummary& column = summary.columns[k];
    const bool many = column.distinct >= ControlSummary::kMostDistinct;
    lines.push_back(
        fmt::format("{:<{}}  {:>9.4g}  {:>9.4g}  {:>9.4g}  {:<11}  {:>7}  {:>6}{}{}",
                    column_name(k, controls), width, column.least, column.mean, column.greatest,
                    resolution(column.grid), fmt::format("{}{}", column.distinct, many ? "+" : ""),
                    percent(column.moves), bars ? "  " : "", bars ? histogram(column) : ""));
  }
  return lines;
}

nlohmann::ordered_json summary_json(const DatasetSummary& summary,
                                    const std::vector<std::string>& controls) {
  nlohmann::ordered_json columns = nlohmann::ordered_json::array();
  for (std::size_t k = 0; k < summary.columns.size(); ++k) {
    const ColumnSummary& column = summary.columns[k];
    nlohmann::ordered_json bins = nlohmann::ordered_json::array();
    for (std::size_t bin = 0; bin < column.bins.size(); ++bin)
      bins.push_back({{"from", bin_start(k == 0, bin)}, {"count", column.bins[bin]}});
    nlohmann::ordered_json one{{"name", k == 0 ? "dt" : fmt::format("x_{}", k)}};
    if (k > 0 && k <= controls.size()) one["control"] = controls[k - 1];
    one.update({{"least", column.least},
                {"mean", column.mean},
                {"greatest", column.greatest},
                {"distinct", column.distinct},
                {"resolution", resolution(column.grid)},
                {"moves", column.moves},
                {"histogram", std::move(bins)}});
    columns.push_back(std::move(one));
  }
  return {{"takes", summary.takes},
          {"interactions", summary.rows},
          {"seconds", summary.seconds},
          {"minutes", summary.seconds / 60},
          {"rows_per_second", summary.rows_per_second()},
          {"shortest_take_rows", summary.shortest_take},
          {"longest_take_rows", summary.longest_take},
          {"short_takes", summary.short_takes},
          {"columns", std::move(columns)}};
}

std::vector<std::string> summary_warnings(const DatasetSummary& summary,
                                          const std::vector<std::string>& controls) {
  std::vector<std::string> warnings;
  if (summary.rows < kFewRows) {
    warnings.push_back(fmt::format(
        "{}: that is little to learn from, under 10000; play on, or train a small model",
        counted(summary.rows, "interaction")));
  }
  if (summary.takes > 0 && summary.short_takes == summary.takes) {
    warnings.push_back(fmt::format(
        "every take is shorter than a training window of {} rows: allow longer rests within a take "
        "with --gap",
        DatasetSummary::kWindowRows));
  }
  if (summary.rows > summary.takes && !summary.columns.empty() && summary.columns[0].greatest <= 0)
    warnings.emplace_back("dt is always 0 s: when to play cannot be learnt from it");
  for (std::size_t k = 1; k < summary.columns.size(); ++k) {
    if (summary.columns[k].grid != ControlGrid::still) continue;
    warnings.push_back(fmt::format("{} never moves: it is always {:.4g}; is it connected?",
                                   column_name(k, controls), summary.columns[k].least));
  }
  return warnings;
}

bool shows_bars() {
  // Files and pipes hold UTF-8; a terminal shows what its locale says.
  if (::isatty(STDOUT_FILENO) != 1) return true;
  for (const char* const name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* const value = std::getenv(name);
    if (value == nullptr || *value == '\0') continue;
    const std::string_view locale(value);
    return locale.find("UTF-8") != std::string_view::npos ||
           locale.find("utf8") != std::string_view::npos;
  }
  return false;
}

}  // namespace imps::cli
