#include "platform/serial_port.h"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#if defined(__linux__)
#include <asm/termbits.h>  // termios2; not beside <termios.h>
#else
#include <termios.h>
#if defined(__APPLE__)
#include <IOKit/serial/ioss.h>
#endif
#endif

namespace imps::platform {
namespace {

namespace fs = std::filesystem;

#if defined(__linux__)

bool set_up(int fd, int baudrate) noexcept {
  termios2 settings{};
  if (::ioctl(fd, TCGETS2, &settings) != 0) return false;
  settings.c_iflag = 0;
  settings.c_oflag = 0;
  settings.c_lflag = 0;
  settings.c_cflag = CS8 | CREAD | CLOCAL | BOTHER | BOTHER << IBSHIFT;
  settings.c_ispeed = static_cast<speed_t>(baudrate);
  settings.c_ospeed = static_cast<speed_t>(baudrate);
  settings.c_cc[VMIN] = 1;
  settings.c_cc[VTIME] = 0;
  return ::ioctl(fd, TCSETS2, &settings) == 0;
}

#else

bool set_up(int fd, int baudrate) noexcept {
  termios settings{};
  if (::tcgetattr(fd, &settings) != 0) return false;
  ::cfmakeraw(&settings);
  settings.c_cflag |= CS8 | CREAD | CLOCAL;
#if defined(__APPLE__)
  if (::tcsetattr(fd, TCSANOW, &settings) != 0) return false;
  speed_t speed = static_cast<speed_t>(baudrate);
  ::ioctl(fd, IOSSIOSPEED, &speed);  // pseudo-terminals have none
  return true;
#else
  ::cfsetspeed(&settings, static_cast<speed_t>(baudrate));
  return ::tcsetattr(fd, TCSANOW, &settings) == 0;
#endif
}

#endif

std::string first_line(const fs::path& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

}  // namespace

Result<int> open_serial_port(const std::string& path, int baudrate) {
  const int fd = ::open(path.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) {
    const bool forbidden = errno == EACCES;
    return Error{
        fmt::format("{}: {}{}", path, std::strerror(errno),
                    forbidden ? ": add yourself to the group that owns it (dialout)" : "")};
  }
  if (::isatty(fd) != 1 || !set_up(fd, baudrate)) {
    const Error error{
        fmt::format("{}: is no serial line, or cannot be set to {} baud", path, baudrate)};
    ::close(fd);
    return error;
  }
  ::ioctl(fd, TIOCEXCL);
  return fd;
}

std::optional<std::string> find_serial_port(const std::string& port) {
  constexpr std::string_view kUsb = "usb:";
  if (!port.starts_with(kUsb)) return port;
  std::string wanted = port.substr(kUsb.size());
  std::transform(wanted.begin(), wanted.end(), wanted.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  std::error_code error;
  std::vector<std::string> found;
  for (const auto& entry : fs::directory_iterator("/sys/class/tty", error)) {
    // Some levels above the line is the USB device that it belongs to.
    fs::path device = fs::canonical(entry.path() / "device", error);
    for (int level = 0; !error && level < 4 && device.has_parent_path(); ++level) {
      const std::string vendor = first_line(device / "idVendor");
      if (!vendor.empty()) {
        if (vendor + ":" + first_line(device / "idProduct") == wanted)
          found.push_back("/dev/" + entry.path().filename().string());
        break;
      }
      device = device.parent_path();
    }
    error.clear();
  }
  if (found.empty()) return std::nullopt;
  return *std::min_element(found.begin(), found.end());
}

}  // namespace imps::platform
