#include "web/server.h"

#include <algorithm>
#include <deque>
#include <optional>
#include <thread>
#include <utility>

#include <boost/asio/ip/host_name.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "config/endpoint.h"
#include "config/origin.h"
#include "web/assets.h"
#include "web/guard.h"
#include "web/target.h"

namespace imps {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using Tcp = asio::ip::tcp;
using ErrorCode = boost::system::error_code;
using Text = std::shared_ptr<const std::string>;
using Response = http::response<http::string_body>;

constexpr std::size_t kLongestHead = 16 * 1024;
constexpr std::size_t kLongestMessage = 16 * 1024;  // of a viewer
constexpr auto kIdlePatience = std::chrono::seconds(60);
constexpr std::string_view kApi = "api";
constexpr std::string_view kVersion = "v1";
constexpr std::string_view kCookie = "imps";

/// Nothing is loaded, framed or sent elsewhere, and no script runs that we did not write.
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; media-src 'self' blob:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'";

void add_safety(Response& response) {
  response.set("Content-Security-Policy", kPolicy);
  response.set("X-Content-Type-Options", "nosniff");
  response.set("Referrer-Policy", "no-referrer");
  response.set("Cross-Origin-Opener-Policy", "same-origin");
  response.set("Cross-Origin-Resource-Policy", "same-origin");
}

std::string_view view(beast::string_view text) noexcept { return {text.data(), text.size()}; }

bool takes_gzip(std::string_view accepted) noexcept {
  return accepted.find("gzip") != std::string_view::npos;
}

/// "attachment", with a name that needs no quoting beyond this.
std::string attachment(std::string name) {
  for (char& c : name)
    if (static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\' || c == 0x7f) c = '_';
  return "attachment; filename=\"" + name + "\"";
}

}  // namespace

class WebServer::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(asio::io_context& loop, Options options, StageDoor& door)
      : loop_(loop), options_(std::move(options)), door_(door) {
    const bool at_home = is_loopback_host(options_.settings.listen.host);
    if (options_.settings.share || !at_home) token_ = make_token();
  }

  Result<void> listen();
  Result<void> listen_at(const Tcp::endpoint& endpoint);
  void accept(std::size_t acceptor);
  void close() noexcept;
  void send();
  [[nodiscard]] std::vector<std::string> links() const;

  class Connection;
  class Viewer;

  void add_viewer(const std::shared_ptr<Viewer>& viewer);
  void remove_viewer(const Viewer* viewer);
  [[nodiscard]] ApiReply answer_own(std::string_view resource, const ApiRequest& request);

  asio::io_context& loop_;
  Options options_;
  StageDoor& door_;
  std::string token_;  // "" when it is not shared
  std::vector<Tcp::acceptor> acceptors_;
  std::uint16_t port_ = 0;
  std::vector<std::weak_ptr<Connection>> connections_;
  std::size_t connection_count_ = 0;
  std::size_t bytes_ = 0;  // of the requests that come in
  std::vector<std::shared_ptr<Viewer>> viewers_;
  LiveNews news_;
  bool closed_ = false;
  asio::thread_pool slow_{1};
};

// ---- a viewer

class WebServer::Impl::Viewer : public std::enable_shared_from_this<Viewer> {
 public:
  Viewer(std::shared_ptr<Impl> server, beast::tcp_stream&& stream)
      : server_(std::move(server)), socket_(std::move(stream)) {}

  void begin(const http::request<http::string_body>& request) {
    socket_.set_option(websocket::stream_base::timeout::suggested(beast::role_type::server));
    socket_.read_message_max(kLongestMessage);
    socket_.async_accept(request, [self = shared_from_this()](const ErrorCode& error) {
      if (error || self->server_->closed_) return;
      self->open_ = true;
      // All before what changes: who is first to watch brings news at once.
      self->catch_up();
      self->server_->add_viewer(self);
      self->read();
    });
  }

  /// @param events  in the message
  void hear(const Text& text, std::size_t events) {
    if (!open_) return;
    if (is_behind_ || waiting_.size() >= kMostWaiting) {
      is_behind_ = true;
      missed_ += events;
      if (waiting_.empty()) catch_up();
      return;
    }
    put(text);
  }

  void end() noexcept {
    open_ = false;
    ErrorCode ignored;
    beast::get_lowest_layer(socket_).socket().close(ignored);
  }

 private:
  void catch_up() {
    is_behind_ = false;
    put(std::make_shared<const std::string>(
        server_->news_.all(server_->options_.now(), std::exchange(missed_, 0))));
  }

  void put(Text text) {
    waiting_.push_back(std::move(text));
    if (waiting_.size() == 1) write();
  }

