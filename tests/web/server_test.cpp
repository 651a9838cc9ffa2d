// The page's server over real sockets: who is let in, what is answered, and what is bounded.
#include "web/server.h"

#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <unistd.h>

#include "platform/sanitizer.h"

namespace imps::test {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using asio::ip::tcp;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using Json = nlohmann::json;
using Request = http::request<http::string_body>;
using Response = http::response<http::string_body>;

class Stage final : public StageDoor {
 public:
  Result<void> play(const std::vector<double>& controls) override {
    played = controls;
    return {};
  }
  Result<void> move(const std::vector<std::pair<std::size_t, double>>&) override {
    return Error{"nothing moves here"};
  }
  Result<void> say(const Command& command) override {
    commands.push_back(command);
    return {};
  }
  void watch(bool on) override {
    watched = on;
    if (on && at_first_viewer) at_first_viewer();
  }
  std::function<void()> at_first_viewer;

  std::vector<double> played;
  std::vector<Command> commands;
  std::atomic<bool> watched{false};
};

class Client {
 public:
  explicit Client(std::uint16_t port) : socket_(loop_) {
    socket_.connect({asio::ip::address_v4::loopback(), port});
  }
  static Request request(http::verb method, const std::string& target,
                         const std::string& body = {}) {
    Request request{method, target, 11};
    request.set(http::field::host, "localhost:4000");
    request.set(http::field::accept_encoding, "gzip");
    request.body() = body;
    request.prepare_payload();
    return request;
  }
  /// Nothing when the connection ended without an answer.
  std::optional<Response> ask(const Request& request) {
    boost::system::error_code error;
    http::write(socket_, request, error);
    return answer(request.method() == http::verb::head);
  }
  /// Whether all of it has been taken.
  bool write(const std::string& bytes) {
    boost::system::error_code error;
    asio::write(socket_, asio::buffer(bytes), error);
    return !error;
  }
  /// The next line of what is said, without its end; or what there is, when nothing more comes.
  std::string line() {
    std::string text;
    char letter = 0;
    boost::system::error_code error;
    while (asio::read(socket_, asio::buffer(&letter, 1), error) == 1 && letter != '\n')
      if (letter != '\r') text += letter;
    return text;
  }
  std::optional<Response> answer(bool is_head = false) {
    http::response_parser<http::string_body> parser;
    parser.body_limit(std::uint64_t{1} << 30);
    parser.skip(is_head);
    boost::system::error_code error;
    http::read(socket_, buffer_, parser, error);
    if (error) return std::nullopt;
    return parser.release();
  }

 private:
  asio::io_context loop_;
  tcp::socket socket_;
  beast::flat_buffer buffer_;
};

class Viewer {
 public:
  /// `buffer`: what the kernel is to hold for it, in bytes, if not as much as it likes.
  explicit Viewer(std::uint16_t port, const std::string& origin = {}, int buffer = 0)
      : socket_(loop_) {
    auto& stream = beast::get_lowest_layer(socket_);
    stream.open(asio::ip::tcp::v4());
    if (buffer > 0) stream.set_option(asio::socket_base::receive_buffer_size(buffer));
    stream.connect({asio::ip::address_v4::loopback(), port});
    socket_.set_option(websocket::stream_base::decorator([&](websocket::request_type& request) {
      if (!origin.empty()) request.set(http::field::origin, origin);
    }));
    websocket::response_type response;
    boost::system::error_code error;
    socket_.handshake(response, "localhost:4000", "/api/v1/live", error);
    status = response.result_int();
  }
  Json hear() {
    const std::string text = hear_text();
    return text.empty() ? Json() : Json::parse(text);
  }
  /// Empty when the connection has ended.
  std::string hear_text() {
    beast::flat_buffer buffer;
    boost::system::error_code error;
    socket_.read(buffer, error);
    return error ? "" : beast::buffers_to_string(buffer.data());
  }
  void say(const std::string& text) { socket_.write(asio::buffer(text)); }
  unsigned status = 0;

