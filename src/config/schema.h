// The JSON Schema of configurations, for editors.
#pragma once

#include <string>

namespace imps {

/// JSON Schema (draft-07, as taplo and Even Better TOML read it) made from the table of keys:
/// types, ranges, choices, defaults and descriptions of all keys, IMPSY's spellings among them,
/// marked as deprecated. Every file that read_config() takes without a word is valid; what
/// contradicts itself only as a whole, and texts that only look right, are valid as well. It is
/// what doc/configuration.schema.json holds; a test compares them, and writes the file anew when it
/// runs with IMPS_REGENERATE=1 in the environment.
std::string print_schema();

}  // namespace imps
