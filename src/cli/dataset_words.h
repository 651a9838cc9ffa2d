// A dataset in words and in JSON: what `imps dataset` and `imps inspect` say of one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "dataset/summary.h"

namespace imps::cli {

/// "1 take", "2 takes".
std::string counted(std::uint64_t n, std::string_view one);
/// "12.5 s", "3.0 min", "2.1 h".
std::string lasting(double seconds);
std::string_view resolution(ControlGrid grid);

/// Takes, interactions, minutes and rates, and a line for each column. `controls` are the names of
/// x_1 … x_N, or none. With `bars` each line has its histogram, in UTF-8.
std::vector<std::string> summary_lines(const DatasetSummary& summary,
                                       const std::vector<std::string>& controls, bool bars);
/// The same figures.
nlohmann::ordered_json summary_json(const DatasetSummary& summary,
                                    const std::vector<std::string>& controls);

/// What a person should hear of before training on it.
std::vector<std::string> summary_warnings(const DatasetSummary& summary,
                                          const std::vector<std::string>& controls);

/// Standard output shows bars: it is no terminal, or one in UTF-8.
bool shows_bars();

}  // namespace imps::cli
