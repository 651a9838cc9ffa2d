#include "web/server.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

#include <boost/asio/ip/host_name.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "config/endpoint.h"
#include "config/origin.h"
#include "web/assets.h"
#include "web/connection.h"
#include "web/guard.h"
#include "web/server_impl.h"
#include "web/viewer.h"

namespace imps {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;
using ErrorCode = boost::system::error_code;

namespace {

/// Until connections are taken again when one could not be.
constexpr auto kAfterFailure = std::chrono::milliseconds(100);

/// Whether it is an object with `needed`, and beside it at most `optional`: what is misspelt is not
/// done in part.
bool has_only(const nlohmann::json& json, std::string_view needed, std::string_view optional = "") {
  if (!json.is_object() || !json.contains(needed)) return false;
  for (const auto& [key, ignored] : json.items())
    if (key != needed && key != optional) return false;
  return true;
}

bool is_from_here(const Tcp::socket& socket) {
  ErrorCode error;
  const auto peer = socket.remote_endpoint(error).address();
  if (error) return false;
  return peer.is_loopback() ||
         (peer.is_v6() && peer.to_v6().is_v4_mapped() &&
          asio::ip::make_address_v4(asio::ip::v4_mapped, peer.to_v6()).is_loopback());
}

}  // namespace

WebServer::Impl::Impl(asio::io_context& loop, Options options, StageDoor& door)
    : loop_(loop), options_(std::move(options)), door_(door) {
  const bool at_home = is_loopback_host(options_.settings.listen.host);
  if (options_.settings.share || !at_home) token_ = take_token();
}

Result<void> WebServer::Impl::open() {
  const WebSettings& settings = options_.settings;
  if (!settings.certificate.empty()) {
    auto front = TlsFront::open(settings.certificate, settings.certificate_key);
    if (!front) return front.error();
    tls_ = std::move(*front);
  }
  return listen();
}

Result<void> WebServer::Impl::listen() {
  const Endpoint& listen = options_.settings.listen;
  if (options_.settings.share) {
    if (auto done = listen_at({asio::ip::address_v4::any(), listen.port}); !done) return done;
    // The other family may be absent.
    static_cast<void>(listen_at({asio::ip::address_v6::any(), port_}));
    return {};
  }
  if (listen.host == "localhost") {
    if (auto done = listen_at({asio::ip::address_v4::loopback(), listen.port}); !done) return done;
    static_cast<void>(listen_at({asio::ip::address_v6::loopback(), port_}));
    return {};
  }
  ErrorCode error;
  const auto address = asio::ip::make_address(listen.host, error);
  if (error)
    return Error{fmt::format("no page on {}: give localhost or an address of this machine",
                             to_text(listen))};
  return listen_at({address, listen.port});
}

Result<void> WebServer::Impl::listen_at(const Tcp::endpoint& endpoint) {
  ErrorCode error;
  Tcp::acceptor acceptor(loop_);
  acceptor.open(endpoint.protocol(), error);
  if (!error && endpoint.address().is_v6()) acceptor.set_option(asio::ip::v6_only(true), error);
  // Connections of before linger for a minute and are no other server.
  if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error == asio::error::address_in_use) {
    return Error{
        fmt::format("no page: port {} is in use by another program: give another one by --webport",
                    endpoint.port())};
  }
  if (error)
    return Error{
        fmt::format("no page on {}: {}", to_text(options_.settings.listen), error.message())};
  port_ = acceptor.local_endpoint().port();
  acceptors_.push_back(std::move(acceptor));
  accept(acceptors_.size() - 1);
  return {};
}

void WebServer::Impl::accept(std::size_t acceptor) {
  acceptors_[acceptor].async_accept(
      [self = weak_from_this(), acceptor](const ErrorCode& error, Tcp::socket socket) {
        const auto server = self.lock();
        if (!server || server->closed_ || error == asio::error::operation_aborted) return;
        const bool is_here = is_from_here(socket);
        const std::size_t most = is_here ? kMostConnections : kMostOfOthers;
        if (!error && server->connection_count_ < most) {
          const auto connection = std::make_shared<Connection>(server, std::move(socket), is_here);
          std::erase_if(server->connections_, [](const auto& one) { return one.expired(); });
          server->connections_.push_back(connection);
          connection->begin();
        }
        if (!error) return server->accept(acceptor);
        // As when there are no descriptors left: it would be as wrong at once again.
        const auto pause = std::make_shared<asio::steady_timer>(server->loop_, kAfterFailure);
        pause->async_wait([self, acceptor, pause](const ErrorCode& ended) {
          const auto still = self.lock();
          if (still && !still->closed_ && !ended) still->accept(acceptor);
        });
      });
}

void WebServer::Impl::close() noexcept {
  closed_ = true;
  ErrorCode ignored;
  for (auto& acceptor : acceptors_)
    acceptor.close(ignored);
  for (const auto& viewer : viewers_)
    viewer->end();
  viewers_.clear();
  for (const auto& weak : connections_)
    if (const auto connection = weak.lock()) connection->end();
  slow_.join();
}

void WebServer::Impl::add_viewer(const std::shared_ptr<Viewer>& viewer) {
  viewers_.push_back(viewer);
  if (viewers_.size() == 1) door_.watch(true);
}

