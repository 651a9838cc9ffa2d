#include "interface/osc/udp_output.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include <sys/socket.h>

#include "config/endpoint.h"

namespace imps {

namespace asio = boost::asio;

namespace {

// Nobody listening shows with the second datagram on a new socket: so few do not prove anything.
constexpr int kEnoughInARow = 8;

}  // namespace

UdpOutput::UdpOutput(asio::io_context& loop, Endpoint endpoint, OscTally& tally)
    : endpoint_(std::move(endpoint)),
      name_(to_text(endpoint_)),
      tally_(tally),
      socket_(loop),
      numeric_(numeric_endpoint(endpoint_.host, endpoint_.port)) {
  if (numeric_) {
    address_ = *numeric_;
    connect(*numeric_);
  } else {
    start_lookup();
  }
}

void UdpOutput::start_lookup() {
  ++lookups_;
  lookup_.emplace(endpoint_.host, endpoint_.port);
}

// A connected socket hears that nobody listens (an ICMP answer), which an unconnected one does not.
bool UdpOutput::connect(const UdpEndpoint& to) {
  boost::system::error_code error;
  socket_.close(error);
  socket_.open(to.protocol(), error);
  if (error) return false;
  // Some play to a whole network; without this the system refuses.
  boost::system::error_code no_broadcast;
  socket_.set_option(asio::socket_base::broadcast(true), no_broadcast);
  socket_.non_blocking(true, error);
  if (!error) socket_.connect(to, error);
  if (error) {
    boost::system::error_code ignored;
    socket_.close(ignored);
    return false;
  }
  address_ = to;
  return true;
}

void UdpOutput::take_lookup() {
  if (!lookup_ || !lookup_->done()) return;
  const auto found = lookup_->take();
  lookup_.reset();
  if (socket_.is_open() && !found.empty() && found.front() == address_) return;
  for (const auto& endpoint : found) {
    if (connect(endpoint)) return;
  }
}

void UdpOutput::wait_for_lookup() {
  if (lookup_) lookup_->wait();
  take_lookup();
}

void UdpOutput::count_failure(std::string_view reason) {
  tally_.fault(&OscCounts::send_errors, name_, reason);
}

void UdpOutput::try_again(TimePoint now) {
  if (lookup_ || !backoff_.due(now)) return;
  if (!numeric_) {
    start_lookup();
  } else if (!socket_.is_open()) {
    connect(*numeric_);
  }
}

bool UdpOutput::send(Bytes packet, TimePoint now) {
  take_lookup();
  if (!socket_.is_open()) {
    const bool asking = lookup_.has_value();
    try_again(now);
    if (!socket_.is_open()) {
      count_failure(asking ? "its address is being looked up"
                           : "no way to it: check the host's name and the network");
      return false;
    }
  }
  const auto send_once = [&] {
    return ::send(socket_.native_handle(), packet.data(), packet.size(), 0) >= 0;
  };
  const bool sent = send_once();
  // That nobody listened is told with the *next* datagram, which then is not sent: it goes again,
  // so that a receiver that has come back misses nothing.
  if (sent) {
    if (++sent_in_a_row_ == kEnoughInARow) {
      backoff_.succeeded();
      told_of_nobody_ = false;
    }
    return true;
  }
  sent_in_a_row_ = 0;
  const int error = errno;
  if (error == ECONNREFUSED) {
    // Once is enough to be told: the page may be all that is played on.
    if (std::exchange(told_of_nobody_, true))
      ++tally_.counts.send_errors;
    else
      count_failure("nobody listened there");
    if (!numeric_) try_again(now);  // it may have another address by now
    return send_once();
  }
  switch (error) {
    case EAGAIN:
    case ENOBUFS:
      count_failure("the system's send buffer is full");
      return false;
    case EMSGSIZE:
      count_failure("the message is too large for one datagram");
      return false;
    case ENETUNREACH:
    case EHOSTUNREACH:
    case ENETDOWN:
      count_failure("no way there: check the network");
      break;
    default:
      count_failure(std::strerror(error));
      break;
  }
  // The network may have changed under the socket: a new one is made as soon as a try is due.
  boost::system::error_code ignored;
  socket_.close(ignored);
  try_again(now);
  return false;
}

}  // namespace imps
