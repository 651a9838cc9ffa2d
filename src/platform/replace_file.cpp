#include "platform/replace_file.h"

#include "platform/aside_file.h"

namespace imps::platform {
namespace {

Result<void> put(const std::filesystem::path& path, std::span<const std::byte> bytes,
                 bool may_replace) {
  auto file = AsideFile::begin(path);
  if (!file) return file.error();
  if (auto written = file->append(bytes); !written) return written;
  return file->keep(may_replace);
}

}  // namespace

Result<void> replace_file(const std::filesystem::path& path, std::span<const std::byte> bytes) {
  return put(path, bytes, true);
}

Result<void> create_file(const std::filesystem::path& path, std::span<const std::byte> bytes) {
  return put(path, bytes, false);
}

}  // namespace imps::platform
