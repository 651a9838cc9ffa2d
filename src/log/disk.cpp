#include "log/disk.h"

#include <cerrno>
#include <string>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/sync.h"

namespace imps {
namespace {

namespace fs = std::filesystem;

/// Calls until it is not interrupted by a signal.
template <class F>
auto retried(F call) {
  auto result = call();
  while (result < 0 && errno == EINTR)
    result = call();
  return result;
}

DiskResult<Disk::File> open_file(const fs::path& path, int flags) {
  const int file = retried([&] { return ::open(path.c_str(), flags | O_CLOEXEC, 0644); });
  if (file < 0) return disk_error(errno);
  return file;
}

class RealDisk final : public Disk {
 public:
  DiskError make_folder(const fs::path& folder) override {
    std::error_code error;
    if (!folder.empty()) fs::create_directories(folder, error);
    return disk_error(error.value());
  }

  DiskError check_folder(const fs::path& folder) override {
    fs::path at = folder.empty() ? fs::path(".") : folder;
    for (;;) {
      if (::access(at.c_str(), F_OK) == 0) break;
      if (errno != ENOENT) return disk_error(errno);
      const fs::path parent = at.has_parent_path() ? at.parent_path() : fs::path(".");
      if (parent == at) return disk_error(ENOENT);
      at = parent;
    }
    struct stat facts {};
    if (::stat(at.c_str(), &facts) != 0) return disk_error(errno);
    if (!S_ISDIR(facts.st_mode)) return disk_error(ENOTDIR);
    return ::access(at.c_str(), W_OK | X_OK) == 0 ? DiskError() : disk_error(errno);
  }

  DiskResult<File> create(const fs::path& path) override {
    return open_file(path, O_RDWR | O_APPEND | O_CREAT | O_EXCL);
  }

  DiskResult<File> reopen(const fs::path& path) override {
    // Non-blocking, so that a pipe put in the file's place does not hold us up.
    const auto file = open_file(path, O_RDWR | O_APPEND | O_NOFOLLOW | O_NONBLOCK);
    if (!file) return file.error();
    struct stat facts {};
    if (::fstat(*file, &facts) == 0 && S_ISREG(facts.st_mode)) return *file;
    ::close(*file);
    return disk_error(EINVAL);
  }

  DiskResult<std::size_t> append(File file, std::string_view bytes) override {
    const auto taken = retried([&] { return ::write(file, bytes.data(), bytes.size()); });
    if (taken < 0) return disk_error(errno);
    return static_cast<std::size_t>(taken);
  }

  DiskResult<std::size_t> read(File file, std::uint64_t offset, std::span<char> into) override {
    const auto got = retried(
        [&] { return ::pread(file, into.data(), into.size(), static_cast<off_t>(offset)); });
    if (got < 0) return disk_error(errno);
    return static_cast<std::size_t>(got);
  }

  DiskResult<std::uint64_t> size(File file) override {
    struct stat facts {};
    if (::fstat(file, &facts) != 0) return disk_error(errno);
    return static_cast<std::uint64_t>(facts.st_size);
  }

  bool is_at(File file, const fs::path& path) override {
    struct stat open {};
    struct stat named {};
    return ::fstat(file, &open) == 0 && ::lstat(path.c_str(), &named) == 0 &&
           open.st_dev == named.st_dev && open.st_ino == named.st_ino;
  }

  DiskError sync(File file) override { return disk_error(platform::sync_data(file)); }

  void close(File file) override { ::close(file); }

  /// Writes over a file that is there, which a crash meanwhile would leave torn.
  static DiskError overwrite(const fs::path& path, std::string_view text) {
    const int file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
    if (file < 0) return disk_error(errno);
    DiskError error;
    if (::pwrite(file, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) {
      error = disk_error(ENOSPC);
    } else if (::ftruncate(file, static_cast<off_t>(text.size())) != 0) {
      error = disk_error(errno);
    } else if (const int failed = platform::sync_data(file); failed != 0) {
      error = disk_error(failed);
    }
    ::close(file);
    return error;
  }

  DiskError replace(const fs::path& path, std::string_view text) override {
    // The process's number keeps two programs that share a folder out of each other's way.
    fs::path aside = path;
    aside += "." + std::to_string(::getpid()) + ".part";
    if (const auto error = write_whole(aside, text)) {
      ::unlink(aside.c_str());
      // A full disk has room where the file is already: better there than nowhere.
      if (error.value() == ENOSPC || error.value() == EDQUOT) return overwrite(path, text);
      return error;
    }
    if (::rename(aside.c_str(), path.c_str()) != 0) {
      const auto error = disk_error(errno);
      ::unlink(aside.c_str());
      return error;
    }
    return sync_folder(path.has_parent_path() ? path.parent_path() : fs::path("."));
  }

  DiskError remove(const fs::path& path) override {
    return ::unlink(path.c_str()) == 0 ? DiskError() : disk_error(errno);
  }

  DiskResult<std::uint64_t> folder_bytes(const fs::path& folder) override {
    std::error_code error;
    std::uint64_t sum = 0;
    fs::directory_iterator entry(folder.empty() ? fs::path(".") : folder, error);
    if (error == std::errc::no_such_file_or_directory) return sum;
    for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
      std::error_code gone;  // a file may be removed while we look
      if (!entry->is_regular_file(gone)) continue;
      const auto bytes = entry->file_size(gone);
      if (!gone) sum += bytes;
    }
    if (error) return disk_error(error.value());
    return sum;
  }

 private:
  DiskError write_whole(const fs::path& path, std::string_view text) {
    const auto file = open_file(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW);
    if (!file) return file.error();
    DiskError error;
    while (!text.empty() && !error) {
      const auto taken = append(*file, text);
      if (!taken) {
        error = taken.error();
      } else if (*taken == 0) {
        error = disk_error(EIO);
      } else {
        text.remove_prefix(*taken);
      }
    }
    if (!error) error = sync(*file);
    if (::close(*file) != 0 && !error) error = disk_error(errno);
    return error;
  }

  DiskError sync_folder(const fs::path& folder) {
    const auto file = open_file(folder, O_RDONLY | O_DIRECTORY);
    if (!file) return file.error();
    const DiskError error = sync(*file);
    ::close(*file);
    // Some file systems cannot sync a folder; there is nothing more to do on those.
    return error.value() == EINVAL ? DiskError() : error;
  }
};

}  // namespace

std::shared_ptr<Disk> real_disk() { return std::make_shared<RealDisk>(); }

}  // namespace imps
