// Where a command may put a file.
#pragma once

#include <filesystem>

#include <imps/result.h>

namespace imps::cli {

/// Refuses where something is already at `path`, unless `force` is set; a folder, pipe or device in
/// any case. Said before any work is done: what is written later must hold to it by itself.
inline Result<void> may_write(const std::filesystem::path& path, bool force) {
  std::error_code error;
  const auto there = std::filesystem::status(path, error);
  if (std::filesystem::exists(there) && !std::filesystem::is_regular_file(there))
    return Error{path.string() + ": is not a file: choose another name"};
  // Also a link that leads nowhere.
  if (!force && std::filesystem::exists(std::filesystem::symlink_status(path, error)))
    return Error{path.string() +
                 ": is there already: choose another name, or --force to replace it"};
  return {};
}

}  // namespace imps::cli
