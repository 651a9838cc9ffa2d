#include "platform/serial_port.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
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

constexpr std::string_view kUsb = "usb:";

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

void finish_serial_port(int fd) noexcept {
#if defined(__linux__)
  constexpr int kDrain = 1;
  ::ioctl(fd, TCSBRK, kDrain);
#else
  ::tcdrain(fd);
#endif
  ::close(fd);
}

std::vector<SerialPort> serial_ports() {
  std::error_code error;
  std::vector<SerialPort> found;
  for (const auto& entry : fs::directory_iterator("/sys/class/tty", error)) {
    const fs::path line = fs::canonical(entry.path() / "device", error);
    if (error) {  // a console, or a pseudo-terminal: of no device
      error.clear();
      continue;
    }
    // Ports that a board could have are listed by the kernel whether they are there or not.
    const bool is_real = first_line(entry.path() / "type") != "0";
    if (!is_real) continue;
    SerialPort port{.path = "/dev/" + entry.path().filename().string(), .usb = {}, .name = {}};
    // Some levels above the line is the USB device that it belongs to.
    fs::path device = line;
    for (int level = 0; level < 4 && device.has_parent_path(); ++level) {
      const std::string vendor = first_line(device / "idVendor");
      if (!vendor.empty()) {
        port.usb = std::string(kUsb) + vendor + ":" + first_line(device / "idProduct");
        port.name = first_line(device / "product");
        break;
      }
      device = device.parent_path();
    }
    found.push_back(std::move(port));
  }
  std::sort(found.begin(), found.end(),
            [](const SerialPort& a, const SerialPort& b) { return a.path < b.path; });
  return found;
}

std::optional<std::string> find_serial_port(const std::string& port) {
  if (!port.starts_with(kUsb)) return port;
  std::string wanted = port;
  std::transform(wanted.begin(), wanted.end(), wanted.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const auto ports = serial_ports();
  const auto found = std::find_if(ports.begin(), ports.end(),
                                  [&](const SerialPort& one) { return one.usb == wanted; });
  return found == ports.end() ? std::nullopt : std::optional(found->path);
}

std::optional<SerialRight> serial_right(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  SerialRight right;
  right.granted = ::access(path.c_str(), R_OK | W_OK) == 0;
  std::array<char, 4096> text{};
  group entry{};
  group* found = nullptr;
  if (::getgrgid_r(status.st_gid, &entry, text.data(), text.size(), &found) == 0 &&
      found != nullptr) {
    right.group = found->gr_name;
  }
  return right;
}

}  // namespace imps::platform
