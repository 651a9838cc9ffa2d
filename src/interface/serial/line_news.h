// What a musician is told of a serial line.
#pragma once

#include <optional>
#include <string>

#include "interface/serial/serial_line.h"

namespace imps {

/// "serial: /dev/ttyUSB0 is connected", once for each change; why it is not there, once for each
/// reason.
class LineNews {
 public:
  /// Nothing when nothing has changed since the last call. Allocates.
  std::optional<std::string> take(std::string_view name, const SerialLine& line);

 private:
  std::optional<std::string> told_;
};

}  // namespace imps
