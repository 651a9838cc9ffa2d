// A WebSocket server: browsers and scripts as instruments, and as synthesizers.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <imps/result.h>

#include "config/settings.h"
#include "interface/interface.h"
#include "interface/midi/ear.h"
#include "interface/midi/half_timer.h"
#include "interface/port_tally.h"

namespace imps {

/// Clients say MIDI messages as texts (interface/midi/text.h), or whole frames as JSON:
/// [0.5, 0.25] or {"controls": [0.5, 0.25]}. They hear texts as the output mappings say; those that
/// connect to /frames, or to a server without output mappings, hear {"controls": […]}.
/// doc/formats/websocket.md.
///
/// Sounding allocates for each client. A client that does not read is dropped when kMostWaiting
/// messages wait for it.
class WebSocketInterface final : public Interface {
 public:
  static constexpr std::size_t kMostClients = 64;
  static constexpr std::size_t kMostSilent = 64;  ///< connections that have asked for nothing yet
  static constexpr std::size_t kMostWaiting = 1024;
  static constexpr std::size_t kLongestMessage = 16 * 1024;  ///< bytes, of a client

  /// Opens the port. Fails when it cannot be had.
  static Result<std::unique_ptr<WebSocketInterface>> open(boost::asio::io_context& loop,
                                                          const WebSocketSettings& settings,
                                                          const std::vector<MidiBinding>& bindings);
  ~WebSocketInterface() override;

  void start(Listener& listener) override;
  void stop() noexcept override;
  void expect_controls(std::size_t controls) override { controls_ = controls; }
  void sound(const Sound& sound, TimePoint now) override;
  void release(TimePoint now) override;
  void let_go(const ControlSet& controls, TimePoint now) override;
  void panic(TimePoint now) override;
  void farewell(TimePoint now) override;
  bool take(const Settings& settings, TimePoint now) override;
  void close() noexcept override;
  [[nodiscard]] bool is_sending() const noexcept override;
  [[nodiscard]] std::string description() const override;
  void add_status(std::vector<StatusEntry>& entries) override;
  void take_news(std::vector<PortNews>& all, TimePoint now) override {
    if (auto fault = tally_.take_report(now)) all.push_back({.is_bad = true, .text = *fault});
  }

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

 private:
  class Client;
  friend class Client;

  WebSocketInterface(boost::asio::io_context& loop, const WebSocketSettings& settings,
                     const std::vector<MidiBinding>& bindings);
  Result<void> listen_at(const boost::asio::ip::tcp::endpoint& endpoint);
  void accept(std::size_t acceptor);
  void make_room();
  [[nodiscard]] std::size_t count_places() const noexcept;
  void heard(std::string_view message, MidiEar& ear);
  /// In a while, what only half came in is taken as it is.
  void await_halves();
  bool heard_frame(std::string_view message);
  /// What it held ends.
  void remove(Client* client);
  /// Does `act` with the voice of each client that hears messages.
  template <class Act>
  void for_players(Act act);

  boost::asio::io_context& loop_;
  WebSocketSettings settings_;
  HalfTimer halves_{loop_};
  std::vector<boost::asio::ip::tcp::acceptor> acceptors_;
  std::vector<std::shared_ptr<Client>> clients_;
  std::uint16_t port_ = 0;
  std::size_t controls_ = 0;
  std::vector<MidiBinding> bindings_;
  PortTally tally_;
  Listener* listener_ = nullptr;
};

}  // namespace imps
