// What names a model whatever its file is called.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace imps::files {

/// SHA-256 in lower-case hex, 64 letters.
std::string sha256(std::span<const std::byte> bytes);

}  // namespace imps::files
