#include "interface/websocket/websocket_interface.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <deque>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include <boost/asio/ip/v6_only.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <fmt/format.h>

#include "config/endpoint.h"
#include "config/origin.h"
#include "interface/frame_values.h"
#include "interface/midi/midi_player.h"
#include "interface/midi/text.h"
#include "interface/websocket/frame_text.h"

namespace imps {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using Tcp = asio::ip::tcp;
using ErrorCode = boost::system::error_code;
using Text = std::shared_ptr<const std::string>;

constexpr std::size_t kLongestRequest = 8 * 1024;
constexpr auto kRequestPatience = std::chrono::seconds(10);

Error cannot_listen(const Endpoint& listen, std::string_view why) {
  return Error{fmt::format("cannot listen for WebSocket clients on {}: {}", to_text(listen), why)};
}

}  // namespace

/// One client, from the connection to its end. Lives as long as one of its handlers waits.
class WebSocketInterface::Client : public std::enable_shared_from_this<Client> {
 public:
  Client(WebSocketInterface& server, Tcp::socket&& socket)
      : server_(server),
        stream_(std::move(socket)),
        ear_(server_.settings_.input, server_.bindings_),
        player_(server.loop_, server.settings_.output, std::numeric_limits<double>::infinity(),
                [this](const MidiMessage& message) { return send(message); }) {
    request_.header_limit(kLongestRequest);
    request_.body_limit(1);
  }

  void begin() {
    ErrorCode ignored;
    beast::get_lowest_layer(stream_).socket().set_option(Tcp::no_delay(true), ignored);
    beast::get_lowest_layer(stream_).expires_after(kRequestPatience);
    http::async_read(stream_.next_layer(), buffer_, request_,
                     [self = shared_from_this()](const ErrorCode& error, std::size_t) {
                       self->on_request(error);
                     });
  }

  /// Ends what sounds, and the connection as its protocol has it, so that a page knows why.
  void say_farewell(TimePoint now) {
    if (!open_ || is_closing_) return;
    if (!hears_frames_) player_.farewell(now);
    is_closing_ = true;
    if (waiting_.empty()) close();
  }

  void end() noexcept {
    if (is_closing_) return;
    ErrorCode ignored;
    beast::get_lowest_layer(stream_).socket().close(ignored);
  }

  void sound(const Sound& sound, Text& frame, TimePoint now) {
    if (!open_) return;
    if (hears_frames_) {
      if (!frame) frame = std::make_shared<const std::string>(frame_text(sound.controls));
      send(frame);
    } else {
      player_.sound(sound, now);
    }
  }

  /// The voice of a client that hears messages; null for one that hears frames.
  [[nodiscard]] MidiPlayer* player() noexcept {
    return open_ && !hears_frames_ ? &player_ : nullptr;
  }

  [[nodiscard]] MidiEar& ear() noexcept { return ear_; }
  [[nodiscard]] bool is_open() const noexcept { return open_; }
  /// It has asked to be a client, and was taken.
  [[nodiscard]] bool has_place() const noexcept { return has_place_; }
  /// It has been taken neither as a client nor for a fault.
  [[nodiscard]] bool is_silent() {
    return !has_place_ && beast::get_lowest_layer(stream_).socket().is_open();
  }
  [[nodiscard]] bool is_sending() const noexcept {
    return open_ && (is_closing_ || !waiting_.empty());
  }

 private:
  void on_request(const ErrorCode& error) {
    if (error) {
      if (error != http::error::end_of_stream)
        server_.tally_.fault(&PortCounts::malformed, "a connection that asks for no WebSocket");
      server_.remove(this);
      return;
    }
    const auto& request = request_.get();
    const std::string_view origin = request[http::field::origin];
    const std::string_view host = request[http::field::host];
    // A server that was opened to the network is called by names that it does not know.
    const bool at_home = is_loopback_host(server_.settings_.listen.host);
    if (!websocket::is_upgrade(request)) {
      refuse(http::status::upgrade_required, "this is a WebSocket: doc/formats/websocket.md\n");
    } else if (!is_allowed_origin(origin, server_.settings_.origins) ||
               (at_home && !is_loopback_host(host))) {
      server_.tally_.fault(&PortCounts::refused, "a web page of another host wanted to connect");
      refuse(http::status::forbidden, "this page may not connect: websocket.origins\n");
    } else if (server_.count_places() >= kMostClients) {
      server_.tally_.fault(&PortCounts::refused, "more clients than there is room for");
      refuse(http::status::service_unavailable, "there is no room for another client\n");
    } else {
      has_place_ = true;
      hears_frames_ = request.target() == "/frames" || server_.settings_.output.empty();
      beast::get_lowest_layer(stream_).expires_never();
      stream_.set_option(websocket::stream_base::timeout::suggested(beast::role_type::server));
      stream_.read_message_max(kLongestMessage);
      stream_.async_accept(request, [self = shared_from_this()](const ErrorCode& failed) {
        if (failed) {
          self->server_.remove(self.get());
          return;
        }
        self->open_ = true;
        self->read();
      });
    }
  }

