#include "dataset/byte_source.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace imps {
namespace {

class OpenFile final : public ByteSource {
 public:
  explicit OpenFile(int file) : file_(file) {}
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() override { ::close(file_); }

  /// Refuses what is no regular file.
  Result<void> look() {
    struct stat about {};
    if (::fstat(file_, &about) != 0)
      return Error{fmt::format("cannot be read: {}", std::strerror(errno))};
    if (S_ISDIR(about.st_mode)) return Error{"is a folder: name the file in it"};
    if (!S_ISREG(about.st_mode)) return Error{"is not a file but a pipe, device or socket"};
    size_ = static_cast<std::uint64_t>(about.st_size);
    return {};
  }

  [[nodiscard]] std::uint64_t size() const noexcept override { return size_; }

  [[nodiscard]] Result<void> read(std::uint64_t offset, std::span<std::byte> into) const override {
    while (!into.empty()) {
      const ssize_t got = ::pread(file_, into.data(), into.size(), static_cast<off_t>(offset));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return Error{fmt::format("cannot be read: {}", std::strerror(errno))};
      if (got == 0) return Error{"is shorter than it was: somebody cut it meanwhile"};
      offset += static_cast<std::uint64_t>(got);
      into = into.subspan(static_cast<std::size_t>(got));
    }
    return {};
  }

 private:
  int file_;
  std::uint64_t size_ = 0;
};

class Memory final : public ByteSource {
 public:
  explicit Memory(std::span<const std::byte> bytes) : bytes_(bytes) {}
  [[nodiscard]] std::uint64_t size() const noexcept override { return bytes_.size(); }
  [[nodiscard]] Result<void> read(std::uint64_t offset, std::span<std::byte> into) const override {
    if (offset > bytes_.size() || into.size() > bytes_.size() - offset)
      return Error{"is shorter than its directory says"};
    std::ranges::copy(bytes_.subspan(static_cast<std::size_t>(offset), into.size()), into.begin());
    return {};
  }

 private:
  std::span<const std::byte> bytes_;
};

}  // namespace

Result<std::shared_ptr<const ByteSource>> open_bytes(const std::filesystem::path& path) {
  // Without O_NONBLOCK, opening a pipe that nobody writes to would wait for ever.
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) {
    const int why = errno;
    return Error{why == ENOENT ? std::string("there is no such file")
                               : fmt::format("cannot be opened: {}", std::strerror(why))};
  }
  auto file = std::make_shared<OpenFile>(fd);
  if (auto looked = file->look(); !looked) return looked.error();
  return std::shared_ptr<const ByteSource>(std::move(file));
}

std::shared_ptr<const ByteSource> bytes_in_memory(std::span<const std::byte> bytes) {
  return std::make_shared<Memory>(bytes);
}

}  // namespace imps
