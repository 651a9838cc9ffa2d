// The folder that is performed in: whether takes can be written, and how fast.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "config/settings.h"
#include "session/doctor/check.h"

namespace imps::doctor {

struct StorageFacts {
  std::filesystem::path folder;                  ///< that is performed in
  std::string folder_trouble;                    ///< why no file can be made there; "" when one can
  bool logs = true;                              ///< takes are logged
  std::filesystem::path log_folder;              ///< may not be there yet
  std::string log_trouble;                       ///< the same of it, or of where it would be made
  std::optional<std::uint64_t> space;            ///< bytes, where logs go
  std::vector<std::chrono::microseconds> syncs;  ///< there
  std::optional<std::uint64_t> quota;
  std::optional<std::uint64_t> logged;  ///< bytes in the logs' folder
};

/// Writes, syncs and removes a small file in both folders.
StorageFacts look_at_storage(const std::filesystem::path& folder, const LogSettings& settings);

inline constexpr std::uint64_t kScarceSpace = 1'000'000'000;
inline constexpr std::uint64_t kNoSpace = 50'000'000;
inline constexpr std::chrono::microseconds kSlowSync{100'000};

/// The folder, the disk's space, its speed and the quota; what is not known is left out.
std::vector<Check> judge(const StorageFacts& facts);

/// `path` as seen from here, where `folder` is performed in.
std::filesystem::path in_folder(const std::filesystem::path& folder,
                                const std::filesystem::path& path);

}  // namespace imps::doctor
