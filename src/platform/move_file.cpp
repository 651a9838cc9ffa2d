#include "platform/move_file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>

#include <fcntl.h>
#include <unistd.h>

#include "platform/sync.h"

namespace imps::platform {
namespace {

namespace fs = std::filesystem;

bool is_there(const fs::path& path) {
  std::error_code error;
  return fs::exists(fs::symlink_status(path, error));
}

/// 0, or the system's error number.
int rename_to_free(const fs::path& from, const fs::path& to) noexcept {
#if defined(__linux__)
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
#elif defined(__APPLE__)
  if (::renamex_np(from.c_str(), to.c_str(), RENAME_EXCL) == 0) return 0;
  if (errno != ENOTSUP && errno != EINVAL) return errno;
#endif
  // Memory sticks know no better.
  if (is_there(to)) return EEXIST;
  return ::rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
}

int sync_file(const fs::path& path) noexcept {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return errno;
  const int code = sync_data(descriptor);
  ::close(descriptor);
  return code;
}

Result<void> copy_and_remove(const fs::path& from, const fs::path& to) {
  std::error_code error;
  if (!fs::is_regular_file(fs::symlink_status(from, error)))
    return Error{from.string() + ": cannot be moved to another disk: it is not a plain file"};
  fs::copy_file(from, to, fs::copy_options::none, error);
  if (error) {
    // What was there before is another's.
    if (error != std::errc::file_exists) {
      std::error_code ignored;
      fs::remove(to, ignored);
    }
    return Error{to.string() + ": cannot be written: " + error.message()};
  }
  if (const int code = sync_file(to); code != 0) {
    fs::remove(to, error);
    return Error{to.string() + ": cannot be written: " + std::strerror(code)};
  }
  fs::remove(from, error);
  if (!error) return {};
  std::error_code ignored;
  fs::remove(to, ignored);
  return Error{from.string() + ": cannot be removed: " + error.message()};
}

}  // namespace

Result<void> move_file(const fs::path& from, const fs::path& to) {
  const int code = rename_to_free(from, to);
  if (code == EXDEV) return copy_and_remove(from, to);
  if (code == EEXIST) return Error{to.string() + ": is there already"};
  if (code != 0) return Error{from.string() + ": cannot be moved: " + std::strerror(code)};
  return {};
}

}  // namespace imps::platform
