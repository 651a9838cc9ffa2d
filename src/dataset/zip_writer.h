// A zip of stored members, written front to back without knowing their sizes, and put in place as
// a whole.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <imps/result.h>

namespace imps {

/// Writes aside, in the folder of the file to be; finish() puts it in its place, so that a reader
/// sees the old file or the new one, whole. Without finish() nothing is left. Members begin at
/// multiples of 64 bytes; ZIP64 where sizes ask for it. Errors name the file. Not thread-safe.
class ZipWriter {
 public:
  /// The folder is there.
  static Result<ZipWriter> create(const std::filesystem::path& path);
  ZipWriter(ZipWriter&&) noexcept;
  ZipWriter& operator=(ZipWriter&&) noexcept;
  ~ZipWriter();

  /// A new member; its first `front` bytes are given when it ends.
  Result<void> begin(const std::string& name, std::size_t front);
  Result<void> write(std::span<const std::byte> bytes);
  /// Ends the member. `front` has the size that begin() was told.
  Result<void> end(std::string_view front);

  /// Everything is on the device, and the file has its name.
  Result<void> finish();

 private:
  struct State;
  explicit ZipWriter(std::unique_ptr<State> state) noexcept;
  std::unique_ptr<State> state_;
};

}  // namespace imps
