#include "platform/whole_file.h"

#include <cerrno>
#include <cstring>
#include <new>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace imps::platform {
namespace {

Result<std::vector<std::byte>> read_open_file(int fd, std::size_t most) {
  struct stat about {};
  if (::fstat(fd, &about) != 0) {
    return Error{fmt::format("cannot be read: {}", std::strerror(errno))};
  }
  if (S_ISDIR(about.st_mode)) return Error{"is a folder: name the file in it"};
  if (!S_ISREG(about.st_mode)) return Error{"is not a file but a pipe, device or socket"};
  const auto size = static_cast<std::size_t>(about.st_size);
  if (size > most) {
    return Error{fmt::format("has {} bytes, at most {} are accepted", size, most)};
  }
  std::vector<std::byte> bytes;
  try {
    bytes.resize(size);
  } catch (const std::bad_alloc&) {
    return Error{fmt::format("has {} bytes, for which there is no memory", size)};
  }
  std::size_t filled = 0;
  while (filled < size) {
    const ssize_t got = ::read(fd, bytes.data() + filled, size - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Error{fmt::format("cannot be read: {}", std::strerror(errno))};
    if (got == 0) break;  // somebody cut it meanwhile: what there is now is the file
    filled += static_cast<std::size_t>(got);
  }
  bytes.resize(filled);
  return bytes;
}

}  // namespace

Result<std::vector<std::byte>> read_whole_file(const std::filesystem::path& path,
                                               std::size_t most) {
  // Without O_NONBLOCK, opening a pipe that nobody writes to would wait for ever.
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) {
    const int why = errno;
    return Error{why == ENOENT ? std::string("there is no such file")
                               : fmt::format("cannot be opened: {}", std::strerror(why))};
  }
  auto result = read_open_file(fd, most);
  ::close(fd);
  return result;
}

}  // namespace imps::platform
