#include "web/connection.h"

#include <cstdint>
#include <exception>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <fmt/format.h>

#include "web/assets.h"
#include "web/guard.h"
#include "web/viewer.h"

namespace imps {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using Tcp = asio::ip::tcp;

constexpr auto kIdlePatience = std::chrono::seconds(60);
constexpr std::string_view kApi = "api";
constexpr std::string_view kVersion = "v1";
/// A browser keeps what came in clear from taking the place of what came encrypted: two names. The
/// prefix is for encrypted ones of just this host (RFC 6265bis, 4.1.3.2). All ports of a host share
/// their cookies, and there may be an imps on several.
std::string cookie_name(bool is_secure, std::uint16_t port) {
  return fmt::format("{}imps-{}", is_secure ? "__Host-" : "", port);
}
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

std::string_view view(beast::string_view text) noexcept { return {text.data(), text.size()}; }

/// What goes wrong in a resource is an answer, too: the performance goes on.
ApiReply answer_of(const ApiResource& resource, const ApiRequest& request) {
  try {
    return resource.answer(request);
  } catch (const std::exception& failure) {
    return api_error(500,
                     fmt::format("{}: a fault of imps itself, please report it", failure.what()));
  }
}

/// For people. The policy of all our pages allows no style of its own here, and it needs none.
ApiReply page_of(const Refusal& refusal) {
  return {.status = refusal.status,
          .body = fmt::format("<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">"
                              "<meta name=\"viewport\" content=\"width=device-width\">"
                              "<meta name=\"color-scheme\" content=\"dark light\">"
                              "<title>imps</title><h1>imps</h1><p>{}.</p>{}</html>\n",
                              refusal.why,
                              refusal.status == 404 ? "<p><a href=\"/\">To the page</a></p>" : ""),
          .type = "text/html; charset=utf-8"};
}

}  // namespace

WebServer::Impl::Connection::Connection(std::shared_ptr<Impl> server, Tcp::socket&& socket,
                                        bool is_here)
    : server_(std::move(server)), stream_(server_->loop_), is_here_(is_here) {
  ErrorCode ignored;
  socket.set_option(Tcp::no_delay(true), ignored);
  stream_.socket() = std::move(socket);
  ++server_->connection_count_;
}

WebServer::Impl::Connection::~Connection() {
  give_back_bytes();
  --server_->connection_count_;
}

void WebServer::Impl::Connection::begin() {
  const auto patience = server_->options_.head_patience;
  if (!server_->tls_) return read(patience);
  stream_.expires_after(patience);
  stream_.async_read_some(buffer_.prepare(kLongestHead),
                          [self = shared_from_this()](const ErrorCode& error, std::size_t count) {
                            if (!error) self->on_first(count);
                          });
}

void WebServer::Impl::Connection::on_first(std::size_t count) {
  buffer_.commit(count);
  const std::span heard(static_cast<const std::byte*>(buffer_.cdata().data()), count);
  if (is_tls(heard[0])) {
    auto inner = server_->tls_->take(server_->loop_, stream_.release_socket(), is_here_, heard);
    if (!inner) return;
    stream_.socket() = std::move(*inner);
    buffer_.clear();
    is_secure_ = true;
  }
  read(server_->options_.head_patience);
}

void WebServer::Impl::Connection::read(std::chrono::milliseconds patience) {
  request_.emplace();
  request_->header_limit(kLongestHead);
  request_->body_limit(boost::none);  // set once it is known what is asked for
  stream_.expires_after(patience);
  http::async_read_header(
      stream_, buffer_, *request_,
      [self = shared_from_this()](const ErrorCode& error, std::size_t) { self->on_head(error); });
}

void WebServer::Impl::Connection::end() noexcept {
  ErrorCode ignored;
  stream_.socket().close(ignored);
}

