#include "platform/sync.h"

#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

namespace imps::platform {

int sync_data(int descriptor) noexcept {
  for (;;) {
#if defined(__APPLE__)
    // fsync() there leaves the bytes in the drive's own cache. Some file systems only have fsync().
    if (::fcntl(descriptor, F_FULLFSYNC) == 0 || ::fsync(descriptor) == 0) return 0;
#else
    if (::fdatasync(descriptor) == 0) return 0;
#endif
    if (errno != EINTR) return errno;
  }
}

}  // namespace imps::platform
