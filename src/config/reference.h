// The reference of all keys, for doc/configuration.md.
#pragma once

#include <string>

namespace imps {

/// Markdown: one table for each section of imps's own keys, then IMPSY's spellings and the sections
/// that have no effect. It is the part of doc/configuration.md between the two marks there; a test
/// compares them, and writes the page anew when it runs with IMPS_REGENERATE=1 in the environment.
std::string print_reference();

}  // namespace imps