  void refuse(http::status status, const char* why) {
    refusal_ = http::response<http::string_body>(status, request_.get().version());
    refusal_.set(http::field::content_type, "text/plain");
    refusal_.keep_alive(false);
    refusal_.body() = why;
    refusal_.prepare_payload();
    http::async_write(stream_.next_layer(), refusal_,
                      [self = shared_from_this()](const ErrorCode&, std::size_t) {
                        self->server_.remove(self.get());
                      });
  }

  void read() {
    stream_.async_read(buffer_, [self = shared_from_this()](const ErrorCode& error, std::size_t) {
      if (error) {
        if (error == websocket::error::message_too_big) {
          self->server_.tally_.fault(&PortCounts::malformed,
                                     "a message of more than 16 KB: its client was dropped");
        }
        self->open_ = false;
        self->server_.remove(self.get());
        return;
      }
      const auto data = self->buffer_.cdata();
      self->server_.heard({static_cast<const char*>(data.data()), data.size()}, self->ear_);
      self->buffer_.consume(self->buffer_.size());
      if (self->open_) self->read();
    });
  }

  std::size_t send(const MidiMessage& message) {
    std::string text = text_of(message);
    const std::size_t size = text.size();
    if (!text.empty()) send(std::make_shared<const std::string>(std::move(text)));
    return size;
  }

  void send(Text text) {
    if (!open_ || is_closing_) return;
    if (waiting_.size() >= kMostWaiting) {
      // It does not read: waiting for it would take ever more memory.
      open_ = false;
      server_.tally_.fault(&PortCounts::dropped, "a client did not read, and was dropped");
      end();
      return;
    }
    waiting_.push_back(std::move(text));
    ++server_.tally_.counts.sent;
    if (waiting_.size() == 1) write();
  }

  void write() {
    stream_.text(true);
    stream_.async_write(asio::buffer(*waiting_.front()),
                        [self = shared_from_this()](const ErrorCode& error, std::size_t) {
                          if (error) return;  // reading fails, too
                          self->waiting_.pop_front();
                          if (!self->open_) return;
                          if (!self->waiting_.empty())
                            self->write();
                          else if (self->is_closing_)
                            self->close();
                        });
  }

  void close() {
    stream_.async_close({websocket::close_code::going_away, "imps ends"},
                        [self = shared_from_this()](const ErrorCode&) { self->open_ = false; });
  }

  WebSocketInterface& server_;
  websocket::stream<beast::tcp_stream> stream_;
  http::request_parser<http::empty_body> request_;
  http::response<http::string_body> refusal_;
  beast::flat_buffer buffer_{kLongestMessage + kLongestRequest};
  std::deque<Text> waiting_;
  MidiEar ear_;
  MidiPlayer player_;
  bool hears_frames_ = false;
  bool has_place_ = false;
  bool open_ = false;
  bool is_closing_ = false;  // nothing new is sent
};

WebSocketInterface::WebSocketInterface(asio::io_context& loop, const WebSocketSettings& settings,
                                       const std::vector<MidiBinding>& bindings)
    : loop_(loop), settings_(settings), bindings_(bindings), tally_("websocket") {}

WebSocketInterface::~WebSocketInterface() { stop(); }

Result<std::unique_ptr<WebSocketInterface>> WebSocketInterface::open(
    asio::io_context& loop, const WebSocketSettings& settings,
    const std::vector<MidiBinding>& bindings) {
  std::unique_ptr<WebSocketInterface> server(new WebSocketInterface(loop, settings, bindings));
  const Endpoint& listen = settings.listen;
  if (listen.host == "localhost") {
    if (auto done = server->listen_at({asio::ip::address_v4::loopback(), listen.port}); !done)
      return done.error();
    // The other family may be absent.
    if (auto done = server->listen_at({asio::ip::address_v6::loopback(), server->port_}); !done) {
      if (done.error().message.find("in use") != std::string::npos) return done.error();
    }
    return server;
  }
  ErrorCode error;
  const auto address = asio::ip::make_address(listen.host, error);
  if (error) return cannot_listen(listen, "give localhost or an address of this machine");
  if (auto done = server->listen_at({address, listen.port}); !done) return done.error();
  return server;
}

Result<void> WebSocketInterface::listen_at(const Tcp::endpoint& endpoint) {
  ErrorCode error;
  Tcp::acceptor acceptor(loop_);
  acceptor.open(endpoint.protocol(), error);
  if (!error && endpoint.address().is_v6())
    acceptor.set_option(asio::ip::v6_only(!endpoint.address().is_unspecified()), error);
  // Connections of before linger for a minute and are no other server.
  if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error == asio::error::address_in_use) {
    return cannot_listen(settings_.listen,
                         "the port is in use by another program: give another websocket.listen");
  }
  if (error) return cannot_listen(settings_.listen, error.message());
  port_ = acceptor.local_endpoint().port();
  acceptors_.push_back(std::move(acceptor));
  return {};
}

void WebSocketInterface::start(Listener& listener) {
  listener_ = &listener;
  for (std::size_t k = 0; k < acceptors_.size(); ++k)
    accept(k);
}