 private:
  asio::io_context loop_;
  websocket::stream<tcp::socket> socket_;
};

class Page : public ::testing::Test {
 protected:
  void TearDown() override {
    if (!server_) return;
    on_loop([this] { server_.reset(); });
    work_.reset();
    thread_.join();
  }
  /// Its port.
  std::uint16_t open() {
    options_.settings.listen = {"127.0.0.1", 0};
    options_.now = [] { return std::int64_t{1}; };
    auto server = WebServer::open(loop_, options_, stage_);
    EXPECT_TRUE(server) << (server ? "" : server.error().message);
    server_ = std::move(*server);
    thread_ = std::thread([this] { loop_.run(); });
    return server_->port();
  }
  void on_loop(const std::function<void()>& act) {
    std::promise<void> done;
    asio::post(loop_, [&] {
      act();
      done.set_value();
    });
    done.get_future().wait();
  }
  std::optional<Response> ask(http::verb method, const std::string& target,
                              const std::string& body = {}) {
    return Client(server_->port()).ask(Client::request(method, target, body));
  }
  unsigned status(const Request& request) {
    const auto answer = Client(server_->port()).ask(request);
    return answer ? answer->result_int() : 0;
  }

  asio::io_context loop_;
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work_{
      loop_.get_executor()};
  Stage stage_;
  WebServer::Options options_;
  std::unique_ptr<WebServer> server_;
  std::thread thread_;
};

TEST_F(Page, IsServedCompressedAndMayLoadNothingElse) {
  open();
  for (const auto& [target, type] : {std::pair("/", "text/html"),
                                     {"/page.js", "text/javascript"},
                                     {"/charts.js", "text/javascript"},
                                     {"/page.css", "text/css"}}) {
    const auto answer = ask(http::verb::get, target);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->result_int(), 200U);
    EXPECT_EQ((*answer)[http::field::content_encoding], "gzip");
    EXPECT_THAT(std::string((*answer)[http::field::content_type]), StartsWith(type));
    const std::string policy((*answer)["Content-Security-Policy"]);
    EXPECT_THAT(policy, HasSubstr("default-src 'none'"));
    EXPECT_THAT(policy, HasSubstr("frame-ancestors 'none'"));
    EXPECT_THAT(policy, Not(HasSubstr("unsafe")));
    EXPECT_EQ((*answer)["X-Content-Type-Options"], "nosniff");
    Request again = Client::request(http::verb::get, target);
    again.set(http::field::if_none_match, (*answer)[http::field::etag]);
    EXPECT_EQ(status(again), 304U);
  }
}

TEST_F(Page, IsServedAsItIsToAClientThatTakesNothingCompressed) {
  open();
  for (const auto& [target, end] :
       {std::pair("/", "</html>\n"), {"/page.js", "})();\n"}, {"/page.css", "}\n"}}) {
    Request request = Client::request(http::verb::get, target);
    request.erase(http::field::accept_encoding);
    const auto answer = Client(server_->port()).ask(request);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->result_int(), 200U);
    EXPECT_EQ((*answer)[http::field::content_encoding], "");
    EXPECT_THAT(answer->body(), ::testing::EndsWith(end));
  }
}

TEST_F(Page, OverTheWireIsUnder300KB) {
  open();
  std::size_t bytes = 0;
  for (const char* const target : {"/", "/page.js", "/charts.js", "/page.css"})
    bytes += ask(http::verb::get, target)->body().size();
  RecordProperty("bytes", static_cast<int>(bytes));
  EXPECT_LE(bytes, 300U * 1024);
}

