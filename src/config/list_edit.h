// Other elements in a list of TOML, and its comments as they were.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace imps {

/// Where something stands in a text, in bytes.
struct TextSpan {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// Whether a list whose elements stand at `places` has comments between them.
bool has_comments(std::string_view list, const std::vector<TextSpan>& places);

/// `list` with `elements` in place of those that stand at `places`, in order. Each comment stays in
/// its line; elements that are new have lines of their own where the last one has; lines in which
/// nothing is left go. An empty list stays one. The caller has to read the result: a guess where
/// commas are.
std::string with_elements(std::string_view list, const std::vector<TextSpan>& places,
                          const std::vector<std::string>& elements);

}  // namespace imps
