// OSC 1.0 address patterns: one message to several addresses.
#pragma once

#include <cstddef>
#include <string_view>

namespace imps {

/// Patterns and addresses longer than this match nothing.
inline constexpr std::size_t kLongestPattern = 255;

/// True when `address` holds a character that makes it a pattern: * ? [ {
bool is_osc_pattern(std::string_view address) noexcept;

/// True when `pattern` stands for `address`: `?` any one character but '/', `*` any number of
/// them, `[a-z]` one of them, `[!a-z]` one not of them, `{on,off}` one of these texts. A bracket or
/// brace that is not closed matches nothing.
/// Time is at most proportional to the product of both lengths. Realtime-safe: yes.
bool osc_pattern_matches(std::string_view pattern, std::string_view address) noexcept;

}  // namespace imps
