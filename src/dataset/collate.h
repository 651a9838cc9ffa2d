// Logs into a dataset.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <imps/result.h>
#include <imps/time.h>

#include "dataset/logs.h"
#include "dataset/phrases.h"
#include "dataset/summary.h"

namespace imps {

struct CollateOptions {
  PhraseRules phrases;
  /// Just the rows that IMPSY's own generator gives: a log is one take with all its rests, nothing
  /// is clamped, and marks do not count.
  bool like_impsy = false;
  /// Rows at or after `from` and before `to`; local, see WallTime.
  std::optional<std::int64_t> from_us;
  std::optional<std::int64_t> to_us;
  /// Leaves out so much at the beginning and the end of every log.
  Duration trim{};
};

/// What became of one log.
struct CollatedLog {
  std::filesystem::path path;
  std::uint64_t rows = 0;        ///< in the dataset
  std::uint64_t takes = 0;       ///< with rows in the dataset
  std::uint64_t beginnings = 0;  ///< rows that begin a phrase: they have no dt and are left out
  std::uint64_t marked = 0;      ///< rows of phrases that the performer marked as not wanted
  std::uint64_t outside = 0;     ///< rows before, after or trimmed
  std::uint64_t backwards = 0;   ///< rows of the performer earlier than the one before
  std::uint64_t clamped = 0;     ///< values
  double seconds = 0;            ///< the sum of dt
};

struct CollateReport {
  std::vector<CollatedLog> logs;  ///< as LogChoice::logs
  DatasetSummary summary;
};

/// Writes the performer's rows of the logs to `path` (its folder is there): (dt, x_1 … x_N), x
/// clamped to [0, 1], a take for each phrase. doc/formats/dataset.md. Reads each log once (twice
/// where it has marks); memory does not grow with them. An Error when no row is left.
Result<CollateReport> collate(const LogChoice& choice, const CollateOptions& options,
                              const std::filesystem::path& path);

/// Marks with which a performer says, then or right afterwards, that the phrase is not wanted: "not
/// that", "not this", "leave out", "forget it", "delete", "bad", in any case.
bool is_unwanted(std::string_view mark) noexcept;

}  // namespace imps
