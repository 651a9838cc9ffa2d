#include "session/doctor/network.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "config/endpoint.h"
#include "interface/osc/counts.h"
#include "interface/osc/host_lookup.h"

namespace imps::doctor {
namespace {

namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;
using asio::ip::tcp;
using asio::ip::udp;

ErrorCode try_to_bind(const UdpEndpoint& at, bool is_tcp) {
  asio::io_context loop{1};
  ErrorCode error;
  const auto bind = [&](auto& socket, const auto& endpoint) {
    socket.open(endpoint.protocol(), error);
    if (!error && endpoint.address().is_v6())
      socket.set_option(asio::ip::v6_only(!endpoint.address().is_unspecified()), error);
    // Connections of before linger for a minute and are no other server.
    if (!error && is_tcp) socket.set_option(asio::socket_base::reuse_address(true), error);
    if (!error) socket.bind(endpoint, error);
  };
  if (is_tcp) {
    tcp::acceptor acceptor(loop);
    bind(acceptor, tcp::endpoint(at.address(), at.port()));
  } else {
    udp::socket socket(loop);
    bind(socket, at);
  }
  return error;
}

PortFacts look_at(std::string name, std::string key, const Endpoint& listen, bool is_tcp,
                  bool performing) {
  PortFacts facts{.name = std::move(name), .key = std::move(key), .listen = listen};
  if (listen.port == 0) return facts;  // any that is unused
  ErrorCode error;
  if (listen.host == "localhost") {
    error = try_to_bind({asio::ip::address_v4::loopback(), listen.port}, is_tcp);
    if (!error) {
      // The other family may be absent.
      error = try_to_bind({asio::ip::address_v6::loopback(), listen.port}, is_tcp);
      if (error != asio::error::address_in_use) error = {};
    }
  } else if (const auto numeric = numeric_endpoint(listen.host, listen.port)) {
    error = try_to_bind(*numeric, is_tcp);
  } else if (const auto found = look_up(listen.host, listen.port); !found.empty()) {
    error = try_to_bind(found.front(), is_tcp);
  } else {
    facts.found = PortFacts::Found::impossible;
    facts.trouble = "no address is known for that name";
    return facts;
  }
  if (error == asio::error::address_in_use) {
    facts.owner =
        is_tcp ? platform::tcp_port_owner(listen.port) : platform::udp_port_owner(listen.port);
    const bool ours = facts.owner ? facts.owner->process == ::getpid() : performing;
    facts.found = ours ? PortFacts::Found::ours : PortFacts::Found::taken;
  } else if (error) {
    facts.found = PortFacts::Found::impossible;
    facts.trouble = error.message();
  }
  return facts;
}

}  // namespace

std::vector<PortFacts> look_at_network(const Settings& settings,
                                       const std::optional<Endpoint>& page, bool performing) {
  std::vector<PortFacts> ports;
  if (settings.osc.enabled)
    ports.push_back(look_at("OSC port", "osc.listen", settings.osc.listen, false, performing));
  if (settings.websocket.enabled) {
    ports.push_back(
        look_at("WebSocket port", "websocket.listen", settings.websocket.listen, true, performing));
  }
  if (page) ports.push_back(look_at("page's port", "", *page, true, performing));
  return ports;
}

Check judge(const PortFacts& facts) {
  Check check{.name = facts.name, .words = to_text(facts.listen)};
  switch (facts.found) {
    case PortFacts::Found::unused:
      check.words += facts.listen.port == 0 ? ": any that is free" : " is free";
      return check;
    case PortFacts::Found::ours:
      check.words += ": imps listens";
      return check;
    case PortFacts::Found::taken:
      check.words += facts.owner ? fmt::format(" is taken by '{}' (process {})",
                                               escaped(facts.owner->program), facts.owner->process)
                                 : " is taken by another program";
      check.help = "end that program";
      break;
    case PortFacts::Found::impossible:
      check.words += " cannot be listened on: " + facts.trouble;
      check.help = "use localhost, 0.0.0.0 (the whole network) or an address of this machine";
      break;
  }
  const bool is_page = facts.key.empty();
  check.state = is_page ? Check::State::doubtful : Check::State::bad;
  check.help += is_page ? ", or play without the page" : ", or choose another " + facts.key;
  return check;
}

}  // namespace imps::doctor
