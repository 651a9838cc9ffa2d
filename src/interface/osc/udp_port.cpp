#include "interface/osc/udp_port.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <boost/asio/ip/v6_only.hpp>
#include <fmt/format.h>
#include <sys/socket.h>

#include "platform/port_owner.h"

namespace imps {
namespace {

namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;

// Room for a few thousand small messages while the loop is busy; see doc/formats/osc.md, "The
// port".
constexpr int kReceiveBuffer = 4 << 20;

/// A v4 address inside a v6 one is that v4 address.
asio::ip::address plain(const asio::ip::address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
  }
  return address;
}

Error busy(std::uint16_t port, const std::string& host) {
  std::string who = "another program has it";
  if (const auto owner = platform::udp_port_owner(port)) {
    who = fmt::format("'{}' (process {}) has it", escaped(owner->program), owner->process);
  }
  return Error{
      fmt::format("OSC port {} on {} is taken: {}: end that program, or listen on another port",
                  port, host, who)};
}

}  // namespace

UdpPort::~UdpPort() { stop(); }

Result<std::unique_ptr<UdpPort>> UdpPort::open(asio::io_context& loop, const Endpoint& listen,
                                               const std::vector<Endpoint>& outputs,
                                               OscTally& tally) {
  try {
    std::unique_ptr<UdpPort> port(new UdpPort(loop, tally));
    Result<void> listening;
    if (listen.host == "localhost") {
      listening = port->listen_on_localhost(listen.port);
    } else if (const auto numeric = numeric_endpoint(listen.host, listen.port)) {
      listening = port->listen_on(*numeric, listen.host, true);
    } else {
      const auto found = look_up(listen.host, listen.port);
      if (found.empty()) {
        return Error{fmt::format(
            "cannot listen for OSC on '{}': no address is known for that name: use localhost, "
            "0.0.0.0 (the whole network) or an address of this machine",
            escaped(listen.host))};
      }
      listening = port->listen_on(found.front(), listen.host, true);
    }
    if (!listening) return listening.error();
    port->outputs_.reserve(outputs.size());
    for (const auto& output : outputs)
      port->outputs_.emplace_back(loop, output, tally);
    return port;
  } catch (const std::exception& failure) {
    return Error{fmt::format("cannot listen for OSC on {}:{}: {}", escaped(listen.host),
                             listen.port, failure.what())};
  }
}

/// An address that this machine does not have is no error when it need not exist.
Result<void> UdpPort::listen_on(const UdpEndpoint& endpoint, const std::string& host,
                                bool must_exist) {
  ErrorCode error;
  auto listener = std::make_unique<Listener>(loop_);
  auto& socket = listener->socket;
  socket.open(endpoint.protocol(), error);
  if (!error && endpoint.address().is_v6()) {
    // Only "every address" means both families.
    socket.set_option(asio::ip::v6_only(!endpoint.address().is_unspecified()), error);
  }
  // No reuse of addresses: of two servers on one port, the second must fail.
  if (!error) socket.non_blocking(true, error);
  if (!error) socket.bind(endpoint, error);
  if (error == asio::error::address_in_use) return busy(endpoint.port(), escaped(host));
  if (error && !must_exist) return {};
  if (error) {
    return Error{
        fmt::format("cannot listen for OSC on {}:{}: {}: use localhost, 0.0.0.0 (the "
                    "whole network) or an address of this machine",
                    escaped(host), endpoint.port(), error.message())};
  }
  // What is not granted shows in the counts.
  platform::ask_for_receive_buffer(socket.native_handle(), kReceiveBuffer);
  platform::count_losses(socket.native_handle());
  port_ = socket.local_endpoint().port();
  listeners_.push_back(std::move(listener));
  return {};
}

Result<void> UdpPort::listen_on_localhost(std::uint16_t port) {
  // "Any free port" must be free in both families: a few tries find one.
  for (int tries = port == 0 ? 16 : 1;; --tries) {
    listeners_.clear();
    const auto v4 = listen_on({asio::ip::address_v4::loopback(), port}, "127.0.0.1", true);
    if (!v4) return v4;
    const auto v6 = listen_on({asio::ip::address_v6::loopback(), port_}, "[::1]", false);
    if (v6 || tries <= 1) return v6;
  }
}

