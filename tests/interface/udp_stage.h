// For tests over real loopback sockets: a port under test on any free port, and its other end.
// Nothing sleeps; what does not come within kPatience fails the test.
#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <gtest/gtest.h>

#include "interface/osc/udp_port.h"
#include "tests/interface/osc_packets.h"

namespace imps::test {

namespace asio = boost::asio;
using Udp = asio::ip::udp;

inline constexpr auto kPatience = std::chrono::seconds(20);
inline constexpr TimePoint kNow{};

inline UdpEndpoint loopback(std::uint16_t port) { return {asio::ip::address_v4::loopback(), port}; }
inline UdpEndpoint loopback6(std::uint16_t port) {
  return {asio::ip::address_v6::loopback(), port};
}

inline bool machine_has_ipv6() {
  asio::io_context loop;
  Udp::socket socket(loop);
  boost::system::error_code error;
  socket.open(Udp::v6(), error);
  if (!error) socket.bind(loopback6(0), error);
  return !error;
}

/// A plain socket: the musician's program.
class Peer {
 public:
  explicit Peer(UdpEndpoint at = loopback(0)) : socket_(loop_, at) {}

  std::uint16_t port() { return socket_.local_endpoint().port(); }
  void send(const Packet& packet, const UdpEndpoint& to) {
    socket_.send_to(asio::buffer(packet), to);
  }
  /// The next datagram; fails when none comes.
  Packet receive() {
    Packet packet(65'536);
    std::size_t size = 0;
    bool came = false;
    socket_.async_receive(asio::buffer(packet),
                          [&](const boost::system::error_code& error, std::size_t received) {
                            came = !error;
                            size = received;
                          });
    loop_.restart();
    loop_.run_for(kPatience);
    EXPECT_TRUE(came) << "no datagram came";
    packet.resize(size);
    if (!came) {
      socket_.cancel();
      loop_.restart();
      loop_.run();
    }
    return packet;
  }
  /// True when a datagram is there already.
  bool has_datagram() { return socket_.available() > 0; }

 private:
  asio::io_context loop_;
  Udp::socket socket_;
};

/// A port under test, and what it received.
class PortStage : public UdpReceiver {
 public:
  explicit PortStage(const Endpoint& listen = {"localhost", 0},
                     const std::vector<Endpoint>& outputs = {}, std::size_t most_per_turn = 256) {
    auto opened = UdpPort::open(loop, listen, outputs, tally);
    if (!opened) {
      ADD_FAILURE() << opened.error().message;
      return;
    }
    port = std::move(*opened);
    port->start(*this, most_per_turn);
  }

  asio::io_context loop;
  OscTally tally;
  std::unique_ptr<UdpPort> port;
  std::vector<Packet> received;
  std::vector<UdpEndpoint> senders;
  std::vector<bool> batch_ends;  ///< more_waits of each
  std::function<void(Bytes, const UdpEndpoint&)> then;

  void on_datagram(Bytes packet, const UdpEndpoint& sender) override {
    received.emplace_back(packet.begin(), packet.end());
    senders.push_back(sender);
    if (then) then(packet, sender);
  }
  void on_batch_end(bool more_waits) override { batch_ends.push_back(more_waits); }

  /// Runs the loop until so many datagrams have come.
  void run_until_received(std::size_t count) {
    while (received.size() < count) {
      if (loop.run_one_for(kPatience) == 0) {
        ADD_FAILURE() << received.size() << " of " << count << " datagrams came";
        return;
      }
    }
  }
};

}  // namespace imps::test
