// What a musician is told of a serial line.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "interface/interface.h"
#include "interface/serial/serial_line.h"

namespace imps {

/// "serial: /dev/ttyUSB0 is connected", once for each change; why it is not there, once for each
/// reason.
class LineNews {
 public:
  /// That it is there now, or why it is not; nothing when that was told last. Allocates.
  std::optional<PortNews> take(std::string_view name, const SerialLine& line);

 private:
  std::optional<std::string> told_;
};

}  // namespace imps
