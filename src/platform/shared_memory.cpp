#include "platform/shared_memory.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace imps::platform {
namespace {

Error cannot(const char* what) {
  return Error{std::string("memory for two processes cannot be had: ") + what + ": " +
               std::strerror(errno)};
}

/// A file without a name, closed on exec; −1 when there is none to be had.
int nameless_file() noexcept {
#if defined(__linux__)
  return ::memfd_create("imps", MFD_CLOEXEC);
#else
  const std::string name = "/imps-" + std::to_string(::getpid());
  const int fd = ::shm_open(name.c_str(), O_RDWR | O_CREAT | O_EXCL, 0600);
  if (fd < 0) return -1;
  ::shm_unlink(name.c_str());
  ::fcntl(fd, F_SETFD, FD_CLOEXEC);
  return fd;
#endif
}

}  // namespace

Result<SharedMemory> SharedMemory::make(std::size_t bytes) {
  const int fd = nameless_file();
  if (fd < 0) return cannot("a file in memory");
  SharedMemory memory(fd, {});
  if (::ftruncate(fd, static_cast<off_t>(bytes)) != 0) return cannot("its size");
  void* const at = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (at == MAP_FAILED) return cannot("its place");
  memory.bytes_ = {static_cast<std::byte*>(at), bytes};
  std::fill(memory.bytes_.begin(), memory.bytes_.end(), std::byte{0});
  return {boost::system::in_place_value, std::move(memory)};
}

Result<SharedMemory> SharedMemory::inherit(int fd, std::size_t bytes) {
  struct stat status {};
  if (::fstat(fd, &status) != 0 || !S_ISREG(status.st_mode) ||
      static_cast<std::size_t>(status.st_size) < bytes)
    return Error{"there is no memory to share: this is for imps itself to start"};
  void* const at = ::mmap(nullptr, bytes, PROT_READ, MAP_SHARED, fd, 0);
  if (at == MAP_FAILED) return cannot("its place");
  return {boost::system::in_place_value, SharedMemory(-1, {static_cast<std::byte*>(at), bytes})};
}

SharedMemory::SharedMemory(SharedMemory&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), bytes_(std::exchange(other.bytes_, {})) {}

SharedMemory& SharedMemory::operator=(SharedMemory&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

SharedMemory::~SharedMemory() {
  if (!bytes_.empty()) ::munmap(bytes_.data(), bytes_.size());
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace imps::platform
