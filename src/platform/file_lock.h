// One program at a time.
#pragma once

#include <filesystem>
#include <optional>
#include <utility>

namespace imps::platform {

/// A lock that ends with the program that has it, however that ends. It is a hidden file beside
/// what it is for, which goes with it. Not kept by programs on other machines, where folders are
/// shared by a file system that does not know of such locks.
class FileLock {
 public:
  /// Nothing when another program has it.
  static std::optional<FileLock> take(const std::filesystem::path& what);
  ~FileLock();
  FileLock(FileLock&& other) noexcept
      : path_(std::move(other.path_)), fd_(std::exchange(other.fd_, -1)) {}
  FileLock& operator=(FileLock&& other) noexcept {
    std::swap(path_, other.path_);
    std::swap(fd_, other.fd_);
    return *this;
  }

 private:
  FileLock(std::filesystem::path path, int fd) : path_(std::move(path)), fd_(fd) {}

  std::filesystem::path path_;
  int fd_;  // -1: no lock can be had here, so nobody has it
};

}  // namespace imps::platform
