#include "platform/wake.h"

#include <fcntl.h>
#include <unistd.h>

namespace imps::platform {

Wake::Wake() {
  if (::pipe(ends_) != 0) {
    ends_[0] = ends_[1] = -1;
    return;
  }
  for (const int end : ends_) {
    ::fcntl(end, F_SETFL, ::fcntl(end, F_GETFL) | O_NONBLOCK);
    ::fcntl(end, F_SETFD, FD_CLOEXEC);
  }
}

Wake::~Wake() {
  for (const int end : ends_) {
    if (end >= 0) ::close(end);
  }
}

void Wake::signal() noexcept {
  const char byte = 1;
  // A full pipe is a signal already.
  [[maybe_unused]] const auto written = ::write(ends_[1], &byte, 1);
}

void Wake::clear() noexcept {
  char bytes[64];
  while (::read(ends_[0], bytes, sizeof bytes) == static_cast<ssize_t>(sizeof bytes)) {
  }
}

}  // namespace imps::platform
