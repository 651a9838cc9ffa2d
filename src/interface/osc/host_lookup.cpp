#include "interface/osc/host_lookup.h"

#include <algorithm>
#include <memory>
#include <thread>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>

namespace imps {

namespace asio = boost::asio;

std::optional<UdpEndpoint> numeric_endpoint(const std::string& host, std::uint16_t port) {
  if (host == "localhost") return UdpEndpoint(asio::ip::address_v4::loopback(), port);
  boost::system::error_code error;
  const auto address = asio::ip::make_address(host, error);
  if (error) return std::nullopt;
  return UdpEndpoint(address, port);
}

std::vector<UdpEndpoint> look_up(const std::string& host, std::uint16_t port) {
  std::vector<UdpEndpoint> found;
  try {
    asio::io_context context;
    asio::ip::udp::resolver resolver(context);
    boost::system::error_code error;
    for (const auto& entry : resolver.resolve(host, std::to_string(port),
                                              asio::ip::udp::resolver::numeric_service, error)) {
      found.push_back(entry.endpoint());
    }
  } catch (const std::exception&) {
    // Out of memory or descriptors: as good as no address.
    return {};
  }
  std::stable_partition(found.begin(), found.end(),
                        [](const UdpEndpoint& e) { return e.address().is_v4(); });
  return found;
}

HostLookup::HostLookup(std::string host, std::uint16_t port) {
  std::promise<std::vector<UdpEndpoint>> promise;
  found_ = promise.get_future();
  try {
    std::thread([host = std::move(host), port, answer = std::move(promise)]() mutable {
      answer.set_value(look_up(host, port));
    }).detach();
  } catch (const std::exception&) {
    // No thread to be had: no address this time. The promise may have gone into the thread's
    // argument, so a new one answers.
    std::promise<std::vector<UdpEndpoint>> nothing;
    found_ = nothing.get_future();
    nothing.set_value({});
  }
}

}  // namespace imps
