// A config file: imps's own TOML, or IMPSY's.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "config/diagnostic.h"
#include "config/settings.h"

namespace imps {

/// No config file is longer.
inline constexpr std::size_t kLongestConfig = 1024 * 1024;

struct ConfigRead {
  /// Defaults, and what could be understood of the file: only to be played when errors is empty.
  Settings settings;
  std::vector<Diagnostic> errors;    ///< impossible: wrong types, values out of range, not TOML
  std::vector<Diagnostic> warnings;  ///< unknown keys, and what has no effect
  /// The file has keys or sections that only IMPSY has.
  bool impsy = false;
  /// Paths of the keys that took effect, in the table's order.
  std::vector<std::string> understood;

  [[nodiscard]] bool ok() const noexcept { return errors.empty(); }
};

/// Reads `toml` (UTF-8, with or without a byte order mark, lines ending in LF or CRLF). Everything
/// that is wrong is reported at once, in the file's order (of unknown keys and of wrong
/// elements of lists the first 100, and how many more there are); only a file that is not TOML is
/// given up at its first error.
/// @param file_name  for the diagnostics.
/// Memory and time are bounded by a multiple of the text's size. Thread-safe: yes. Not realtime.
ConfigRead read_config(std::string_view toml, const std::string& file_name);

/// The same for a file. What is not a regular file, cannot be read, or is longer than
/// kLongestConfig is an error with line 0. Blocks.
ConfigRead read_config_file(const std::filesystem::path& path);

}  // namespace imps