  void write() {
    socket_.text(true);
    socket_.async_write(asio::buffer(*waiting_.front()),
                        [self = shared_from_this()](const ErrorCode& error, std::size_t) {
                          if (error) return;  // reading fails, too
                          self->waiting_.pop_front();
                          if (!self->open_) return;
                          if (!self->waiting_.empty())
                            self->write();
                          else if (self->is_behind_)
                            self->catch_up();
                        });
  }

  void read() {
    socket_.async_read(buffer_, [self = shared_from_this()](const ErrorCode& error, std::size_t) {
      if (error || !self->open_) {
        self->open_ = false;
        self->server_->remove_viewer(self.get());
        return;
      }
      const auto data = self->buffer_.cdata();
      const auto done = act_on_live_message({static_cast<const char*>(data.data()), data.size()},
                                            self->server_->door_);
      self->buffer_.consume(self->buffer_.size());
      if (!done && self->waiting_.size() < kMostWaiting)
        self->put(std::make_shared<const std::string>(api_error(400, done.error().message).body));
      self->read();
    });
  }

  const std::shared_ptr<Impl> server_;
  websocket::stream<beast::tcp_stream> socket_;
  beast::flat_buffer buffer_{kLongestMessage + 1024};
  std::deque<Text> waiting_;
  bool is_behind_ = false;
  std::uint64_t missed_ = 0;
  bool open_ = false;
};

// ---- a connection

