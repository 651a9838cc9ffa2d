// Giving a file another place, and never that of another file.
#pragma once

#include <filesystem>

#include <imps/result.h>

namespace imps::platform {

/// Moves the file at `from`; a link is moved, not what it leads to. Refuses where something is
/// already at `to`, also when it came there meanwhile (where the file system can do that: all that
/// Linux and macOS are installed on). Onto another file system it is copied, synced, and only then
/// removed. When anything fails, the file is still at `from`. The Error begins with the path that
/// it is about. Thread-safe: yes.
Result<void> move_file(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace imps::platform