void WebServer::Impl::Connection::on_head(const ErrorCode& error) {
  if (error == http::error::end_of_stream || error == beast::error::timeout) return finish();
  if (error == http::error::header_limit)
    return reply(api_error(431, "the head of the request is longer than 16 KB"), false);
  if (error) return reply(api_error(400, "this is not HTTP"), false);
  const auto& head = request_->get();
  // RFC 9112, 3.2: two that say different things may be read as either.
  if (head.count(http::field::host) > 1)
    return reply(api_error(400, "the request names more than one host"), false);
  auto target = read_target(view(head.target()));
  if (!target) return reply(api_error(400, target.error().message), false);
  target_ = std::move(*target);
  if (server_->tls_ && !is_secure_ && !is_here_) return redirect();
  if (const auto refused = look()) {
    return reply(asks_for_page() ? page_of(*refused) : api_error(refused->status, refused->why),
                 false);
  }
  const ApiResource* const resource = find_resource();
  const std::uint64_t most = resource == nullptr ? 64 * 1024 : resource->most_bytes;
  const auto length = request_->content_length();
  if (length && *length > most)
    return reply(api_error(413, fmt::format("more than {} bytes are not taken here", most)), false);
  // RFC 9112, 6.3: a request that says neither brings nothing.
  const std::uint64_t brings = length ? *length : request_->chunked() ? most : 0;
  if (server_->bytes_ + brings > kMostBytes)
    return reply(api_error(503, "others are sending much just now: try again"), false);
  bytes_ = static_cast<std::size_t>(brings);
  server_->bytes_ += bytes_;
  request_->body_limit(most);
  stream_.expires_after(server_->options_.body_patience);
  if (request_->get().version() < 11 ||
      !beast::iequals(request_->get()[http::field::expect], "100-continue"))
    return read_body();
  // RFC 9110, 10.1.1: the client waits with what it brings until it hears that it may.
  asio::async_write(stream_, asio::buffer(kContinue),
                    [self = shared_from_this()](const ErrorCode& failed, std::size_t) {
                      failed ? self->finish() : self->read_body();
                    });
}

void WebServer::Impl::Connection::read_body() {
  http::async_read(
      stream_, buffer_, *request_,
      [self = shared_from_this()](const ErrorCode& failed, std::size_t) { self->on_body(failed); });
}

void WebServer::Impl::Connection::on_body(const ErrorCode& error) {
  if (error == http::error::body_limit)
    return reply(api_error(413, "the request brings more than is taken here"), false);
  if (error == beast::error::timeout) return finish();
  if (error) return reply(api_error(400, "the request broke off"), false);
  if (const auto& path = target_->path; path.size() >= 2 && path[0] == kApi) return on_api();
  on_page();
}

void WebServer::Impl::Connection::redirect() {
  const auto& head = request_->get();
  WebResponse response{http::status::temporary_redirect, 11};
  response.set(http::field::cache_control, "no-store");  // next time there may be no certificate
  // A browser says the Host that it was given; others lead only themselves astray.
  response.set(http::field::location,
               fmt::format("https://{}{}", view(head[http::field::host]), view(head.target())));
  write(std::move(response), false);
}

bool WebServer::Impl::Connection::asks_for_page() const {
  return request_->get().method() == http::verb::get &&
         (target_->path.empty() || target_->path[0] != kApi);
}

