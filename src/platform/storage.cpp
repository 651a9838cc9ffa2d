#include "platform/storage.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

#include "platform/scratch_name.h"
#include "platform/sync.h"

namespace imps::platform {

std::optional<std::uint64_t> free_space(const std::filesystem::path& folder) {
  std::error_code error;
  const auto space = std::filesystem::space(folder, error);
  if (error || space.available == static_cast<std::uintmax_t>(-1)) return std::nullopt;
  return space.available;
}

Result<std::vector<std::chrono::microseconds>> time_syncs(const std::filesystem::path& folder,
                                                          int times) {
  ScratchName name = ScratchName::beside(folder / "imps", "sync");
  const int file = ::open(name.path().c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) {
    const int why = errno;
    if (why == EEXIST) name.forget();
    return Error{std::strerror(why)};
  }
  std::vector<std::chrono::microseconds> took;
  int fault = 0;
  constexpr std::array<char, 200> kRow{};  // as long as a row of nine controls
  for (int i = 0; i < times && fault == 0; ++i) {
    if (::write(file, kRow.data(), kRow.size()) < 0) {
      fault = errno;
      break;
    }
    const auto before = std::chrono::steady_clock::now();
    fault = sync_data(file);
    took.push_back(std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::steady_clock::now() - before));
  }
  ::close(file);
  if (fault != 0) return Error{std::strerror(fault)};
  return took;
}

}  // namespace imps::platform
