// Somebody's phrase, for a model to go on from.
#pragma once

#include <cstdint>
#include <filesystem>

#include <imps/result.h>

#include "generate/soloist.h"

namespace imps {

struct Phrase {
  std::uint64_t rows = 0;          ///< the performer's, heard
  std::uint64_t skipped = 0;       ///< lines that are no whole row of the dimension
  std::int64_t last_local_us = 0;  ///< when the last of them was played, see WallTime
};

/// Lets `soloist` hear the performer's rows of a log, in order: dt is the time since the row before
/// (for the first, the neutral frame's), at most `max_rest` and at least 0; controls are clamped to
/// [0, 1]. An Error when the log cannot be read, or has no row of the performer's of `dimension`.
Result<Phrase> hear_phrase(Soloist& soloist, int dimension, Seconds max_rest,
                           const std::filesystem::path& log);

}  // namespace imps
