// Who has a port that we wanted.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace imps::platform {

struct PortOwner {
  int process = 0;      ///< its id
  std::string program;  ///< its short name; whatever the program chose, so escape before printing
};

/// The program that has a UDP socket on `port`, on whichever address, where the system tells:
/// Linux does for the user's own programs (and root is told of all). Reads /proc: not for the
/// performance loop. Thread-safe: yes.
std::optional<PortOwner> udp_port_owner(std::uint16_t port);

/// The same for the program that waits for TCP connections there.
std::optional<PortOwner> tcp_port_owner(std::uint16_t port);

}  // namespace imps::platform
