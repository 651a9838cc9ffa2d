// Bytes that are read in place, wherever they lie.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

#include <imps/result.h>

namespace imps {

/// A file, or a piece of memory. Immutable as far as we know. Thread-safe: yes.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  [[nodiscard]] virtual std::uint64_t size() const noexcept = 0;
  /// Fills `into` from `offset`; an Error when there is less, or the device fails. Blocks.
  [[nodiscard]] virtual Result<void> read(std::uint64_t offset,
                                          std::span<std::byte> into) const = 0;
};

/// The regular file at `path`, with the size that it has now; folders, pipes and devices are
/// refused without waiting for them. The Errors do not repeat the path.
Result<std::shared_ptr<const ByteSource>> open_bytes(const std::filesystem::path& path);

/// Borrows `bytes`.
std::shared_ptr<const ByteSource> bytes_in_memory(std::span<const std::byte> bytes);

}  // namespace imps