TEST_F(Page, AnswersWhatItDoesNotHaveWithTheReason) {
  open();
  EXPECT_EQ(ask(http::verb::get, "/secret")->result_int(), 404U);
  EXPECT_EQ(ask(http::verb::get, "/api/v1/nothing")->result_int(), 404U);
  EXPECT_EQ(ask(http::verb::get, "/api/v2/state")->result_int(), 404U);
  for (const char* const target : {"/", "/api/v1/state"}) {
    const auto answer = ask(http::verb::delete_, target);
    EXPECT_EQ(answer->result_int(), 405U);
    EXPECT_EQ((*answer)[http::field::allow], "GET, HEAD");
  }
  EXPECT_EQ(ask(http::verb::get, "/api/v1/live")->result_int(), 426U);
  EXPECT_EQ(ask(http::verb::get, "/../etc/passwd")->result_int(), 400U);
  EXPECT_EQ(ask(http::verb::get, "/%2e%2e/etc/passwd")->result_int(), 400U);
  EXPECT_TRUE(Json::parse(ask(http::verb::get, "/api/v1/secret")->body()).contains("error"));
  EXPECT_THAT(ask(http::verb::get, "/secret")->body(), HasSubstr("there is no such page"));
  EXPECT_EQ(ask(http::verb::head, "/")->result_int(), 200U);
}

TEST_F(Page, DoesNothingOfACommandThatItKnowsInPart) {
  open();
  const auto answer =
      ask(http::verb::post, "/api/v1/command", R"({"command": "pause", "valeu": 0})");
  EXPECT_EQ(answer->result_int(), 400U);
  EXPECT_THAT(answer->body(), HasSubstr("nothing else"));
  EXPECT_EQ(ask(http::verb::post, "/api/v1/frame", R"({"controls": [0.5], "dt": 1})")->result_int(),
            400U);
}

TEST_F(Page, IsForOneHostAtATime) {
  open();
  Client client(server_->port());
  client.write("GET / HTTP/1.1\r\nHost: localhost\r\nHost: rebound.example\r\n\r\n");
  EXPECT_EQ(client.line(), "HTTP/1.1 400 Bad Request");
}

