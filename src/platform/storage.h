// How much a folder's disk can still take, and how fast it is.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include <imps/result.h>

namespace imps::platform {

/// Bytes that this user may still write at `folder`. Blocks. Thread-safe: yes.
std::optional<std::uint64_t> free_space(const std::filesystem::path& folder);

/// How long it took, each of `times` times, until a few bytes that were added to a file in `folder`
/// were on the device. The file is hidden, and gone afterwards. An Error, without the folder's
/// name, when none can be written. Blocks for as long as the device does. Thread-safe: yes.
Result<std::vector<std::chrono::microseconds>> time_syncs(const std::filesystem::path& folder,
                                                          int times);

}  // namespace imps::platform
