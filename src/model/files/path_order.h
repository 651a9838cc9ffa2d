// Paths in the order that people number things in: "lstm", "lstm_2", "lstm_10".
#pragma once

#include <string_view>
#include <vector>

namespace imps::files {

/// The parts between '/' or '\' (as Keras on Windows wrote them).
std::vector<std::string_view> path_parts(std::string_view path);

/// Whether `a` comes before `b`: part by part, runs of digits by their number.
bool comes_before(std::string_view a, std::string_view b);

}  // namespace imps::files
