// A performance over WebSocket: the real server, clients of the test's own.
#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/websocket.hpp>
#include <gmock/gmock.h>

#include "interface/websocket/websocket_interface.h"
#include "tests/session/line_device.h"
#include "tests/session/live.h"
#include "tests/support/folder.h"

namespace imps::test {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using asio::ip::tcp;
using ::testing::HasSubstr;
using ::testing::StartsWith;

/// What a browser says of itself.
struct Page {
  std::string origin;
  std::string host;
  std::string target = "/";
};

class WebClient {
 public:
  explicit WebClient(std::uint16_t port, const Page& page = {}) : stream_(loop_) {
    tcp::socket& socket = beast::get_lowest_layer(stream_);
    socket.connect({asio::ip::address_v4::loopback(), port});
    stream_.set_option(websocket::stream_base::decorator([&](websocket::request_type& request) {
      if (!page.origin.empty()) request.set(beast::http::field::origin, page.origin);
    }));
    websocket::response_type response;
    stream_.handshake(response, page.host.empty() ? "localhost" : page.host, page.target, error_);
    status_ = response.result_int();
  }
  void say(const std::string& text) { stream_.write(asio::buffer(text), error_); }
  /// Nothing when the connection has ended.
  std::optional<std::string> hear() {
    if (error_) return std::nullopt;
    beast::flat_buffer buffer;
    std::optional<boost::system::error_code> end;
    stream_.async_read(buffer,
                       [&](const boost::system::error_code& error, std::size_t) { end = error; });
    loop_.restart();
    loop_.run_for(kWait);
    if (!end) {
      // Nothing came: the read must not outlive the buffer.
      beast::get_lowest_layer(stream_).close();
      loop_.run();
    }
    error_ = *end;
    if (error_) return std::nullopt;
    return beast::buffers_to_string(buffer.data());
  }
  [[nodiscard]] unsigned status() const { return status_; }
  [[nodiscard]] bool is_connected() const { return !error_; }
  /// What the server gave as the reason for the end.
  [[nodiscard]] int farewell() const { return stream_.reason().code; }

 private:
  asio::io_context loop_;
  websocket::stream<tcp::socket> stream_;
  boost::system::error_code error_;
  unsigned status_ = 0;
};

class OverWebSocket : public ::testing::Test {
 protected:
  OverWebSocket() {
    WebSocketSettings& web = options_.settings.websocket;
    web.enabled = true;
    web.listen = {"127.0.0.1", 0};
    web.input = {{.kind = MidiMapping::Kind::control_change, .number = 1},
                 {.kind = MidiMapping::Kind::note}};
    web.output = web.input;
    options_.dimension = 3;
    options_.settings.interaction.input_thru = true;
    options_.settings.interaction.mode = Mode::user_only;
  }
  Live& live() {
    if (!live_) live_.emplace(musician_, options_);
    return *live_;
  }
  /// Its port is in its description: "… on 127.0.0.1:40123".
  std::uint16_t port() {
    for (const std::string& line : live().descriptions()) {
      if (line.find("WebSocket") != std::string::npos)
        return static_cast<std::uint16_t>(std::stoi(line.substr(line.rfind(':') + 1)));
    }
    return 0;
  }

  std::int64_t count(const std::string& key) { return musician_.count(live().port(), key); }

