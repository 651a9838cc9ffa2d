// The musician's side of the wire: a socket on loopback that plays to imps and hears what comes
// back. Nothing sleeps; what does not come within the patience is not there.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "tests/interface/osc_packets.h"

namespace imps::test {

/// Only a failing test waits so long.
inline constexpr std::chrono::milliseconds kWait{20'000};

using OscArgument = std::variant<double, std::int64_t, std::string>;

/// A message as it was heard.
struct OscMessage {
  std::string address;
  std::vector<OscArgument> arguments;
  std::optional<std::uint64_t> time_tag;  ///< of the bundle around it
  std::chrono::steady_clock::time_point came;

  /// The arguments that are numbers.
  [[nodiscard]] std::vector<double> numbers() const;
};

/// The messages of a datagram; empty when it is not well-formed OSC of types f, i, h and s.
std::vector<OscMessage> read_osc(const Packet& packet);

class Musician {
 public:
  /// At any free port of 127.0.0.1, or at this one.
  explicit Musician(std::uint16_t port = 0);
  ~Musician();
  Musician(const Musician&) = delete;
  Musician& operator=(const Musician&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  /// Leaves: its port is free, and nobody hears there.
  void leave();

  void send(const Packet& packet, std::uint16_t to) const;
  void play(const std::vector<float>& controls, std::uint16_t to) const {
    send(floats("/interface", controls), to);
  }

  /// The next datagram as it is.
  std::optional<Packet> receive(std::chrono::milliseconds patience = kWait);
  /// The next message, or the next one at `address`; others before it are passed over.
  std::optional<OscMessage> hear(std::chrono::milliseconds patience = kWait);
  std::optional<OscMessage> hear(std::string_view address,
                                 std::chrono::milliseconds patience = kWait);
  /// Everything at `address` that is there by now.
  std::vector<OscMessage> heard_so_far(std::string_view address);

  /// Asks how things stand: everything sent before has been acted on once that is answered.
  bool is_answered(std::uint16_t by);
  /// What /imps/status says; empty when nothing comes.
  std::map<std::string, OscArgument> status(std::uint16_t of);
  /// One whole number of it, or −1.
  std::int64_t count(std::uint16_t of, const std::string& key);

 private:
  std::uint16_t port_ = 0;
  int socket_ = -1;
  std::vector<OscMessage> kept_;  // heard while waiting for an answer
};

}  // namespace imps::test