void UdpPort::start(UdpReceiver& receiver, std::size_t most_per_turn) {
  receiver_ = &receiver;
  most_per_turn_ = std::max<std::size_t>(most_per_turn, 1);
  for (auto& listener : listeners_)
    wait(*listener);
}

void UdpPort::stop() noexcept {
  receiver_ = nullptr;
  for (auto& listener : listeners_) {
    ErrorCode ignored;
    listener->socket.cancel(ignored);
  }
}

void UdpPort::wait(Listener& listener) {
  listener.socket.async_wait(asio::ip::udp::socket::wait_read,
                             [this, &listener, alive = std::weak_ptr(alive_)](const ErrorCode&) {
                               // The loop may get here after the port has gone.
                               if (alive.expired() || receiver_ == nullptr) return;
                               drain(listener);
                             });
}

void UdpPort::drain(Listener& listener) {
  const int socket = listener.socket.native_handle();
  std::size_t left = most_per_turn_;
  bool more = true;
  receiving_ = &listener;
  while (left > 0 && receiver_ != nullptr) {
    const std::size_t asked = std::min(left, platform::DatagramBatch::kMost);
    const auto datagrams = batch_.receive(socket, asked);
    if (batch_.error() != 0) {
      tally_.fault(&OscCounts::receive_errors, "", std::strerror(batch_.error()));
    }
    if (const auto lost = batch_.lost()) count_losses(listener, *lost);
    for (const platform::Datagram& datagram : datagrams) {
      if (receiver_ == nullptr) break;
      if (datagram.cut) {
        tally_.fault(&OscCounts::too_large, "datagram", "over 64 KiB");
        continue;
      }
      UdpEndpoint sender;
      if (datagram.sender_size > sender.capacity()) continue;
      std::memcpy(sender.data(), datagram.sender, datagram.sender_size);
      sender.resize(datagram.sender_size);
      receiver_->on_datagram(datagram.bytes, sender);
    }
    left -= datagrams.size();
    if (datagrams.size() < asked) {
      more = false;
      break;
    }
  }
  receiving_ = nullptr;
  if (receiver_ != nullptr) receiver_->on_batch_end(more);
  if (receiver_ != nullptr) wait(listener);
}

void UdpPort::count_losses(Listener& listener, std::uint32_t lost) {
  // The system's counter wraps. A count that came along with a datagram can be older than one that
  // was asked for.
  const auto fresh = static_cast<std::int32_t>(lost - listener.lost);
  if (fresh <= 0) return;
  listener.lost = lost;
  tally_.fault(&OscCounts::kernel_dropped, "", "more came than could be read in time",
               static_cast<std::uint64_t>(fresh));
}

void UdpPort::count_losses() {
  for (auto& listener : listeners_) {
    if (const auto lost = platform::losses(listener->socket.native_handle()))
      count_losses(*listener, *lost);
  }
}

std::size_t UdpPort::send(Bytes packet, TimePoint now) {
  std::size_t sent = 0;
  for (auto& output : outputs_)
    sent += output.send(packet, now) ? 1 : 0;
  return sent;
}

bool UdpPort::may_answer(const UdpEndpoint& sender) {
  const auto from = plain(sender.address());
  if (from.is_loopback()) return true;
  return std::any_of(outputs_.begin(), outputs_.end(), [&](UdpOutput& output) {
    output.take_lookup();
    return output.address() && plain(output.address()->address()) == from;
  });
}

bool UdpPort::reply(Bytes packet, const UdpEndpoint& sender) {
  if (!may_answer(sender)) {
    tally_.fault(&OscCounts::replies_refused, sender.address().is_v4() ? "IPv4" : "IPv6",
                 "a query from a host that is not an output");
    return false;
  }
  if (receiving_ == nullptr) return false;
  if (::sendto(receiving_->socket.native_handle(), packet.data(), packet.size(), 0, sender.data(),
               static_cast<socklen_t>(sender.size())) < 0) {
    tally_.fault(&OscCounts::send_errors, "the sender of a query", std::strerror(errno));
    return false;
  }
  return true;
}

}  // namespace imps
