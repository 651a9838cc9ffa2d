#include "platform/replace_file.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/sync.h"

namespace imps::platform {
namespace {

Error failure(const std::filesystem::path& path, int code) {
  return Error{path.string() + ": cannot be written: " + std::strerror(code) +
               (code == ENOSPC ? ": make room and try again" : "")};
}

int write_all(int descriptor, std::span<const std::byte> bytes) noexcept {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return sync_data(descriptor);
}

void sync_folder(const std::filesystem::path& folder) noexcept {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return;
  sync_data(descriptor);
  ::close(descriptor);
}

Result<void> put(const std::filesystem::path& path, std::span<const std::byte> bytes,
                 bool may_replace) {
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
  std::string aside = (folder / ("." + path.filename().string() + ".XXXXXX")).string();
  const int descriptor = ::mkstemp(aside.data());
  if (descriptor < 0) return failure(path, errno);
  const mode_t mask = ::umask(0);
  ::umask(mask);
  ::fchmod(descriptor, 0666 & ~mask);
  int code = write_all(descriptor, bytes);
  ::close(descriptor);
  if (code == 0 && may_replace && ::rename(aside.c_str(), path.c_str()) != 0) code = errno;
  bool renamed = may_replace;
  if (code == 0 && !may_replace && ::link(aside.c_str(), path.c_str()) != 0) {
    // A link is refused where a name is taken, a rename is not; but memory sticks know no links.
    code = errno;
    if (code != EEXIST && ::access(path.c_str(), F_OK) != 0)
      code = (renamed = ::rename(aside.c_str(), path.c_str()) == 0) ? 0 : errno;
  }
  if (code != 0 || !renamed) ::unlink(aside.c_str());
  if (code != 0) return failure(path, code);
  sync_folder(folder);
  return {};
}

}  // namespace

Result<void> replace_file(const std::filesystem::path& path, std::span<const std::byte> bytes) {
  return put(path, bytes, true);
}

Result<void> create_file(const std::filesystem::path& path, std::span<const std::byte> bytes) {
  return put(path, bytes, false);
}

}  // namespace imps::platform