void WebServer::Impl::remove_viewer(const Viewer* viewer) {
  if (std::erase_if(viewers_, [&](const auto& one) { return one.get() == viewer; }) > 0 &&
      viewers_.empty())
    door_.watch(false);
}

void WebServer::Impl::send() {
  if (news_.is_empty()) return;
  const std::size_t events = news_.events();
  const auto text = std::make_shared<const std::string>(news_.take(options_.now()));
  for (const auto& viewer : viewers_)
    viewer->hear(text, events);
}

std::vector<std::string> WebServer::Impl::links() const {
  const std::string_view scheme = tls_ ? "https" : "http";
  if (token_.empty())
    return {
        fmt::format("{}://{}", scheme, to_text(Endpoint{options_.settings.listen.host, port_}))};
  // By other names than its certificate's browsers warn.
  std::vector<std::string> hosts = tls_ ? tls_->hosts() : std::vector<std::string>();
  std::erase_if(hosts, [](const std::string& host) { return is_loopback_host(host); });
  const auto add = [&hosts](std::string host) {
    if (std::find(hosts.begin(), hosts.end(), host) == hosts.end())
      hosts.push_back(std::move(host));
  };
  if (!options_.settings.share) {
    add(options_.settings.listen.host);
  } else {
    // What a packet to another network would leave by.
    asio::io_context loop;
    ErrorCode error;
    asio::ip::udp::socket socket(loop);
    socket.connect({asio::ip::make_address_v4("192.0.2.1"), 9}, error);  // RFC 5737: nowhere
    const auto local = error ? asio::ip::udp::endpoint() : socket.local_endpoint(error);
    if (!error && !local.address().is_unspecified()) {
      const std::string address = local.address().to_string();
      const auto known = std::find(hosts.begin(), hosts.end(), address);
      // The first link is the QR code's, and not every telephone knows names.
      if (known != hosts.end())
        std::rotate(hosts.begin(), known, known + 1);
      else
        add(address);
    }
    if (std::string name = asio::ip::host_name(error); !error && !name.empty())
      add(std::move(name));
  }
  std::vector<std::string> all;
  for (const std::string& host : hosts)
    all.push_back(fmt::format("{}://{}/?token={}", scheme, to_text(Endpoint{host, port_}), token_));
  return all;
}

/// The resources that are the server's own.
ApiReply WebServer::Impl::answer_own(std::string_view resource, const ApiRequest& request) {
  const auto done = [](const Result<void>& result) {
    return result ? ApiReply{.body = "{}"} : api_error(400, result.error().message);
  };
  const auto wants = [&](std::string_view method) { return request.method == method; };
  const bool is_whole = request.path.empty();
  if (resource == "state" && is_whole) {
    if (!wants("GET")) return not_allowed(request.method, "GET");
    return {.body = news_.state().dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)};
  }
  if (resource == "command" && is_whole) {
    if (!wants("POST")) return not_allowed(request.method, "POST");
    const auto json = nlohmann::json::parse(request.body, nullptr, false);
    if (!has_only(json, "command", "value"))
      return api_error(400,
                       "command: give {\"command\": \"word\", \"value\": …}, and nothing else");
    const auto command = command_from_json(
        json["command"], json.contains("value") ? json["value"] : nlohmann::json());
    return command ? done(door_.say(*command)) : api_error(400, command.error().message);
  }
  if (resource == "frame" && is_whole) {
    if (!wants("POST")) return not_allowed(request.method, "POST");
    const auto json = nlohmann::json::parse(request.body, nullptr, false);
    if (!has_only(json, "controls"))
      return api_error(400, "frame: give {\"controls\": [0.5, …]}, and nothing else");
    const auto controls = controls_from_json(json["controls"]);
    return controls ? done(door_.play(*controls)) : api_error(400, controls.error().message);
  }
  if (resource == "openapi.json" && is_whole) {
    if (!wants("GET")) return not_allowed(request.method, "GET");
    return {.body = std::string(openapi())};
  }
  return api_error(404, "there is no such resource: doc/api.md lists them");
}

WebServer::WebServer(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

WebServer::~WebServer() { close(); }

Result<std::unique_ptr<WebServer>> WebServer::open(asio::io_context& loop, Options options,
                                                   StageDoor& door) {
  auto impl = std::make_shared<Impl>(loop, std::move(options), door);
  if (auto opened = impl->open(); !opened) return opened.error();
  return std::unique_ptr<WebServer>(new WebServer(std::move(impl)));
}

std::uint16_t WebServer::port() const noexcept { return impl_->port_; }
std::vector<std::string> WebServer::links() const { return impl_->links(); }
bool WebServer::is_shared() const noexcept { return !impl_->token_.empty(); }
bool WebServer::is_encrypted() const noexcept { return impl_->tls_ != nullptr; }
LiveNews& WebServer::news() noexcept { return impl_->news_; }
void WebServer::send() { impl_->send(); }
std::size_t WebServer::viewers() const noexcept { return impl_->viewers_.size(); }
void WebServer::close() noexcept { impl_->close(); }

}  // namespace imps
