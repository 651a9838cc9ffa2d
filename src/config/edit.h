// Changing one key of a config file, and nothing else in it.
#pragma once

#include <string>
#include <string_view>

#include <imps/result.h>

namespace imps {

/// `toml` with the key at `key_path` set to `value`. Comments, order, blank lines, line ends and
/// the byte order mark stay as they are: all bytes but those of the key's old value do.
///
/// Where the key stands already, in whatever form (under its [section], dotted, in an inline
/// table), its value is replaced; of a list of several lines each element, with the comments beside
/// them left, unless the new one has comments of its own. Else it becomes a line of its own: below
/// its neighbours if it is dotted as they are; below the comment that shows it ("# seed = 42"); at
/// the end of its section, before the blank lines and comments that lead to the next one; or in a
/// new section at the end.
///
/// @param toml      UTF-8, at most kLongestConfig bytes, and TOML
/// @param key_path  as TOML spells a key: "midi.input", "midi.input.\"X-TOUCH\"", "title"
/// @param value     as TOML spells it: "4", "[\"a\", \"b\"]"; line ends in it become the file's
/// An Error when one of them is none, when the key, or a part of its path, stands there as another
/// thing (a section, a list, a number), and when the result does not hold the old values and the
/// new one, and nothing else: it is read again to know. Thread-safe: yes. Not realtime.
Result<std::string> set_key(std::string_view toml, std::string_view key_path,
                            std::string_view value);

/// A part of a key path as TOML spells it: bare if it can be, else in quotes.
std::string key_part(std::string_view name);

}  // namespace imps
