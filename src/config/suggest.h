// What a mistyped key was meant to be.
#pragma once

#include <string>
#include <string_view>

namespace imps {

/// True for "osc" and the other sections that have keys in the table.
bool is_section(std::string_view name);

/// " (did you mean 'interaction.threshold'?)" or "": the same name in another section, else a slip
/// of the finger among the names of `section` ("" for the top of a file, where a section's name may
/// have been meant too). imps's own keys come before IMPSY's.
std::string meant_key(std::string_view section, std::string_view name);

/// The same for a section's name.
std::string meant_section(std::string_view name);

}  // namespace imps
