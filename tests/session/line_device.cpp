#include "tests/session/line_device.h"

#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include "tests/session/musician.h"

namespace imps::test {

LineDevice::LineDevice(std::filesystem::path name) : name_(std::move(name)) { plug_in(); }

void LineDevice::plug_in() {
  master_ = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  ::grantpt(master_);
  ::unlockpt(master_);
  // A real line does not echo, however early it is spoken on.
  termios settings{};
  ::tcgetattr(master_, &settings);
  ::cfmakeraw(&settings);
  ::tcsetattr(master_, TCSANOW, &settings);
  std::filesystem::remove(name_);
  std::filesystem::create_symlink(::ptsname(master_), name_);
}

void LineDevice::unplug() {
  if (master_ < 0) return;
  std::filesystem::remove(name_);
  ::close(std::exchange(master_, -1));
}

bool LineDevice::say(std::string_view bytes) const {
  return ::write(master_, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size());
}

std::string LineDevice::hear(std::size_t count) const {
  std::string heard;
  pollfd readable{.fd = master_, .events = POLLIN, .revents = 0};
  while (heard.size() < count && ::poll(&readable, 1, static_cast<int>(kWait.count())) == 1) {
    std::string some(count - heard.size(), '\0');
    const ssize_t got = ::read(master_, some.data(), some.size());
    if (got <= 0) break;  // nobody has opened the line, or it was closed
    heard.append(some, 0, static_cast<std::size_t>(got));
  }
  return heard;
}

std::string LineDevice::heard_so_far() const {
  std::string heard;
  pollfd readable{.fd = master_, .events = POLLIN, .revents = 0};
  while (::poll(&readable, 1, 0) == 1) {
    std::string some(4096, '\0');
    const ssize_t got = ::read(master_, some.data(), some.size());
    if (got <= 0) break;
    heard.append(some, 0, static_cast<std::size_t>(got));
  }
  return heard;
}

}  // namespace imps::test