  Musician musician_;
  LiveOptions options_;
  std::optional<Live> live_;
};

TEST_F(OverWebSocket, MessagesMoveSingleControlsAndAllClientsHearThem) {
  WebClient player(port());
  WebClient listener(port());
  WebClient frames(port(), {.target = "/frames"});
  // A client that is there answers nothing: one frame shows that all are heard from now on.
  for (WebClient* client : {&player, &listener, &frames}) {
    client->say("/channel/1/cc/1/127");
    client->say("/channel/1/cc/1/0");
  }
  for (int k = 0; k < 2; ++k)
    EXPECT_THAT(player.hear().value_or(""), StartsWith("/channel/1/cc/1/"));
  player.say("/channel/1/noteon/60/100");
  std::string heard;
  while (heard != "/channel/1/noteon/60/127") {
    const auto next = listener.hear();
    ASSERT_TRUE(next);
    heard = *next;
  }
  while (heard != R"({"controls":[0,0.472441]})") {
    const auto next = frames.hear();
    ASSERT_TRUE(next);
    heard = *next;
  }
  const auto told = musician_.hear("/prediction");
  ASSERT_TRUE(told) << "OSC hears what is played on WebSocket, through";
}

TEST_F(OverWebSocket, TheEndIsSaidAfterWhatSoundedHasBeenReleased) {
  WebClient player(port());
  WebClient frames(port(), {.target = "/frames"});
  player.say("/channel/1/noteon/60/100");
  EXPECT_EQ(player.hear(), "/channel/1/noteon/60/127");
  ASSERT_TRUE(frames.hear());
  live_.reset();
  EXPECT_THAT(player.hear().value_or(""), StartsWith("/channel/1/noteoff/60/"));
  while (player.hear()) {
  }
  EXPECT_EQ(player.farewell(), websocket::close_code::going_away);
  EXPECT_FALSE(frames.hear());
  EXPECT_EQ(frames.farewell(), websocket::close_code::going_away);
}

TEST_F(OverWebSocket, WholeFramesComeAsJson) {
  WebClient player(port(), {.target = "/frames"});
  player.say("[0.25, 0.75]");
  EXPECT_EQ(player.hear(), R"({"controls":[0.25,0.75]})");
  player.say(R"({"controls": [2, -1]})");
  EXPECT_EQ(player.hear(), R"({"controls":[1,0]})") << "clamped";
}

TEST_F(OverWebSocket, RubbishIsCountedAndNobodyIsDisconnected) {
  WebClient player(port(), {.target = "/frames"});
  for (const std::string rubbish :
       {"", "nonsense", "/channel/17/cc/1/1", "/channel/1/cc/1/128", "[", "[1]", "[1,2,3]",
        R"(["a", 1])", "{}", "[1e999, 0]", "[null, 0]"})
    player.say(rubbish);
  player.say("[0.5, 0.5]");
  EXPECT_EQ(player.hear(), R"({"controls":[0.5,0.5]})");
  EXPECT_EQ(count("websocket_moves"), 1);
  EXPECT_EQ(count("websocket_malformed") + count("websocket_wrong_count"), 11);
  EXPECT_EQ(count("websocket_clients"), 1);
}

TEST_F(OverWebSocket, PagesOfOtherHostsMayNotConnect) {
  options_.settings.websocket.origins = {"https://band.example"};
  const std::uint16_t there = port();
  EXPECT_TRUE(WebClient(there, {.origin = "http://localhost:4000"}).is_connected());
  EXPECT_TRUE(WebClient(there, {.origin = "https://band.example"}).is_connected());
  EXPECT_TRUE(WebClient(there, {.host = "127.0.0.1:5001"}).is_connected());
  EXPECT_EQ(WebClient(there, {.origin = "https://evil.example"}).status(), 403U);
  EXPECT_EQ(WebClient(there, {.origin = "null"}).status(), 403U);
  EXPECT_EQ(WebClient(there, {.origin = "http://localhost.evil.example"}).status(), 403U);
  EXPECT_EQ(WebClient(there, {.host = "rebound.example:5001"}).status(), 403U);
}

TEST_F(OverWebSocket, ATooLongMessageEndsOnlyItsOwnConnection) {
  WebClient noisy(port());
  WebClient player(port(), {.target = "/frames"});
  noisy.say(std::string(20'000, 'x'));
  EXPECT_EQ(noisy.hear(), std::nullopt);
  player.say("[0.5, 0.5]");
  EXPECT_EQ(player.hear(), R"({"controls":[0.5,0.5]})");
}

TEST_F(OverWebSocket, WhatThePerformerHoldsIsReleasedAtTheEnd) {
  WebClient player(port());
  player.say("/channel/1/noteon/60/100");
  EXPECT_EQ(player.hear(), "/channel/1/noteon/60/127");
  live_.reset();
  EXPECT_EQ(player.hear(), "/channel/1/noteoff/60/0");
}

TEST_F(OverWebSocket, WhatAClientHoldsThatVanishesEndsForTheOthers) {
  WebClient other(port());
  other.say("/channel/1/cc/1/127");
  ASSERT_EQ(other.hear(), "/channel/1/cc/1/127");
  std::optional<WebClient> player(port());
  player->say("/channel/1/noteon/60/100");
  ASSERT_EQ(other.hear(), "/channel/1/noteon/60/127");
  player.reset();
  EXPECT_EQ(other.hear(), "/channel/1/noteoff/60/0");
}

TEST_F(OverWebSocket, WhatIsHeldOnASerialLineThatIsPulledOutEndsForTheOthers) {
  const Folder folder;
  LineDevice keys(folder / "line");
  options_.settings.serial_midi.enabled = true;
  options_.settings.serial_midi.port = (folder / "line").string();
  options_.settings.serial_midi.input = options_.settings.websocket.input;
  WebClient synth(port());
  synth.say("/channel/1/cc/1/127");
  ASSERT_EQ(synth.hear(), "/channel/1/cc/1/127");
  ASSERT_TRUE(keys.say("\x90\x3c\x64"));
  ASSERT_EQ(synth.hear(), "/channel/1/noteon/60/127");
  keys.unplug();
  EXPECT_EQ(synth.hear(), "/channel/1/noteoff/60/0");
}

TEST_F(OverWebSocket, OneClientTooManyIsToldSo) {
  std::vector<std::unique_ptr<WebClient>> all;
  for (std::size_t k = 0; k < WebSocketInterface::kMostClients; ++k) {
    all.push_back(std::make_unique<WebClient>(port()));
    ASSERT_EQ(all.back()->status(), 101U);
  }
  EXPECT_EQ(WebClient(port()).status(), 503U);
  all.pop_back();  // the server knows once it has read so
  const auto late = std::chrono::steady_clock::now() + kWait;
  unsigned status = 503;
  while (status == 503 && std::chrono::steady_clock::now() < late)
    status = WebClient(port()).status();
  EXPECT_EQ(status, 101U);
}

TEST_F(OverWebSocket, ConnectionsThatSayNothingKeepNobodyOut) {
  asio::io_context loop;
  std::vector<tcp::socket> silent;
  for (std::size_t k = 0; k < 3 * WebSocketInterface::kMostSilent; ++k) {
    silent.emplace_back(loop);
    silent.back().connect({asio::ip::address_v4::loopback(), port()});
  }
  EXPECT_EQ(WebClient(port()).status(), 101U);
  // The oldest was ended.
  std::array<char, 1> byte{};
  boost::system::error_code error;
  silent.front().read_some(asio::buffer(byte), error);
  EXPECT_EQ(error, asio::error::eof);
}

TEST_F(OverWebSocket, AClientThatDoesNotReadIsDropped) {
  WebClient deaf(port());
  WebClient player(port(), {.target = "/frames"});
  // More than its socket and its queue hold.
  for (int round = 0; round < 1000; ++round) {
    for (int k = 0; k < 500; ++k)
      player.say(k % 2 == 0 ? "[0.5, 0.25]" : "[0.25, 0.5]");
    for (int k = 0; k < 500; ++k)
      ASSERT_TRUE(player.hear());
    if (count("websocket_dropped") == 1) break;
  }
  EXPECT_EQ(count("websocket_dropped"), 1);
  EXPECT_EQ(count("websocket_clients"), 1);
}

}  // namespace
}  // namespace imps::test