TEST_F(Page, GoesOnAfterRubbish) {
  const std::uint16_t port = open();
  for (const std::string& rubbish :
       {std::string("\0\0\0\0", 4), std::string("GET\r\n\r\n"), std::string(100'000, 'x'),
        std::string("GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n"),
        std::string("GET / HTTP/9.9\r\n\r\n")}) {
    Client client(port);
    client.write(rubbish);
    const auto answer = client.answer();
    EXPECT_TRUE(!answer || answer->result_int() >= 400U);
  }
  EXPECT_EQ(ask(http::verb::get, "/")->result_int(), 200U);
}

TEST_F(Page, BoundsHeadsAndBodies) {
  options_.api["echo"] = {.answer =
                              [](const ApiRequest& request) {
                                return ApiReply{.body = std::to_string(request.body.size())};
                              },
                          .most_bytes = 1000};
  open();
  Request long_head = Client::request(http::verb::get, "/");
  long_head.set("X-Long", std::string(20'000, 'a'));
  EXPECT_EQ(status(long_head), 431U);
  EXPECT_EQ(ask(http::verb::post, "/api/v1/echo", std::string(1000, 'a'))->body(), "1000");
  EXPECT_EQ(ask(http::verb::post, "/api/v1/echo", std::string(1001, 'a'))->result_int(), 413U);
  EXPECT_EQ(ask(http::verb::post, "/", std::string(70'000, 'a'))->result_int(), 413U);
  // Without a length it is counted as it comes.
  Client chunked(server_->port());
  chunked.write(
      "POST /api/v1/echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
  chunked.write("1000\r\n" + std::string(4096, 'a') + "\r\n0\r\n\r\n");
  const auto answer = chunked.answer();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->result_int(), 413U);
}

TEST_F(Page, LetsAClientGoOnThatAsksBeforeItSendsItsBody) {
  options_.api["echo"] = {
      .answer = [](const ApiRequest& request) { return ApiReply{.body = request.body}; }};
  open();
  Client client(server_->port());
  ASSERT_TRUE(
      client.write("POST /api/v1/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n"
                   "Expect: 100-continue\r\n\r\n"));
  EXPECT_EQ(client.line(), "HTTP/1.1 100 Continue");
  EXPECT_EQ(client.line(), "");
  ASSERT_TRUE(client.write("{}"));
  const auto answer = client.answer();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body(), "{}");
}

TEST_F(Page, DoesNotWaitForThoseWhoDoNotSpeak) {
  options_.head_patience = std::chrono::milliseconds(20);
  options_.body_patience = std::chrono::milliseconds(20);
  const std::uint16_t port = open();
  Client mute(port);
  EXPECT_FALSE(mute.answer()) << "the connection ends";
  Client slow(port);
  slow.write("GET / HT");
  EXPECT_FALSE(slow.answer());
  Client half(port);
  half.write("POST /api/v1/command HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50\r\n\r\n{");
  EXPECT_FALSE(half.answer());
}

TEST_F(Page, IsNotForPagesOfOtherSites) {
  const std::uint16_t port = open();
  Request rebound = Client::request(http::verb::get, "/api/v1/state");
  rebound.set(http::field::host, "rebound.example:4000");
  EXPECT_EQ(status(rebound), 403U);
  Request foreign = Client::request(http::verb::post, "/api/v1/command", R"({"command":"panic"})");
  foreign.set(http::field::origin, "https://evil.example");
  EXPECT_EQ(status(foreign), 403U);
  foreign.set(http::field::origin, "http://localhost:4000");
  EXPECT_EQ(status(foreign), 200U);
  EXPECT_EQ(Viewer(port, "https://evil.example").status, 403U);
  EXPECT_EQ(Viewer(port, "http://localhost:4000").status, 101U);
  EXPECT_EQ(stage_.commands.size(), 1U);
}

TEST_F(Page, ThatIsSharedWantsItsTokenFromOtherMachines) {
  options_.settings.share = true;
  open();
  const std::vector<std::string> links = server_->links();
  ASSERT_FALSE(links.empty());
  const std::string token = links[0].substr(links[0].find("token=") + 6);
  EXPECT_EQ(token.size(), 32U);
  const auto from_afar = [&](const std::string& target) {
    Request request = Client::request(http::verb::get, target);
    request.set(http::field::host, "192.168.1.2:4000");
    return request;
  };
  const auto refused = Client(server_->port()).ask(from_afar("/"));
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->result_int(), 401U);
  EXPECT_EQ((*refused)[http::field::content_type], "text/html; charset=utf-8");
  EXPECT_THAT(refused->body(), HasSubstr("the link that imps says when it starts"));
  const auto data = Client(server_->port()).ask(from_afar("/api/v1/state"));
  ASSERT_TRUE(data);
  EXPECT_EQ((*data)[http::field::content_type], "application/json");
  EXPECT_EQ(status(from_afar("/?token=" + std::string(32, '0'))), 401U);
  const auto entered = Client(server_->port()).ask(from_afar("/?token=" + token));
  ASSERT_TRUE(entered);
  EXPECT_EQ(entered->result_int(), 200U);
  const std::string cookie((*entered)[http::field::set_cookie]);
  const std::string kept = fmt::format("imps-{}={}", server_->port(), token);
  EXPECT_THAT(cookie, StartsWith(kept + "; "));
  EXPECT_THAT(cookie, HasSubstr("HttpOnly"));
  EXPECT_THAT(cookie, HasSubstr("SameSite=Strict"));
  Request with_cookie = from_afar("/api/v1/state");
  with_cookie.set(http::field::cookie, "a=b; imps-1=" + std::string(32, '0') + "; " + kept);
  EXPECT_EQ(status(with_cookie), 200U);
  Request bearer = from_afar("/api/v1/state");
  bearer.set(http::field::authorization, "Bearer " + token);
  EXPECT_EQ(status(bearer), 200U);
}

TEST_F(Page, TakesNothingOfALinkIntoItsHead) {
  open();
  for (const char* const token : {"guess", "x%0d%0aX-Evil:%20yes", "x%0d%0a%0d%0a<p>"}) {
    const auto answer = ask(http::verb::get, std::string("/?token=") + token);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->count(http::field::set_cookie), 0U) << token;
    EXPECT_EQ(answer->count("X-Evil"), 0U);
  }
}

TEST_F(Page, IsAllThatOtherSitesMayLinkTo) {
  open();
  Request linked = Client::request(http::verb::get, "/");
  linked.set("Sec-Fetch-Site", "cross-site");
  EXPECT_EQ(status(linked), 200U);
  linked.target("/api/v1/state");
  EXPECT_EQ(status(linked), 403U);
  linked.set("Sec-Fetch-Site", "none");
  EXPECT_EQ(status(linked), 200U);
}

TEST_F(Page, AnswersHeadAsGetWithoutTheBody) {
  open();
  const auto whole = ask(http::verb::get, "/api/v1/state");
  const auto head = ask(http::verb::head, "/api/v1/state");
  ASSERT_TRUE(whole && head);
  EXPECT_EQ(head->result_int(), 200U);
  EXPECT_EQ((*head)[http::field::content_length], (*whole)[http::field::content_length]);
}

TEST_F(Page, GoesOnWhenAResourceFails) {
  const auto fails = [](const ApiRequest&) -> ApiReply { throw std::runtime_error("no luck"); };
  options_.api["quick"] = {.answer = fails};
  options_.api["slow"] = {.answer = fails, .is_slow = true};
  open();
  for (const char* const target : {"/api/v1/quick", "/api/v1/slow"}) {
    const auto answer = ask(http::verb::get, target);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->result_int(), 500U);
    EXPECT_THAT(answer->body(), HasSubstr("no luck"));
  }
  EXPECT_EQ(ask(http::verb::get, "/")->result_int(), 200U);
}

TEST_F(Page, HoldsNoRoomForBodiesThatAreNotSent) {
  std::promise<void> goes_on;
  std::atomic<int> asked{0};
  options_.api["models"] = {.answer =
                                [&, held = goes_on.get_future().share()](const ApiRequest&) {
                                  ++asked;
                                  held.wait();
                                  return ApiReply{};
                                },
                            .is_slow = true,
                            .most_bytes = WebServer::kMostBytes};
  const std::uint16_t port = open();
  Client first(port);
  first.write("GET /api/v1/models HTTP/1.1\r\nHost: localhost\r\n\r\n");
  while (asked == 0)
    std::this_thread::yield();
  EXPECT_EQ(ask(http::verb::post, "/api/v1/command", "x")->result_int(), 400U) << "not 503";
  goes_on.set_value();
  EXPECT_EQ(first.answer()->result_int(), 200U);
}

TEST_F(Page, SaysWhyToThoseWhoStillSend) {
  const std::uint16_t port = open();
  Client client(port);
  const std::string much(8 * 1024 * 1024, 'a');
  client.write("POST /api/v1/command HTTP/1.1\r\nHost: localhost\r\nContent-Length: " +
               std::to_string(much.size()) + "\r\n\r\n");
  EXPECT_TRUE(client.write(much)) << "it is heard out";
  const auto answer = client.answer();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->result_int(), 413U);
}

TEST_F(Page, AsksNothingSlowOnceItIsClosed) {
  std::promise<void> began;
  std::promise<void> goes_on;
  std::atomic<int> asked{0};
  options_.api["slow"] = {.answer =
                              [&, held = goes_on.get_future().share()](const ApiRequest&) {
                                if (++asked == 1) began.set_value();
                                held.wait();
                                return ApiReply{};
                              },
                          .is_slow = true};
  const std::uint16_t port = open();
  const std::string request = "GET /api/v1/slow HTTP/1.1\r\nHost: localhost\r\n\r\n";
  Client first(port);
  first.write(request);
  began.get_future().wait();
  Client second(port);
  ASSERT_TRUE(second.ask(Client::request(http::verb::get, "/")));
  second.write(request);
  ASSERT_TRUE(ask(http::verb::get, "/")) << "the loop has come to what was sent before";
  std::thread closing([&] { on_loop([&] { server_->close(); }); });
  EXPECT_FALSE(first.answer()) << "all are sent away first";
  goes_on.set_value();
  closing.join();
  EXPECT_EQ(asked, 1);
}

TEST_F(Page, TakesConnectionsAgainOnceThereAreDescriptors) {
#if defined(IMPS_ADDRESS_SANITIZER)
  GTEST_SKIP() << "the undefined-behaviour sanitizer needs descriptors itself, to look at objects";
#endif
  asio::io_context loop;
  WebServer::Options options;
  options.settings.listen = {"127.0.0.1", 0};
  options.now = [] { return std::int64_t{0}; };
  auto server = WebServer::open(loop, options, stage_);
  ASSERT_TRUE(server);
  loop.poll();
  asio::io_context other;
  tcp::socket client(other, tcp::v4());
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const int spare = ::dup(0);
  ASSERT_GE(spare, 0);
  ::close(spare);  // the lowest that is free
  rlimit none = before;
  none.rlim_cur = static_cast<rlim_t>(spare);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  client.connect({asio::ip::address_v4::loopback(), (*server)->port()});
  std::size_t turns = loop.run_one();
  for (int k = 0; k < 1000; ++k)
    turns += loop.poll_one();
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_LT(turns, 100U) << "it does not try without a pause";
  const std::string request = "GET /none HTTP/1.1\r\nHost: localhost\r\n\r\n";
  asio::write(client, asio::buffer(request));
  while (client.available() == 0)
    loop.run_one();
}

TEST_F(Page, TakesCommandsAndFrames) {
  open();
  EXPECT_EQ(ask(http::verb::post, "/api/v1/command", R"({"command":"sigmatemp","value":0.5})")
                ->result_int(),
            200U);
  EXPECT_EQ(ask(http::verb::post, "/api/v1/frame", R"({"controls":[0.5,0.25]})")->result_int(),
            200U);
  EXPECT_THAT(stage_.played, ElementsAre(0.5, 0.25));
  for (const char* const bad : {"", "x", "[]", "{}", R"({"command":"no"})", R"({"command":1})"})
    EXPECT_EQ(ask(http::verb::post, "/api/v1/command", bad)->result_int(), 400U) << bad;
  EXPECT_EQ(ask(http::verb::post, "/api/v1/frame", R"({"controls":[]})")->result_int(), 400U);
  EXPECT_EQ(stage_.commands.size(), 1U);
}

TEST_F(Page, AsksSlowResourcesBesideTheLoop) {
  std::promise<void> asked;
  std::promise<void> goes_on;
  options_.api["slow"] = {.answer =
                              [&](const ApiRequest& request) {
                                asked.set_value();
                                goes_on.get_future().wait();
                                return ApiReply{.body = std::string(request.at(0)),
                                                .type = "text/plain",
                                                .download = "a \"b\".log"};
                              },
                          .is_slow = true};
  const std::uint16_t port = open();
  std::optional<Response> slow;
  std::thread waiting(
      [&] { slow = Client(port).ask(Client::request(http::verb::get, "/api/v1/slow/one%20two")); });
  asked.get_future().wait();
  EXPECT_EQ(ask(http::verb::get, "/")->result_int(), 200U) << "others are answered meanwhile";
  goes_on.set_value();
  waiting.join();
  ASSERT_TRUE(slow);
  EXPECT_EQ(slow->body(), "one two");
  EXPECT_EQ((*slow)[http::field::content_disposition], "attachment; filename=\"a _b_.log\"");
}

TEST_F(Page, TellsViewersWhatHappens) {
  const std::uint16_t port = open();
  on_loop([&] { server_->news().state({{"mode", "battle"}}); });
  Viewer first(port);
  EXPECT_EQ(first.hear()["state"]["mode"], "battle");
  on_loop([&] { EXPECT_TRUE(stage_.watched); });
  Viewer second(port);
  EXPECT_EQ(second.hear()["state"]["mode"], "battle");
  on_loop([&] {
    server_->news().sounded(5, 1, std::vector{0.5});
    server_->send();
  });
  EXPECT_TRUE(stage_.watched);
  for (Viewer* const viewer : {&first, &second}) {
    Json message = viewer->hear();
    while (!message.is_null() && !message.contains("events"))
      message = viewer->hear();
    EXPECT_EQ(message["events"], Json::parse("[[5,1,[0,0.5]]]"));
  }
  first.say(R"({"frame": [0.25]})");
  first.say(R"({"set": [0, 0.5]})");
  EXPECT_EQ(first.hear()["error"], "nothing moves here");
  EXPECT_THAT(stage_.played, ElementsAre(0.25));
}

TEST_F(Page, TellsAViewerAllBeforeItTellsWhatChanges) {
  const std::uint16_t port = open();
  on_loop([&] {
    server_->news().state({{"mode", "battle"}, {"seconds", 1}});
    server_->send();
    stage_.at_first_viewer = [&] {
      server_->news().state({{"mode", "battle"}, {"seconds", 2}});
      server_->send();
    };
  });
  Viewer viewer(port);
  EXPECT_EQ(viewer.hear()["state"], Json::parse(R"({"mode": "battle", "seconds": 1})"));
  EXPECT_EQ(viewer.hear()["state"], Json::parse(R"({"seconds": 2})"));
}

TEST_F(Page, DropsWhatASlowViewerMissesAndTellsItAllLater) {
  const std::uint16_t port = open();
  Viewer slow(port, {}, 16 * 1024);
  constexpr int kRounds = 200;  // more than its socket and its queue hold
  for (int round = 0; round < kRounds; ++round) {
    on_loop([&] {
      for (int k = 0; k < 25; ++k)
        server_->news().sounded(k, 0, std::vector<double>(128, (round + k) % 2 == 0 ? 0.1 : 0.9));
      server_->send();
    });
  }
  // Only the last of these megabytes is worth reading as JSON.
  std::string text = slow.hear_text();
  std::size_t messages = 1;
  while (!text.empty() && text.find("\"missed\":") == std::string::npos) {
    text = slow.hear_text();
    ++messages;
  }
  const Json message = Json::parse(text);
  EXPECT_GT(message["missed"], 0);
  EXPECT_EQ(message["frames"]["performer"].size(), 128U);
  EXPECT_LT(messages, std::size_t{kRounds});
}

TEST_F(Page, HasRoomForSoManyViewers) {
  const std::uint16_t port = open();
  std::vector<std::unique_ptr<Viewer>> all;
  for (std::size_t k = 0; k < WebServer::kMostViewers; ++k) {
    all.push_back(std::make_unique<Viewer>(port));
    ASSERT_EQ(all.back()->status, 101U);
    ASSERT_FALSE(all.back()->hear().is_null());
  }
  EXPECT_EQ(Viewer(port).status, 503U);
}

TEST_F(Page, CountsViewersFromTheirFirstWord) {
  const std::uint16_t port = open();
  constexpr std::size_t kMany = WebServer::kMostViewers + 20;
  std::vector<std::unique_ptr<Client>> all;
  for (std::size_t k = 0; k < kMany; ++k) {
    all.push_back(std::make_unique<Client>(port));
    ASSERT_TRUE(all.back()->ask(Client::request(http::verb::get, "/")));
  }
  on_loop([&] {  // which comes to all of them at once afterwards
    for (const auto& client : all) {
      client->write(
          "GET /api/v1/live HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: "
          "upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
          "dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    }
  });
  std::size_t taken = 0;
  for (const auto& client : all) {
    const auto answer = client->answer();
    ASSERT_TRUE(answer);
    taken += answer->result_int() == 101U ? 1 : 0;
  }
  EXPECT_EQ(taken, WebServer::kMostViewers);
}

TEST_F(Page, TellsAllOfTheStateFirst) {
  stage_.at_first_viewer = [this] { server_->send(); };
  const std::uint16_t port = open();
  on_loop([&] { server_->news().told("tell", "before anybody looked"); });
  Viewer first(port);
  EXPECT_TRUE(first.hear().contains("frames"));
  EXPECT_EQ(first.hear()["told"][0][1], "before anybody looked");
}

TEST_F(Page, SaysThatItsPortIsTaken) {
  const std::uint16_t port = open();
  asio::io_context loop;
  WebServer::Options options;
  options.settings.listen = {"127.0.0.1", port};
  options.now = [] { return std::int64_t{0}; };
  const auto second = WebServer::open(loop, options, stage_);
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().message, HasSubstr(std::to_string(port) + " is in use"));
}

}  // namespace
}  // namespace imps::test