class WebServer::Impl::Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(std::shared_ptr<Impl> server, Tcp::socket&& socket)
      : server_(std::move(server)), stream_(std::move(socket)) {
    ErrorCode error;
    const auto peer = stream_.socket().remote_endpoint(error);
    is_here_ =
        !error &&
        (peer.address().is_loopback() ||
         (peer.address().is_v6() && peer.address().to_v6().is_v4_mapped() &&
          asio::ip::make_address_v4(asio::ip::v4_mapped, peer.address().to_v6()).is_loopback()));
    stream_.socket().set_option(Tcp::no_delay(true), error);
    ++server_->connection_count_;
  }
  ~Connection() {
    give_back_bytes();
    --server_->connection_count_;
  }

  void read() { read(server_->options_.head_patience); }
  void read(std::chrono::milliseconds patience) {
    request_.emplace();
    request_->header_limit(kLongestHead);
    request_->body_limit(boost::none);  // set once it is known what is asked for
    stream_.expires_after(patience);
    http::async_read_header(
        stream_, buffer_, *request_,
        [self = shared_from_this()](const ErrorCode& error, std::size_t) { self->on_head(error); });
  }

  void end() noexcept {
    ErrorCode ignored;
    stream_.socket().close(ignored);
  }

 private:
  void on_head(const ErrorCode& error) {
    if (error == http::error::end_of_stream || error == beast::error::timeout) return finish();
    if (error == http::error::header_limit)
      return reply(api_error(431, "the head of the request is longer than 16 KB"), false);
    if (error) return reply(api_error(400, "this is not HTTP"), false);
    const auto& head = request_->get();
    target_ = read_target(view(head.target()));
    if (!target_)
      return reply(api_error(400, "the path or the query of the request is not well formed"),
                   false);
    if (const auto refused = look()) return reply(*refused, false);
    const ApiResource* const resource = find_resource();
    const std::uint64_t most = resource == nullptr ? 64 * 1024 : resource->most_bytes;
    const auto length = request_->content_length();
    if (length && *length > most)
      return reply(api_error(413, fmt::format("more than {} bytes are not taken here", most)),
                   false);
    if (server_->bytes_ + (length ? *length : most) > kMostBytes)
      return reply(api_error(503, "others are sending much just now: try again"), false);
    bytes_ = static_cast<std::size_t>(length ? *length : most);
    server_->bytes_ += bytes_;
    request_->body_limit(most);
    stream_.expires_after(server_->options_.body_patience);
    http::async_read(stream_, buffer_, *request_,
                     [self = shared_from_this()](const ErrorCode& failed, std::size_t) {
                       self->on_body(failed);
                     });
  }

  void on_body(const ErrorCode& error) {
    if (error == http::error::body_limit)
      return reply(api_error(413, "the request brings more than is taken here"), false);
    if (error == beast::error::timeout) return finish();
    if (error) return reply(api_error(400, "the request broke off"), false);
    if (const auto& path = target_->path; path.size() >= 2 && path[0] == kApi) return on_api();
    on_page();
  }

  /// Who asks, and whether they may; nothing when they may.
  std::optional<ApiReply> look() {
    const auto& head = request_->get();
    const auto asked = target_->query.find("token");
    std::string_view token = asked == target_->query.end() ? std::string_view() : asked->second;
    token_from_link_ = !token.empty();
    if (token.empty()) token = cookie(view(head[http::field::cookie]), kCookie);
    constexpr std::string_view kBearer = "Bearer ";
    if (const auto given = view(head[http::field::authorization]); given.starts_with(kBearer))
      token = given.substr(kBearer.size());
    const bool changes = (head.method() != http::verb::get && head.method() != http::verb::head) ||
                         websocket::is_upgrade(head);
    const Entry entry = look_at({.is_here = is_here_,
                                 .changes = changes,
                                 .host = view(head[http::field::host]),
                                 .origin = view(head[http::field::origin]),
                                 .fetch_site = view(head["Sec-Fetch-Site"]),
                                 .token = token},
                                server_->token_);
    switch (entry) {
      case Entry::granted:
        return std::nullopt;
      case Entry::wrong_host:
        return api_error(403,
                         "this machine is not called so: open the page by the link that imps "
                         "says when it starts");
      case Entry::wrong_origin:
        return api_error(403, "pages of other sites may not ask here");
      case Entry::no_token:
        return api_error(401,
                         "open the page by the link that imps says when it starts: it has "
                         "the token");
    }
    return std::nullopt;
  }

  [[nodiscard]] const ApiResource* find_resource() const {
    const auto& path = target_->path;
    if (path.size() < 3 || path[0] != kApi || path[1] != kVersion) return nullptr;
    const auto found = server_->options_.api.find(path[2]);
    return found == server_->options_.api.end() ? nullptr : &found->second;
  }

  void on_api() {
    const auto& path = target_->path;
    if (path[1] != kVersion)
      return reply(api_error(404, "this version of the API is not here: ask under /api/v1"));
    const std::string name = path.size() > 2 ? path[2] : "";
    if (name == "live" && path.size() == 3) return on_live();
    ApiRequest request{.method = std::string(view(request_->get().method_string())),
                       .path = {},
                       .query = target_->query,
                       .body = std::move(request_->get().body())};
    if (path.size() > 3) request.path.assign(path.begin() + 3, path.end());
    const ApiResource* const resource = find_resource();
    if (resource == nullptr) return reply(server_->answer_own(name, request));
    if (!resource->is_slow) return reply(resource->answer(request));
    stream_.expires_never();
    asio::post(server_->slow_, [self = shared_from_this(), answer = resource->answer,
                                request = std::move(request)] {
      auto made = std::make_shared<ApiReply>(answer(request));
      asio::post(self->server_->loop_, [self, made] { self->reply(*made); });
    });
  }

  void on_live() {
    if (!websocket::is_upgrade(request_->get()))
      return reply(api_error(426, "this is a WebSocket: doc/api.md"));
    if (server_->viewers_.size() >= kMostViewers)
      return reply(api_error(503, "more pages are open than there is room for"), false);
    stream_.expires_never();
    std::make_shared<Viewer>(server_, std::move(stream_))->begin(request_->get());
    give_back_bytes();
  }

  void on_page() {
    const auto& head = request_->get();
    if (head.method() != http::verb::get && head.method() != http::verb::head)
      return reply(api_error(405, "the page can only be read"));
    std::string path;
    for (const std::string& segment : target_->path)
      path += "/" + segment;
    const Asset* const asset = find_asset(path.empty() ? "/" : path);
    if (asset == nullptr) return reply(api_error(404, "there is no such page"));
    Response response{http::status::ok, head.version()};
    response.set(http::field::content_type, asset->type);
    response.set(http::field::etag, asset->digest);
    response.set(http::field::cache_control, "no-cache");
    response.set(http::field::vary, "Accept-Encoding");
    if (token_from_link_ && asset->path == "/") {
      response.set(http::field::set_cookie, fmt::format("{}={}; Path=/; HttpOnly; SameSite=Strict",
                                                        kCookie, target_->query["token"]));
    }
    if (view(head[http::field::if_none_match]) == asset->digest && !token_from_link_) {
      response.result(http::status::not_modified);
    } else if (takes_gzip(view(head[http::field::accept_encoding]))) {
      response.set(http::field::content_encoding, "gzip");
      response.body() = asset->gzip;
    } else {
      return reply(api_error(406, "the page comes compressed (Accept-Encoding: gzip)"));
    }
    write(std::move(response), true);
  }

  void reply(const ApiReply& answer, bool goes_on = true) {
    Response response{static_cast<http::status>(answer.status), 11};
    response.set(http::field::content_type, answer.type);
    response.set(http::field::cache_control, "no-store");
    if (!answer.download.empty())
      response.set(http::field::content_disposition, attachment(answer.download));
    response.body() = answer.body;
    write(std::move(response), goes_on);
  }

  void write(Response response, bool goes_on) {
    give_back_bytes();
    add_safety(response);
    const bool is_head = request_ && request_->get().method() == http::verb::head;
    const bool keep = goes_on && request_->get().keep_alive() && !server_->closed_;
    response.keep_alive(keep);
    response.prepare_payload();
    if (is_head) response.body().clear();
    response_ = std::move(response);
    stream_.expires_after(server_->options_.body_patience);
    const auto done = [self = shared_from_this(), keep](const ErrorCode& error, std::size_t) {
      if (error || !keep) return self->finish();
      self->response_ = {};
      self->read(kIdlePatience);
    };
    if (is_head) {
      serializer_.emplace(response_);
      http::async_write_header(stream_, *serializer_, done);
    } else {
      http::async_write(stream_, response_, done);
    }
  }

  void finish() {
    give_back_bytes();
    ErrorCode ignored;
    stream_.socket().shutdown(Tcp::socket::shutdown_send, ignored);
  }

  void give_back_bytes() noexcept { server_->bytes_ -= std::exchange(bytes_, 0); }

  const std::shared_ptr<Impl> server_;
  beast::tcp_stream stream_;
  beast::flat_buffer buffer_{kLongestHead + 64 * 1024};
  std::optional<http::request_parser<http::string_body>> request_;
  std::optional<http::response_serializer<http::string_body>> serializer_;
  std::optional<RequestTarget> target_;
  Response response_;
  std::size_t bytes_ = 0;
  bool is_here_ = false;
  bool token_from_link_ = false;
};

