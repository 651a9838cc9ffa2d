// What a log holds, in figures.
#pragma once

#include <array>
#include <cstdint>
#include <unordered_set>
#include <vector>

#include <imps/time.h>

#include "log/reader.h"

namespace imps {

/// How finely a control moves, judged by its values.
enum class ControlGrid {
  still,      ///< one value only
  seven_bit,  ///< every value is a 127th or a 128th: a MIDI controller's
  continuous,
};

struct ControlSummary {
  double least = 0;
  double greatest = 0;
  std::size_t distinct = 0;   ///< different values; counted up to kMostDistinct
  std::uint64_t outside = 0;  ///< values outside [0, 1]
  ControlGrid grid = ControlGrid::still;

  static constexpr std::size_t kMostDistinct = 1024;
};

/// Rows without a rest of more than kTakeRest between them.
struct TakeSummary {
  std::int64_t start_us = 0;  ///< local, see WallTime
  Duration length{};
  std::uint64_t rows = 0;
};

struct LogSummary {
  std::uint64_t performer_rows = 0;
  std::uint64_t model_rows = 0;
  std::int64_t start_us = 0;  ///< of the first row
  Duration span{};            ///< from the first row to the last
  Duration played{};          ///< the sum of the takes' lengths
  Duration longest_rest{};
  std::uint64_t take_count = 0;
  std::vector<TakeSummary> takes;        ///< the first kMostTakes
  std::vector<ControlSummary> controls;  ///< x_1 … x_N

  static constexpr std::size_t kMostTakes = 1000;

  /// Rows a second while there was playing; 0 when there was none.
  [[nodiscard]] double rows_per_second() const noexcept;
};

inline constexpr Duration kTakeRest{5'000'000};

/// Sums up rows as they come; memory does not grow with their number.
class LogSummarizer {
 public:
  void add(const LogRowView& row);
  [[nodiscard]] LogSummary summary() const;

 private:
  struct Control {
    ControlSummary summary;
    std::unordered_set<double> values;
    bool on_127ths = true;
    bool on_128ths = true;
  };
  void add_take_row(std::int64_t local_us);

  LogSummary sum_;
  TakeSummary take_;
  std::int64_t last_us_ = 0;
  std::vector<Control> controls_;
};

LogSummary summarize(const Log& log);

}  // namespace imps
