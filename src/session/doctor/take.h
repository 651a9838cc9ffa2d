// The newest take: whether it was written as it should be.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "session/doctor/check.h"

namespace imps::doctor {

struct TakeFacts {
  std::filesystem::path path;  ///< "" when there is no take
  std::string trouble;         ///< why it cannot be read
  std::uint64_t bytes = 0;
  bool looked_at = false;  ///< not when it is too long for that
  std::uint64_t rows = 0;
  std::uint64_t skipped = 0;      ///< lines that are no whole row
  std::uint64_t first_fault = 0;  ///< its line
  std::string what;               ///< is wrong with it
  bool last_line_only = false;    ///< the end is cut, and nothing else is wrong
  bool running = false;           ///< it may still be written
};

/// A longer log is only named.
inline constexpr std::uint64_t kLongestLook = 256'000'000;

/// The newest log in `folder`, read from its beginning to its end.
/// @param performing  somebody performs in this folder
TakeFacts look_at_take(const std::filesystem::path& folder, bool performing);

/// Doubtful when rows are damaged; never bad, as one can always perform.
Check judge(const TakeFacts& facts);

}  // namespace imps::doctor
