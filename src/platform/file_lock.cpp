#include "platform/file_lock.h"

#include <cerrno>
#include <string>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace imps::platform {
namespace {

/// Whether the file that is open still has this name: its last owner may have removed it meanwhile.
bool is_named(int fd, const std::filesystem::path& path) {
  struct stat open {};
  struct stat named {};
  return ::fstat(fd, &open) == 0 && ::stat(path.c_str(), &named) == 0 &&
         open.st_dev == named.st_dev && open.st_ino == named.st_ino;
}

}  // namespace

std::optional<FileLock> FileLock::take(const std::filesystem::path& what) {
  const std::filesystem::path path =
      what.parent_path() / ("." + what.filename().string() + ".lock");
  constexpr mode_t kMode = 0644;
  while (true) {
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, kMode);
    if (fd < 0) return FileLock({}, -1);
    if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
      const bool is_taken = errno == EWOULDBLOCK;
      ::close(fd);
      if (is_taken) return std::nullopt;
      return FileLock({}, -1);
    }
    if (is_named(fd, path)) return FileLock(path, fd);
    ::close(fd);
  }
}

FileLock::~FileLock() {
  if (fd_ < 0) return;
  ::unlink(path_.c_str());
  ::close(fd_);
}

}  // namespace imps::platform
