// "Did you mean …?"
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace imps {

/// The known word nearest to `word` (insertions, deletions, changes and swaps of letters, case
/// ignored), or "" when none is near enough to be meant: more than a third of the longer word's
/// letters would have to change. The first word of one ("note" of "note_on") is always near.
std::string_view nearest(std::string_view word, std::span<const std::string_view> known);

/// " (did you mean 'x'?)" or "".
std::string did_you_mean(std::string_view word, std::span<const std::string_view> known);

}  // namespace imps