std::optional<Refusal> WebServer::Impl::Connection::look() {
  const auto& head = request_->get();
  const auto asked = target_->query.find("token");
  std::string_view token = asked == target_->query.end() ? std::string_view() : asked->second;
  // Only the right one becomes a cookie: another may be anything, even lines of our answer's head.
  token_from_link_ = !server_->token_.empty() && is_same(token, server_->token_);
  if (token.empty()) {
    token = cookie(view(head[http::field::cookie]), cookie_name(is_secure_, server_->port_));
  }
  constexpr std::string_view kBearer = "Bearer ";
  if (const auto given = view(head[http::field::authorization]); given.starts_with(kBearer))
    token = given.substr(kBearer.size());
  // Other sites may link to the page, and to nothing else: even reading takes time.
  const bool changes = (head.method() != http::verb::get && head.method() != http::verb::head) ||
                       (!target_->path.empty() && target_->path[0] == kApi);
  const Entry entry = look_at({.is_here = is_here_,
                               .is_secure = is_secure_,
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
      return Refusal{403,
                     "this machine is not called so: open the page by the link that imps says "
                     "when it starts"};
    case Entry::wrong_origin:
      return Refusal{403, "pages of other sites may not ask here"};
    case Entry::no_token:
      return Refusal{401,
                     "open the page by the link that imps says when it starts, or by the picture "
                     "in Set-up: they have the token, which is another one at each start"};
  }
  return std::nullopt;
}

const ApiResource* WebServer::Impl::Connection::find_resource() const {
  const auto& path = target_->path;
  if (path.size() < 3 || path[0] != kApi || path[1] != kVersion) return nullptr;
  const auto found = server_->options_.api.find(path[2]);
  return found == server_->options_.api.end() ? nullptr : &found->second;
}

void WebServer::Impl::Connection::on_api() {
  const auto& path = target_->path;
  if (path[1] != kVersion)
    return reply(api_error(404, "this version of the API is not here: ask under /api/v1"));
  const std::string name = path.size() > 2 ? path[2] : "";
  if (name == "live" && path.size() == 3) return on_live();
  // HEAD is a GET whose answer stays here.
  const auto& head = request_->get();
  ApiRequest request{
      .method = head.method() == http::verb::head ? "GET" : std::string(view(head.method_string())),
      .path = {},
      .query = target_->query,
      .body = std::move(request_->get().body())};
  if (path.size() > 3) request.path.assign(path.begin() + 3, path.end());
  const ApiResource* const resource = find_resource();
  if (resource == nullptr) return reply(server_->answer_own(name, request));
  if (!resource->is_slow) return reply(answer_of(*resource, request));
  stream_.expires_never();
  // The connection is handed back whole, so that it ends on the loop's thread.
  asio::post(server_->slow_, [self = shared_from_this(), resource,
                              request = std::move(request)]() mutable {
    Impl& server = *self->server_;
    auto made = std::make_shared<ApiReply>();
    if (!server.closed_) *made = answer_of(*resource, request);  // else nobody waits
    asio::post(server.loop_, [self = std::move(self), made] { self->reply(std::move(*made)); });
  });
}

void WebServer::Impl::Connection::on_live() {
  if (!websocket::is_upgrade(request_->get()))
    return reply(api_error(426, "this is a WebSocket: doc/api.md"));
  if (server_->viewer_count_ >= (is_here_ ? kMostViewers : kMostViewersOfOthers))
    return reply(api_error(503, "more pages are open than there is room for"), false);
  stream_.expires_never();
  std::make_shared<Viewer>(server_, std::move(stream_))->begin(request_->get());
  give_back_bytes();
}

void WebServer::Impl::Connection::on_page() {
  const auto& head = request_->get();
  if (head.method() != http::verb::get && head.method() != http::verb::head)
    return reply(not_allowed(view(head.method_string()), "GET"));
  std::string path;
  for (const std::string& segment : target_->path)
    path += "/" + segment;
  const Asset* const asset = find_asset(path.empty() ? "/" : path);
  if (asset == nullptr) return reply(page_of({404, "there is no such page"}));
  WebResponse response{http::status::ok, head.version()};
  response.set(http::field::content_type, asset->type);
  response.set(http::field::etag, asset->digest);
  response.set(http::field::cache_control, "no-cache");
  response.set(http::field::vary, "Accept-Encoding");
  if (token_from_link_ && asset->path == "/") {
    response.set(http::field::set_cookie,
                 fmt::format("{}={}; Path=/; HttpOnly; SameSite=Strict{}",
                             cookie_name(is_secure_, server_->port_), server_->token_,
                             is_secure_ ? "; Secure" : ""));
  }
  if (view(head[http::field::if_none_match]) == asset->digest && !token_from_link_) {
    response.result(http::status::not_modified);
  } else if (takes_gzip(view(head[http::field::accept_encoding]))) {
    response.set(http::field::content_encoding, "gzip");
    response.body() = asset->gzip;
  } else {
    response.body() = unpacked(*asset);
  }
  write(std::move(response), true);
}

void WebServer::Impl::Connection::reply(ApiReply answer, bool goes_on) {
  WebResponse response{static_cast<http::status>(answer.status), 11};
  response.set(http::field::content_type, answer.type);
  response.set(http::field::cache_control, "no-store");
  if (!answer.allow.empty()) response.set(http::field::allow, answer.allow);
  if (!answer.download.empty())
    response.set(http::field::content_disposition, attachment(answer.download));
  response.body() = std::move(answer.body);
  write(std::move(response), goes_on);
}

void WebServer::Impl::Connection::write(WebResponse response, bool goes_on) {
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
    if (error) return self->finish();
    if (!keep) return self->hear_out();
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

/// Closed while a client still sends, the connection is reset, and the client may never read why.
void WebServer::Impl::Connection::hear_out() {
  finish();
  stream_.expires_after(server_->options_.head_patience);
  drop_rest(kMostDropped);
}

void WebServer::Impl::Connection::drop_rest(std::size_t most) {
  buffer_.clear();
  stream_.async_read_some(buffer_.prepare(kLongestHead),
                          [self = shared_from_this(), most](const ErrorCode& error, std::size_t n) {
                            if (!error && n < most) self->drop_rest(most - n);
                          });
}

void WebServer::Impl::Connection::finish() {
  give_back_bytes();
  ErrorCode ignored;
  stream_.socket().shutdown(asio::socket_base::shutdown_send, ignored);
}

void WebServer::Impl::Connection::give_back_bytes() noexcept {
  server_->bytes_ -= std::exchange(bytes_, 0);
}

}  // namespace imps
