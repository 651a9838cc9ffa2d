#include "platform/aside_file.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>

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

std::filesystem::path folder_of(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : ".";
}

void sync_folder(const std::filesystem::path& folder) noexcept {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return;
  sync_data(descriptor);
  ::close(descriptor);
}

}  // namespace

struct AsideFile::Open {
  std::filesystem::path path;
  std::string aside;  // "" once it is at its place
  int descriptor = -1;

  Open() = default;
  Open(const Open&) = delete;
  Open& operator=(const Open&) = delete;
  ~Open() {
    if (descriptor >= 0) ::close(descriptor);
    if (!aside.empty()) ::unlink(aside.c_str());
  }
};

AsideFile::AsideFile(std::unique_ptr<Open> open) noexcept : open_(std::move(open)) {}
AsideFile::AsideFile(AsideFile&&) noexcept = default;
AsideFile& AsideFile::operator=(AsideFile&&) noexcept = default;
AsideFile::~AsideFile() = default;

Result<AsideFile> AsideFile::begin(const std::filesystem::path& path) {
  auto open = std::make_unique<Open>();
  open->path = path;
  std::string aside = (folder_of(path) / ("." + path.filename().string() + ".XXXXXX")).string();
  open->descriptor = ::mkstemp(aside.data());
  if (open->descriptor < 0) return failure(path, errno);
  open->aside = std::move(aside);
  const mode_t mask = ::umask(0);
  ::umask(mask);
  ::fchmod(open->descriptor, 0666 & ~mask);
  return AsideFile(std::move(open));
}

Result<void> AsideFile::append(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(open_->descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return failure(open_->path, errno);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

Result<void> AsideFile::keep(bool may_replace) {
  const char* const from = open_->aside.c_str();
  const char* const to = open_->path.c_str();
  if (const int code = sync_data(open_->descriptor); code != 0) return failure(open_->path, code);
  bool moved = false;
  if (!may_replace) {
    // A link is refused where a name is taken, a rename is not; but memory sticks know no links.
    if (::link(from, to) != 0) {
      if (errno == EEXIST || ::access(to, F_OK) == 0) return failure(open_->path, EEXIST);
      moved = true;
    }
  }
  if (may_replace || moved) {
    if (::rename(from, to) != 0) return failure(open_->path, errno);
    open_->aside.clear();
  }
  sync_folder(folder_of(open_->path));
  return {};
}

}  // namespace imps::platform
