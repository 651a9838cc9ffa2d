#include "log/file_source.h"

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace imps {
namespace {

Error failed(const std::filesystem::path& path, int number) {
  return Error{path.string() + ": cannot be read: " + std::generic_category().message(number) +
               ": check the name and who may read it"};
}

}  // namespace

Result<FileSource> FileSource::open(const std::filesystem::path& path) {
  // Non-blocking: opening a pipe would wait for someone to write into it.
  const int file = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (file < 0) return failed(path, errno);
  struct stat facts {};
  if (::fstat(file, &facts) != 0 || !S_ISREG(facts.st_mode)) {
    ::close(file);
    return Error{path.string() + ": not a file but a " +
                 (S_ISDIR(facts.st_mode) ? "folder" : "pipe or device") + ": name a file"};
  }
  return FileSource(path, file, static_cast<std::uint64_t>(facts.st_size));
}

FileSource::~FileSource() {
  if (file_ >= 0) ::close(file_);
}

Result<void> FileSource::play(const std::function<void(std::string_view)>& take) const {
  std::vector<char> piece(std::size_t{64} << 10);
  for (std::uint64_t at = 0; at < size_;) {
    const auto want = static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), size_ - at));
    const auto got = ::pread(file_, piece.data(), want, static_cast<off_t>(at));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed(path_, errno);
    if (got == 0) break;  // it has become shorter
    take({piece.data(), static_cast<std::size_t>(got)});
    at += static_cast<std::uint64_t>(got);
  }
  return {};
}

}  // namespace imps
