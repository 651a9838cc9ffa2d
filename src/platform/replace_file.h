// A file that is there whole at every moment.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

#include <imps/result.h>

namespace imps::platform {

/// Puts `bytes` at `path`: written to a file beside it, synced, renamed, the folder synced. When
/// anything fails, what was there is still there, and nothing else is left. The Error begins with
/// the path. Blocks for as long as the device does. Thread-safe: yes.
Result<void> replace_file(const std::filesystem::path& path, std::span<const std::byte> bytes);

/// The same, but refuses where something is already at `path`, also when it comes there meanwhile.
Result<void> create_file(const std::filesystem::path& path, std::span<const std::byte> bytes);

}  // namespace imps::platform