// ---- the server

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
        if (!error && server->connection_count_ < kMostConnections) {
          const auto connection = std::make_shared<Connection>(server, std::move(socket));
          std::erase_if(server->connections_, [](const auto& one) { return one.expired(); });
          server->connections_.push_back(connection);
          connection->read();
        }
        server->accept(acceptor);
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
  if (token_.empty())
    return {fmt::format("http://{}", to_text(Endpoint{options_.settings.listen.host, port_}))};
  std::vector<std::string> hosts;
  if (!options_.settings.share) {
    hosts.push_back(options_.settings.listen.host);
  } else {
    // What a packet to another network would leave by.
    asio::io_context loop;
    ErrorCode error;
    asio::ip::udp::socket socket(loop);
    socket.connect({asio::ip::make_address_v4("192.0.2.1"), 9}, error);  // RFC 5737: nowhere
    const auto local = error ? asio::ip::udp::endpoint() : socket.local_endpoint(error);
    if (!error && !local.address().is_unspecified()) hosts.push_back(local.address().to_string());
    if (std::string name = asio::ip::host_name(error); !error && !name.empty())
      hosts.push_back(std::move(name));
  }
  std::vector<std::string> all;
  for (const std::string& host : hosts)
    all.push_back(fmt::format("http://{}/?token={}", to_text(Endpoint{host, port_}), token_));
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
    if (!wants("GET")) return api_error(405, "state: GET");
    return {.body = news_.state().dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)};
  }
  if (resource == "command" && is_whole) {
    if (!wants("POST")) return api_error(405, "command: POST");
    const auto json = nlohmann::json::parse(request.body, nullptr, false);
    if (!json.is_object() || !json.contains("command"))
      return api_error(400, "command: give {\"command\": \"word\", \"value\": …}");
    const auto command = command_from_json(
        json["command"], json.contains("value") ? json["value"] : nlohmann::json());
    return command ? done(door_.say(*command)) : api_error(400, command.error().message);
  }
  if (resource == "frame" && is_whole) {
    if (!wants("POST")) return api_error(405, "frame: POST");
    const auto json = nlohmann::json::parse(request.body, nullptr, false);
    if (!json.is_object() || !json.contains("controls"))
      return api_error(400, "frame: give {\"controls\": [0.5, …]}");
    const auto controls = controls_from_json(json["controls"]);
    return controls ? done(door_.play(*controls)) : api_error(400, controls.error().message);
  }
  return api_error(404, "there is no such resource: doc/api.md lists them");
}

WebServer::WebServer(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

WebServer::~WebServer() { close(); }

Result<std::unique_ptr<WebServer>> WebServer::open(asio::io_context& loop, Options options,
                                                   StageDoor& door) {
  auto impl = std::make_shared<Impl>(loop, std::move(options), door);
  if (auto listening = impl->listen(); !listening) return listening.error();
  return std::unique_ptr<WebServer>(new WebServer(std::move(impl)));
}

std::uint16_t WebServer::port() const noexcept { return impl_->port_; }
std::vector<std::string> WebServer::links() const { return impl_->links(); }
bool WebServer::is_shared() const noexcept { return !impl_->token_.empty(); }
LiveNews& WebServer::news() noexcept { return impl_->news_; }
void WebServer::send() { impl_->send(); }
std::size_t WebServer::viewers() const noexcept { return impl_->viewers_.size(); }
void WebServer::close() noexcept { impl_->close(); }

}  // namespace imps
