// A file's bytes, all at once.
#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

#include <imps/result.h>

namespace imps::platform {

/// The bytes of the regular file at `path`. Refuses folders, pipes and devices without waiting for
/// them, and files of more than `most` bytes; the Error does not repeat the path. Memory: the
/// file's size. Blocks. Thread-safe: yes.
Result<std::vector<std::byte>> read_whole_file(const std::filesystem::path& path, std::size_t most);

}  // namespace imps::platform
