// Encryption for the page, without the page: a client that speaks TLS, and what stands for the
// server at the inner end.
#include "web/tls_front.h"

#include <chrono>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <gmock/gmock.h>

#include "tests/support/folder.h"
#include "tests/web/made_certificate.h"

namespace imps::test {
namespace {

namespace asio = boost::asio;
namespace ssl = asio::ssl;
using asio::ip::tcp;
using Inner = asio::local::stream_protocol::socket;
using ErrorCode = boost::system::error_code;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class OverTls : public ::testing::Test {
 protected:
  OverTls() {
    make_certificate(folder_ / "stage.pem", folder_ / "stage.key", "stage.example");
    auto front = TlsFront::open(folder_ / "stage.pem", folder_ / "stage.key");
    EXPECT_TRUE(front) << front.error().message;
    if (front) front_ = std::move(*front);
    trust_.load_verify_file((folder_ / "stage.pem").string());
    trust_.set_verify_mode(ssl::verify_peer);
  }

  /// Two ends of a TCP connection: the client's, and the one that was accepted.
  std::pair<tcp::socket, tcp::socket> connect() {
    tcp::acceptor acceptor(loop_, {asio::ip::address_v4::loopback(), 0});
    tcp::socket client(loop_);
    client.connect(acceptor.local_endpoint());
    return {std::move(client), acceptor.accept()};
  }
  std::string why_not(const std::string& certificate, const std::string& key) {
    const auto front = TlsFront::open(folder_ / certificate,
                                      key.empty() ? std::filesystem::path() : folder_ / key);
    return front ? "" : front.error().message;
  }

  Folder folder_;
  asio::io_context loop_;
  ssl::context trust_{ssl::context::tls_client};
  std::unique_ptr<TlsFront> front_;
};

/// A client that has shaken hands, and the inner end of what it says.
struct Visit {
  ssl::stream<tcp::socket> client;
  Inner inner;
};

class Visited : public OverTls {
 protected:
  Visit visit() {
    auto [outside, accepted] = connect();
    auto inner = front_->take(loop_, std::move(accepted), true, {});
    EXPECT_TRUE(inner);
    Visit visit{{std::move(outside), trust_}, std::move(*inner)};
    ErrorCode error;
    visit.client.handshake(ssl::stream_base::client, error);
    EXPECT_FALSE(error) << error.message();
    return visit;
  }
};

TEST_F(Visited, WhatIsSaidGoesBothWaysWhole) {
  Visit visit = this->visit();
  const std::string said(3'000'000, 'x');
  std::thread client([&] { asio::write(visit.client, asio::buffer(said)); });
  std::string heard(said.size(), '\0');
  asio::read(visit.inner, asio::buffer(heard));
  client.join();
  EXPECT_EQ(heard, said);

  const std::string answer = "and back\n";
  std::thread server([&] { asio::write(visit.inner, asio::buffer(said + answer)); });
  std::string told(said.size() + answer.size(), '\0');
  asio::read(visit.client, asio::buffer(told));
  server.join();
  EXPECT_EQ(told.substr(said.size()), answer);
}

TEST_F(Visited, AnAnswerIsReadByAClientThatStillSends) {
  Visit visit = this->visit();
  const std::string answer = "too much\n";
  asio::write(visit.inner, asio::buffer(answer));
  visit.inner.shutdown(Inner::shutdown_send);
  ErrorCode error;
  asio::write(visit.client, asio::buffer(std::string(200'000, 'x')), error);
  EXPECT_FALSE(error) << error.message();
  std::string told(answer.size(), '\0');
  asio::read(visit.client, asio::buffer(told));
  EXPECT_EQ(told, answer);
  ErrorCode ended;
  asio::read(visit.client, asio::buffer(told), ended);
  EXPECT_EQ(ended, asio::error::eof) << "said in order, not broken off";
}

TEST_F(Visited, WhoLeaveMakeRoomAtOnce) {
  for (std::size_t k = 0; k < TlsFront::kMostPipes + 40; ++k) {
    Visit visit = this->visit();
    if (HasFailure()) return;
    if (k % 2 == 0) visit.inner.close();  // the server ends first, or the client
  }
}

TEST_F(Visited, WhoLeavesIsNotWaitedFor) {
  std::optional<Visit> visit = this->visit();
  Inner inner = std::move(visit->inner);
  visit.reset();
  std::string rest(1, '\0');
  ErrorCode error;
  asio::read(inner, asio::buffer(rest), error);
  EXPECT_EQ(error, asio::error::eof);
}

TEST_F(OverTls, TheFirstBytesMayHaveBeenReadAlready) {
  auto [outside, accepted] = connect();
  ssl::stream<tcp::socket> client(std::move(outside), trust_);
  std::thread shake([&] {
    ErrorCode error;
    client.handshake(ssl::stream_base::client, error);
    EXPECT_FALSE(error) << error.message();
    asio::write(client, asio::buffer("hello", 5), error);
  });
  std::vector<std::byte> first(100);
  first.resize(accepted.read_some(asio::buffer(first)));
  EXPECT_TRUE(is_tls(first[0]));
  auto inner = front_->take(loop_, std::move(accepted), true, first);
  ASSERT_TRUE(inner);
  std::string heard(5, '\0');
  asio::read(*inner, asio::buffer(heard));
  EXPECT_EQ(heard, "hello");
  shake.join();
}

TEST_F(OverTls, RubbishEndsTheConnection) {
  auto [client, accepted] = connect();
  auto inner = front_->take(loop_, std::move(accepted), true, {});
  ASSERT_TRUE(inner);
  ErrorCode error;
  asio::write(client, asio::buffer(std::string("\x16\x03\x01") + std::string(600, '\xff')), error);
  std::string rest(1, '\0');
  asio::read(*inner, asio::buffer(rest), error);
  EXPECT_TRUE(error);
}

TEST_F(OverTls, NoMoreAreTakenThanThereIsRoomFor) {
  std::vector<tcp::socket> clients;
  std::vector<Inner> inners;
  const auto take = [&] {
    auto [client, accepted] = connect();
    auto inner = front_->take(loop_, std::move(accepted), true, {});
    if (!inner) return false;
    clients.push_back(std::move(client));
    inners.push_back(std::move(*inner));
    return true;
  };
  for (std::size_t k = 0; k < TlsFront::kMostPipes; ++k)
    ASSERT_TRUE(take()) << k;
  EXPECT_FALSE(take());
  clients.clear();  // their handshakes fail
  std::string rest(1, '\0');
  ErrorCode ignored;
  for (Inner& inner : inners)
    asio::read(inner, asio::buffer(rest), ignored);
  const auto late = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  bool is_room = false;
  while (!is_room && std::chrono::steady_clock::now() < late)
    is_room = take();
  EXPECT_TRUE(is_room);
}

TEST_F(OverTls, TheHostsAreThoseOfTheCertificate) {
  EXPECT_THAT(front_->hosts(), ElementsAre("stage.example", "192.0.2.1"));
}

TEST_F(OverTls, FilesThatAreNoCertificateAreRefusedWithTheReason) {
  std::ofstream(folder_ / "empty.pem").flush();
  EXPECT_THAT(why_not("none.pem", ""), HasSubstr("none.pem: there is no certificate"));
  EXPECT_THAT(why_not("empty.pem", ""), HasSubstr("empty.pem: there is no certificate"));
  EXPECT_THAT(why_not("stage.pem", ""), HasSubstr("stage.pem: there is no key"));
  make_certificate(folder_ / "other.pem", folder_ / "other.key", "other.example");
  EXPECT_THAT(why_not("stage.pem", "other.key"), HasSubstr("other.key: there is no key of this"));
  make_certificate(folder_ / "locked.pem", folder_ / "locked.key", "stage.example", "secret");
  EXPECT_THAT(why_not("locked.pem", "locked.key"), HasSubstr("without a passphrase"));
}

TEST_F(OverTls, BothMayBeInOneFile) {
  std::ofstream both(folder_ / "both.pem");
  both << std::ifstream(folder_ / "stage.pem").rdbuf()
       << std::ifstream(folder_ / "stage.key").rdbuf();
  both.close();
  EXPECT_EQ(why_not("both.pem", ""), "");
}

}  // namespace
}  // namespace imps::test
