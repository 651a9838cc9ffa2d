// Texts from outside: whether they are UTF-8, and how to show them without filling the screen.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace imps {

/// Well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates).
bool is_utf8(std::string_view text) noexcept;

/// `text` as a message may quote it: at most `bytes` bytes and "…" when there were more, cut
/// between characters; control characters and what is not UTF-8 become '?'.
std::string shortened(std::string_view text, std::size_t bytes = 60);

/// `text` as a TOML basic string, quotes included. Reads back as the same bytes if it is UTF-8.
std::string in_quotes(std::string_view text);

/// A path's UTF-8, and back, on every operating system.
std::string to_utf8(const std::filesystem::path& path);
std::filesystem::path path_from_utf8(std::string_view text);

}  // namespace imps
