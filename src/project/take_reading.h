// What a take's files say, in figures, in a picture and in full.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

#include <imps/result.h>

#include "project/place.h"

namespace imps::project {

/// What the list of takes says of one.
struct TakeFacts {
  int dimension = 0;
  std::uint64_t rows = 0;
  std::uint64_t performer_rows = 0;
  std::uint64_t model_rows = 0;
  std::uint64_t marks = 0;
  std::uint64_t bytes = 0;
  std::int64_t first_us = 0;  ///< of all rows, the earliest; local, see WallTime
  std::int64_t last_us = 0;   ///< the latest
  When when;                  ///< of the start
  std::string instrument;     ///< its name, or ""
  std::string error;          ///< why the log cannot be read, or ""

  [[nodiscard]] double seconds() const { return static_cast<double>(last_us - first_us) / 1e6; }
};
/// Reads the log once, or twice where its name does not say the dimension.
TakeFacts look_at(const std::filesystem::path& log);

inline constexpr int kMostSlices = 2000;
inline constexpr std::size_t kMostPictured = 32;  // controls
inline constexpr std::uint64_t kMostSentRows = 200'000;
inline constexpr std::uint64_t kMostSentValues = 4'000'000;  // some 80 MB of text

/// JSON: for each of `width` slices of time where each control was, and who moved most.
Result<std::string> picture_of(const std::filesystem::path& log, const TakeFacts& facts, int width);
/// JSON: every row. An Error when there are more than kMostSentRows.
Result<std::string> rows_of(const std::filesystem::path& log, const TakeFacts& facts);

}  // namespace imps::project
