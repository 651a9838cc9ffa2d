// A host's name to its addresses, without making anybody wait.
#pragma once

#include <chrono>
#include <cstdint>
#include <future>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/ip/udp.hpp>

namespace imps {

using UdpEndpoint = boost::asio::ip::udp::endpoint;

/// The endpoint of a host that needs no lookup: an address in numbers, or "localhost", which is
/// 127.0.0.1.
std::optional<UdpEndpoint> numeric_endpoint(const std::string& host, std::uint16_t port);

/// The addresses of `host`, IPv4 first (most OSC programs listen there only); empty when it has
/// none. Blocks for as long as the system's resolver does, many seconds without a network.
std::vector<UdpEndpoint> look_up(const std::string& host, std::uint16_t port);

/// look_up() on a thread of its own, which is left to itself when nobody waits for it any more: a
/// resolver that hangs holds up neither the stage nor the program's end.
class HostLookup {
 public:
  HostLookup(std::string host, std::uint16_t port);

  /// Realtime-safe: yes.
  [[nodiscard]] bool done() const {
    return found_.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  }
  /// Blocks until done; once.
  std::vector<UdpEndpoint> take() { return found_.get(); }
  void wait() const { found_.wait(); }

 private:
  std::future<std::vector<UdpEndpoint>> found_;
};

}  // namespace imps
