// A file's bytes in pieces, from the front, as often as wanted.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string_view>
#include <utility>

#include <imps/result.h>

namespace imps {

/// A regular file, open for reading. Its size is the one that it had when it was opened: what is
/// appended meanwhile is not seen.
class FileSource {
 public:
  /// Folders, pipes and devices are refused, without waiting for them.
  static Result<FileSource> open(const std::filesystem::path& path);

  FileSource(FileSource&& other) noexcept
      : path_(std::move(other.path_)), file_(std::exchange(other.file_, -1)), size_(other.size_) {}
  FileSource& operator=(FileSource&&) = delete;
  ~FileSource();

  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

  /// Calls `take` with piece after piece. Blocks for as long as the disk does.
  Result<void> play(const std::function<void(std::string_view)>& take) const;

 private:
  FileSource(std::filesystem::path path, int file, std::uint64_t size)
      : path_(std::move(path)), file_(file), size_(size) {}

  std::filesystem::path path_;
  int file_;
  std::uint64_t size_;
};

}  // namespace imps
