#include "platform/aside_file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/scratch_name.h"
#include "platform/sync.h"

namespace imps::platform {
namespace {

// More names than a folder ever has hidden ones of one process.
constexpr int kMostNames = 100;

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

/// A hidden name beside `path` for which `take` succeeds; errno says why when there is none. `take`
/// is one system call that refuses a name that is taken.
template <class Take>
std::optional<ScratchName> take_name(const std::filesystem::path& path, Take&& take) {
  for (int number = 0; number < kMostNames; ++number) {
    ScratchName name = ScratchName::beside(path, std::to_string(number) + ".part");
    if (take(name.path().c_str())) return name;
    const int code = errno;
    name.forget();
    errno = code;
    if (code != EEXIST) return std::nullopt;
  }
  return std::nullopt;
}

#if defined(__linux__)
std::string link_to(int descriptor) { return "/proc/self/fd/" + std::to_string(descriptor); }

/// A file without a name that can be given one; −1 where there is no such thing.
int open_nameless(const std::filesystem::path& folder) noexcept {
  const int descriptor = ::open(folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
  if (descriptor >= 0 && ::access(link_to(descriptor).c_str(), F_OK) != 0) {
    ::close(descriptor);
    return -1;
  }
  return descriptor;
}

bool give_name(int descriptor, const char* name) noexcept {
  return ::linkat(AT_FDCWD, link_to(descriptor).c_str(), AT_FDCWD, name, AT_SYMLINK_FOLLOW) == 0;
}
#else
int open_nameless(const std::filesystem::path&) noexcept { return -1; }
bool give_name(int, const char*) noexcept { return false; }
#endif

}  // namespace

struct AsideFile::Open {
  std::filesystem::path path;
  int descriptor = -1;
  std::optional<ScratchName> aside;  // none: nameless, or at its place

  Open() = default;
  Open(const Open&) = delete;
  Open& operator=(const Open&) = delete;
  ~Open() {
    if (descriptor >= 0) ::close(descriptor);
  }

  /// 0, or the system's error number.
  int place_new();
  int replace();
  int rename_aside();
};

int AsideFile::Open::rename_aside() {
  if (::rename(aside->path().c_str(), path.c_str()) != 0) return errno;
  aside->forget();
  return 0;
}

int AsideFile::Open::place_new() {
  if (!aside) return give_name(descriptor, path.c_str()) ? 0 : errno;
  // A link is refused where a name is taken, a rename is not; but memory sticks know no links.
  if (::link(aside->path().c_str(), path.c_str()) == 0) {
    aside.reset();
    return 0;
  }
  if (errno == EEXIST || ::access(path.c_str(), F_OK) == 0) return EEXIST;
  return rename_aside();
}

int AsideFile::Open::replace() {
  // Whoever might not read the old file may not read the new one.
  struct stat old {};
  if (::stat(path.c_str(), &old) == 0 && S_ISREG(old.st_mode))
    ::fchmod(descriptor, old.st_mode & 07777);
  if (!aside) {
    if (give_name(descriptor, path.c_str())) return 0;
    if (errno != EEXIST) return errno;
    // Only a name can take the place of another.
    aside = take_name(path, [this](const char* name) { return give_name(descriptor, name); });
    if (!aside) return errno;
  }
  return rename_aside();
}

AsideFile::AsideFile(std::unique_ptr<Open> open) noexcept : open_(std::move(open)) {}
AsideFile::AsideFile(AsideFile&&) noexcept = default;
AsideFile& AsideFile::operator=(AsideFile&&) noexcept = default;
AsideFile::~AsideFile() = default;

Result<AsideFile> AsideFile::begin(const std::filesystem::path& path, Kind kind) {
  auto open = std::make_unique<Open>();
  open->path = path;
  if (kind == Kind::nameless) open->descriptor = open_nameless(folder_of(path));
  if (open->descriptor < 0) {
    open->aside = take_name(path, [&](const char* name) {
      open->descriptor = ::open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
      return open->descriptor >= 0;
    });
    if (!open->aside) return failure(path, errno);
  }
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

Result<void> AsideFile::put_at(std::uint64_t offset, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written =
        ::pwrite(open_->descriptor, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return failure(open_->path, errno);
    offset += static_cast<std::uint64_t>(written);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

Result<void> AsideFile::keep(bool may_replace) {
  if (const int code = sync_data(open_->descriptor); code != 0) return failure(open_->path, code);
  if (const int code = may_replace ? open_->replace() : open_->place_new(); code != 0)
    return failure(open_->path, code);
  sync_folder(folder_of(open_->path));
  return {};
}

}  // namespace imps::platform
