// A file that is made beside its place, and put there whole.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>

#include <imps/result.h>

namespace imps::platform {

/// What is written goes to a hidden file in the folder of `path`, which is gone again unless it is
/// kept. Errors begin with the path. Every method blocks for as long as the device does.
/// Thread-safe: no.
class AsideFile {
 public:
  static Result<AsideFile> begin(const std::filesystem::path& path);
  AsideFile(AsideFile&&) noexcept;
  AsideFile& operator=(AsideFile&&) noexcept;
  ~AsideFile();

  Result<void> append(std::span<const std::byte> bytes);

  /// Syncs it, puts it at the path, and syncs the folder; the last call. When `may_replace` is not
  /// set it refuses where something is already at the path, also when it came there meanwhile. When
  /// anything fails, what was there is still there.
  Result<void> keep(bool may_replace);

 private:
  struct Open;
  explicit AsideFile(std::unique_ptr<Open> open) noexcept;
  std::unique_ptr<Open> open_;
};

}  // namespace imps::platform
