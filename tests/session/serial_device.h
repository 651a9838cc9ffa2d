// What is plugged into a serial line: the other end of a pseudo-terminal.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include "tests/session/musician.h"

namespace imps::test {

/// The other end of a line, behind a name that stays the same when it is plugged in again.
class Device {
 public:
  explicit Device(std::filesystem::path name) : name_(std::move(name)) { plug_in(); }
  ~Device() { unplug(); }
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;

  void plug_in() {
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
  void unplug() {
    if (master_ < 0) return;
    std::filesystem::remove(name_);
    ::close(std::exchange(master_, -1));
  }

  void say(std::string_view bytes) const {
    ASSERT_EQ(::write(master_, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  }
  /// So many bytes, or what has come when nothing more does.
  std::string hear(std::size_t count) const {
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

 private:
  std::filesystem::path name_;
  int master_ = -1;
};

}  // namespace imps::test
