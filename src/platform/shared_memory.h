// Memory that a program shares with one that it starts.
#pragma once

#include <cstddef>
#include <span>

#include <imps/result.h>

namespace imps::platform {

/// Zeros at first, and in memory already: touching it never waits for a disk. Not thread-safe.
class SharedMemory {
 public:
  static Result<SharedMemory> make(std::size_t bytes);
  /// What the program that started this one has made, to be read. An Error when descriptor `fd` is
  /// something else than `bytes` of memory.
  static Result<SharedMemory> inherit(int fd, std::size_t bytes);

  SharedMemory(SharedMemory&& other) noexcept;
  SharedMemory& operator=(SharedMemory&& other) noexcept;
  ~SharedMemory();

  [[nodiscard]] std::span<std::byte> bytes() const noexcept { return bytes_; }
  /// Closes on exec.
  [[nodiscard]] int fd() const noexcept { return fd_; }

 private:
  SharedMemory(int fd, std::span<std::byte> bytes) noexcept : fd_(fd), bytes_(bytes) {}

  int fd_ = -1;  // −1: not ours to close
  std::span<std::byte> bytes_;
};

}  // namespace imps::platform
