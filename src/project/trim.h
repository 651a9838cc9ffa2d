// A part of a take, as a take of its own.
#pragma once

#include <cstdint>
#include <filesystem>
#include <utility>
#include <vector>

#include <imps/result.h>

#include "platform/scratch_name.h"
#include "project/take_reading.h"

namespace imps::project {

/// The files of the part, written and synced under hidden names: each with the one that it is to
/// take the place of. They are gone again when nobody moves them there.
struct TrimmedTake {
  std::uint64_t rows = 0;
  std::vector<std::pair<platform::ScratchName, std::filesystem::path>> files;
};

/// The rows from `from` to `to`, in seconds from the take's first one, ends included; their times
/// as they are. Events go along: marks within that part, everything else from before it, too. The
/// session file says what was done. With no row left `files` is empty.
Result<TrimmedTake> trim_take(const std::filesystem::path& log, const TakeFacts& facts, double from,
                              double to);

}  // namespace imps::project
