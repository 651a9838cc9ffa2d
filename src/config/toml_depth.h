// A guard in front of the TOML parser: keys like a.a.a.a… make tables in tables, and a file of one
// long key would make so many that freeing them exhausts the stack.
#pragma once

#include <optional>
#include <string_view>

namespace imps {

/// Where a key with too many parts stands.
struct TooDeep {
  int line = 0;    ///< 1-based
  int column = 0;  ///< 1-based, in characters
};

/// The most parts that a key may have: the deepest that anybody writes is midi.input."NAME".
inline constexpr int kMostKeyParts = 8;

/// The first key of more than kMostKeyParts parts, if any. Right for every text up to its first
/// syntax error, where the parser stops as well.
std::optional<TooDeep> find_too_deep(std::string_view toml) noexcept;

}  // namespace imps
