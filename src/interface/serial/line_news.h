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
  /// That it is there now; nothing when that is known, or not so. Allocates.
  std::optional<std::string> take_good(std::string_view name, const SerialLine& line);
  /// Why it is not there; nothing when that is known, or not so. Allocates.
  std::optional<std::string> take_bad(std::string_view name, const SerialLine& line);

 private:
  std::optional<std::string> unless_told(std::string now);

  std::optional<std::string> told_;
};

}  // namespace imps
