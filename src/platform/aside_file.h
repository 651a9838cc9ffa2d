// A file that is made beside its place, and put there whole.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

#include <imps/result.h>

namespace imps::platform {

/// What is written goes to a file in the folder of `path`, which is gone again unless it is kept,
/// however the program ends. Errors begin with the path. Every method blocks for as long as the
/// device does. Thread-safe: no.
class AsideFile {
 public:
  enum class Kind {
    nameless,  ///< it has no name until it is kept: nothing can be left (Linux's own file systems)
    hidden,    ///< a ScratchName, which SIGKILL or a power cut leaves
  };
  /// Where files cannot be nameless it is hidden, whatever `kind`.
  static Result<AsideFile> begin(const std::filesystem::path& path, Kind kind = Kind::nameless);
  AsideFile(AsideFile&&) noexcept;
  AsideFile& operator=(AsideFile&&) noexcept;
  ~AsideFile();

  Result<void> append(std::span<const std::byte> bytes);
  /// Writes over what has been appended before, or leaves a gap of zeros after it; append() goes on
  /// from where it was.
  Result<void> put_at(std::uint64_t offset, std::span<const std::byte> bytes);

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
