// The musical port: OSC's datagrams in, from this machine or the network, and out again.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>

#include <imps/result.h>
#include <imps/time.h>

#include "config/settings.h"
#include "interface/osc/counts.h"
#include "interface/osc/udp_output.h"
#include "interface/osc/wire.h"
#include "platform/datagrams.h"

namespace imps {

/// Who hears what a port receives.
class UdpReceiver {
 public:
  virtual ~UdpReceiver() = default;
  /// One datagram; `packet` is valid during the call. `sender` is for UdpPort::reply().
  virtual void on_datagram(Bytes packet, const UdpEndpoint& sender) = 0;
  /// After the datagrams of one turn of the loop.
  /// @param more_waits  the turn's limit was reached, and more was probably there: the next turn
  ///                    follows at once, after timers and other ports.
  virtual void on_batch_end(bool more_waits) = 0;
};

/// Listens on one port and sends to any number of outputs.
///
/// All methods and all calls of the receiver are on the loop's thread; a receiver may call every
/// method but the destructor. Receiving and sending are realtime-safe after start().
class UdpPort {
 public:
  /// Opens the sockets: for "localhost" both 127.0.0.1 and, where there is one, [::1]; for "::"
  /// every address of both families; for "0.0.0.0" every IPv4 address; else the host's first
  /// address. Port 0 is any free port. Refuses a port that somebody has, and says who where the
  /// system tells. Host names of outputs are looked up meanwhile. Blocks while looking up the name
  /// to listen on; the rest is quick.
  /// @param loop, tally  outlive the port.
  static Result<std::unique_ptr<UdpPort>> open(boost::asio::io_context& loop,
                                               const Endpoint& listen,
                                               const std::vector<Endpoint>& outputs,
                                               OscTally& tally);
  ~UdpPort();
  UdpPort(const UdpPort&) = delete;
  UdpPort& operator=(const UdpPort&) = delete;

  /// The port it listens on.
  [[nodiscard]] std::uint16_t local_port() const noexcept { return port_; }

  /// From now on `receiver` (which outlives the port, or stop()) is called from the loop. Once.
  /// @param most_per_turn  datagrams of one socket before others have their turn, ≥ 1.
  void start(UdpReceiver& receiver, std::size_t most_per_turn = 256);
  /// Nothing is received any more, for good; sending still works.
  void stop() noexcept;

  /// Sends to every output; the number of those it went to. See UdpOutput.
  std::size_t send(Bytes packet, TimePoint now);

  /// Answers the sender of the datagram that is being received. Only this machine (loopback) and
  /// outputs' hosts are answered; others are counted. True when sent.
  bool reply(Bytes packet, const UdpEndpoint& sender);

  /// Brings the count of datagrams that the system dropped up to date: they are otherwise told of
  /// only with the next datagram. For status and reports.
  void count_losses();

  [[nodiscard]] std::span<UdpOutput> outputs() noexcept { return outputs_; }

 private:
  struct Listener {
    explicit Listener(boost::asio::io_context& loop) : socket(loop) {}
    boost::asio::ip::udp::socket socket;
    std::uint32_t lost = 0;
  };

  UdpPort(boost::asio::io_context& loop, OscTally& tally) : loop_(loop), tally_(tally) {}

  Result<void> listen_on(const UdpEndpoint& endpoint, const std::string& host, bool must_exist);
  Result<void> listen_on_localhost(std::uint16_t port);
  void wait(Listener& listener);
  void drain(Listener& listener);
  void count_losses(Listener& listener, std::uint32_t lost);
  [[nodiscard]] bool may_answer(const UdpEndpoint& sender);

  boost::asio::io_context& loop_;
  OscTally& tally_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  std::vector<UdpOutput> outputs_;
  platform::DatagramBatch batch_;
  UdpReceiver* receiver_ = nullptr;
  Listener* receiving_ = nullptr;
  std::size_t most_per_turn_ = 0;
  std::uint16_t port_ = 0;
  std::shared_ptr<char> alive_ = std::make_shared<char>('\0');
};

}  // namespace imps
