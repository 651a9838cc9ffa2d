// Serial lines: opening one at any speed, and finding one by its USB numbers.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <imps/result.h>

namespace imps::platform {

/// Opens a serial line, or a pseudo-terminal, for raw bytes both ways: 8 bits, no parity, one stop
/// bit, no flow control. Reading and writing do not block. Nobody else can open it meanwhile, where
/// the system can see to that.
/// @param baudrate  any; what the hardware can do of it
/// @returns the descriptor. An Error when there is none, or it is no terminal. May block for a
///   moment: not for a thread that must be on time.
Result<int> open_serial_port(const std::string& path, int baudrate);

/// Waits until all that was written has left, and closes the line. Blocks as long as that takes.
void finish_serial_port(int fd) noexcept;

/// A serial line that is plugged in.
struct SerialPort {
  std::string path;  ///< "/dev/ttyACM0"
  std::string usb;   ///< "usb:0d28:0204"; "" for lines that are not USB's
  std::string name;  ///< of the device, as it says; may be ""

  friend bool operator==(const SerialPort&, const SerialPort&) = default;
};

/// All that belong to a device, by path (Linux; empty elsewhere).
std::vector<SerialPort> serial_ports();

/// The path of `port`: itself, or of "usb:VENDOR:PRODUCT" (four hexadecimal digits each, as lsusb
/// shows them) the first such line that is plugged in; nothing when there is none.
std::optional<std::string> find_serial_port(const std::string& port);

/// Whether this user's programs may read and write a line. Asked without opening it, which would
/// start some boards anew.
struct SerialRight {
  bool granted = false;
  std::string group;  ///< that the line belongs to: "dialout"; may be ""
};
/// Nothing when there is no such line.
std::optional<SerialRight> serial_right(const std::string& path);

}  // namespace imps::platform