void WebSocketInterface::stop() noexcept {
  ErrorCode ignored;
  for (auto& acceptor : acceptors_)
    acceptor.close(ignored);
  listener_ = nullptr;
}

void WebSocketInterface::accept(std::size_t acceptor) {
  acceptors_[acceptor].async_accept([this, acceptor](const ErrorCode& error, Tcp::socket socket) {
    if (error == asio::error::operation_aborted) return;
    if (!error) {
      make_room();
      clients_.push_back(std::make_shared<Client>(*this, std::move(socket)));
      clients_.back()->begin();
    }
    accept(acceptor);
  });
}

// Who connects and says nothing keeps no client out.
void WebSocketInterface::make_room() {
  if (clients_.size() - count_places() < kMostSilent) return;
  const auto oldest =
      std::ranges::find_if(clients_, [](const auto& one) { return one->is_silent(); });
  if (oldest != clients_.end()) (*oldest)->end();
}

std::size_t WebSocketInterface::count_places() const noexcept {
  return static_cast<std::size_t>(
      std::ranges::count_if(clients_, [](const auto& one) { return one->has_place(); }));
}

void WebSocketInterface::remove(Client* client) {
  if (listener_ != nullptr) {
    listener_->begin_turn();
    client->ear().fall_silent(*listener_);
    listener_->end_turn(false);
  }
  std::erase_if(clients_, [client](const auto& one) { return one.get() == client; });
}

void WebSocketInterface::heard(std::string_view message, MidiEar& ear) {
  if (listener_ == nullptr) return;
  ++tally_.counts.messages;
  listener_->begin_turn();
  if (const auto midi = midi_of(message)) {
    if (ear.hear(*midi, *listener_)) ++tally_.counts.moves;
  } else if (!heard_frame(message)) {
    tally_.fault(&PortCounts::malformed, "a message that is neither MIDI nor a frame");
  }
  listener_->end_turn(false);
  await_halves();
}

void WebSocketInterface::await_halves() {
  if (std::ranges::none_of(clients_, [](const auto& one) { return one->ear().waits(); })) return;
  halves_.arm([this] {
    if (listener_ == nullptr) return;
    listener_->begin_turn();
    for (const auto& client : clients_)
      if (client->ear().settle(*listener_)) ++tally_.counts.moves;
    listener_->end_turn(false);
    await_halves();
  });
}

/// False when the message is none.
bool WebSocketInterface::heard_frame(std::string_view message) {
  auto controls = read_frame(message);
  if (!controls) return false;
  if (settle_frame(*controls, controls_, tally_)) {
    ++tally_.counts.moves;
    listener_->on_frame(*controls, Duration{0});
  }
  return true;
}

void WebSocketInterface::sound(const Sound& sound, TimePoint now) {
  Text frame;
  // A client that is dropped stays until its handler has ended.
  for (const auto& client : clients_)
    client->sound(sound, frame, now);
}

template <class Act>
void WebSocketInterface::for_players(Act act) {
  for (const auto& client : clients_)
    if (MidiPlayer* const player = client->player()) act(*player);
}

void WebSocketInterface::release(TimePoint now) {
  for_players([&](MidiPlayer& player) { player.release(now); });
}

void WebSocketInterface::let_go(const ControlSet& controls, TimePoint now) {
  for_players([&](MidiPlayer& player) { player.let_go(controls, now); });
}

void WebSocketInterface::panic(TimePoint now) {
  for_players([&](MidiPlayer& player) { player.panic(now); });
}

void WebSocketInterface::farewell(TimePoint now) {
  for (const auto& client : clients_)
    client->say_farewell(now);
}

bool WebSocketInterface::take(const Settings& settings, TimePoint now) {
  const WebSocketSettings& next = settings.websocket;
  // Clients that hear frames because there are no messages would have to change their language.
  if (next.listen != settings_.listen || next.output.empty() != settings_.output.empty())
    return false;
  bindings_ = settings.interaction.bindings;
  for (const auto& client : clients_)
    client->ear().remap(next.input, bindings_, listener_);
  if (next.output != settings_.output)
    for_players([&](MidiPlayer& player) { player.remap(next.output, now); });
  settings_ = next;
  return true;
}

void WebSocketInterface::close() noexcept {
  for (const auto& client : clients_)
    client->end();
}

bool WebSocketInterface::is_sending() const noexcept {
  return std::any_of(clients_.begin(), clients_.end(),
                     [](const auto& client) { return client->is_sending(); });
}

std::string WebSocketInterface::description() const {
  return fmt::format("listening for WebSocket clients on {}",
                     to_text(Endpoint{settings_.listen.host, port_}));
}

void WebSocketInterface::add_status(std::vector<StatusEntry>& entries) {
  entries.push_back(
      {"websocket_clients", static_cast<std::int64_t>(std::count_if(
                                clients_.begin(), clients_.end(),
                                [](const auto& client) { return client->is_open(); }))});
  tally_.add_status(entries);
}

}  // namespace imps
