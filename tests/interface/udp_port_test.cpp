// Listening, over real loopback sockets.
#include <algorithm>
#include <bit>

#include <gmock/gmock.h>
#include <unistd.h>

#include "interface/osc/encoder.h"
#include "tests/interface/udp_stage.h"

namespace imps::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Packet numbered(std::uint32_t number) {
  Packet packet;
  add_uint32(packet, number);
  return packet;
}
std::uint32_t number_of(const Packet& packet) { return read_uint32(packet); }

TEST(UdpPort, OnLocalhostHearsBothFamilies) {
  PortStage imps;
  Peer peer;
  peer.send(numbered(4), loopback(imps.port->local_port()));
  imps.run_until_received(1);
  EXPECT_EQ(imps.senders[0], loopback(peer.port()));
  if (!machine_has_ipv6()) GTEST_SKIP() << "this machine has no [::1]: IPv4 alone was tried";
  Peer peer6(loopback6(0));
  peer6.send(numbered(6), loopback6(imps.port->local_port()));
  imps.run_until_received(2);
  EXPECT_THAT(imps.received, ElementsAre(numbered(4), numbered(6)));
  EXPECT_EQ(imps.senders[1], loopback6(peer6.port()));
}

TEST(UdpPort, ListensWhereItIsToldTo) {
  for (const char* const host : {"127.0.0.1", "0.0.0.0", "127.1"}) {
    PortStage imps({host, 0});
    ASSERT_TRUE(imps.port);
    Peer().send(numbered(1), loopback(imps.port->local_port()));
    imps.run_until_received(1);
  }
  if (!machine_has_ipv6()) GTEST_SKIP() << "this machine has no [::1]: IPv4 alone was tried";
  {
    PortStage imps({"::1", 0});
    Peer(loopback6(0)).send(numbered(1), loopback6(imps.port->local_port()));
    imps.run_until_received(1);
  }
  PortStage imps({"::", 0});
  Peer().send(numbered(1), loopback(imps.port->local_port()));
  Peer(loopback6(0)).send(numbered(1), loopback6(imps.port->local_port()));
  imps.run_until_received(2);
}

TEST(UdpPort, ThatIsTakenSaysWhoHasIt) {
  PortStage first;
  OscTally tally;
  const auto second = UdpPort::open(first.loop, {"localhost", first.port->local_port()}, {}, tally);
  ASSERT_FALSE(second.has_value());
  EXPECT_THAT(second.error().message,
              HasSubstr("OSC port " + std::to_string(first.port->local_port())));
#if defined(__linux__)
  EXPECT_THAT(second.error().message, HasSubstr("process " + std::to_string(getpid())));
  EXPECT_THAT(second.error().message, HasSubstr("udp_test"));
#endif
}

TEST(UdpPort, OnLocalhostDoesNotShareWithAServerOnTheOtherFamily) {
  if (!machine_has_ipv6()) GTEST_SKIP() << "this machine has no [::1]";
  Peer other(loopback6(0));
  asio::io_context loop;
  OscTally tally;
  const auto port = UdpPort::open(loop, {"localhost", other.port()}, {}, tally);
  ASSERT_FALSE(port.has_value());
  EXPECT_THAT(port.error().message, HasSubstr("[::1]"));
}

TEST(UdpPort, OnAHostThatIsNotThisMachineSaysWhatWouldDo) {
  asio::io_context loop;
  OscTally tally;
  // 192.0.2.0/24 is for documentation: 192.0.2.213 is nobody's.
  for (const char* const host : {"192.0.2.213", ".."}) {
    const auto port = UdpPort::open(loop, {host, 0}, {}, tally);
    ASSERT_FALSE(port.has_value()) << host;
    EXPECT_THAT(port.error().message, HasSubstr(host));
    EXPECT_THAT(port.error().message, HasSubstr("localhost"));
  }
}

TEST(UdpPort, ReceivesTheLargestDatagramWhole) {
  PortStage imps;
  Packet largest(kLargestDatagram, std::byte{0x5a});
  largest.back() = std::byte{1};
  Peer().send(largest, loopback(imps.port->local_port()));
  imps.run_until_received(1);
  EXPECT_EQ(imps.received[0], largest);
  EXPECT_EQ(imps.tally.counts.too_large, 0U);
}

TEST(UdpPort, ReceivesAnEmptyDatagram) {
  PortStage imps;
  Peer().send({}, loopback(imps.port->local_port()));
  imps.run_until_received(1);
  EXPECT_TRUE(imps.received[0].empty());
}

TEST(UdpPort, GivesTheLoopBackAfterItsShareOfDatagrams) {
  PortStage imps({"127.0.0.1", 0}, {}, 40);
  Peer peer;
  for (std::uint32_t i = 0; i < 100; ++i) {
    peer.send(numbered(i), loopback(imps.port->local_port()));
  }
  std::vector<std::size_t> seen_by_others;
  imps.then = [&](Bytes, const UdpEndpoint&) {
    if (imps.received.size() % 40 != 1) return;
    asio::post(imps.loop, [&] { seen_by_others.push_back(imps.received.size()); });
  };
  imps.run_until_received(100);
  imps.loop.poll();
  EXPECT_THAT(imps.batch_ends, ElementsAre(true, true, false));
  EXPECT_THAT(seen_by_others, ElementsAre(40, 80, 100));
}

TEST(UdpPort, ReceivesFiftyThousandDatagramsInTheirOrderWhenReadInTime) {
  PortStage imps({"127.0.0.1", 0});
  Peer peer;
  for (std::uint32_t i = 0; i < 50'000; ++i) {
    peer.send(numbered(i), loopback(imps.port->local_port()));
    if (i % 100 == 99) imps.run_until_received(i + 1);
  }
  ASSERT_EQ(imps.received.size(), 50'000U);
  for (std::uint32_t i = 0; i < 50'000; ++i)
    ASSERT_EQ(number_of(imps.received[i]), i);
  imps.port->count_losses();
  EXPECT_EQ(imps.tally.counts.kernel_dropped, 0U);
}

#if defined(__linux__)
TEST(UdpPort, AccountsForEveryDatagramOfABurstThatTheSystemCouldNotHold) {
  PortStage imps({"127.0.0.1", 0});
  Peer peer;
  constexpr std::uint32_t kSent = 50'000;
  const Packet filler(1000);
  for (std::uint32_t i = 0; i < kSent; ++i) {
    Packet packet = numbered(i);
    packet.insert(packet.end(), filler.begin(), filler.end());
    peer.send(packet, loopback(imps.port->local_port()));
  }
  while (imps.loop.poll() > 0) {
  }
  const std::size_t before = imps.received.size();
  EXPECT_GT(before, 1000U) << "the receive buffer is small";
  ASSERT_LT(before, kSent) << "the system lost nothing: this test needs a larger burst";
  EXPECT_TRUE(
      std::is_sorted(imps.received.begin(), imps.received.end(),
                     [](const Packet& a, const Packet& b) { return number_of(a) < number_of(b); }));

  // The next datagram brings the news …
  peer.send(numbered(kSent), loopback(imps.port->local_port()));
  imps.run_until_received(before + 1);
  EXPECT_EQ(before + imps.tally.counts.kernel_dropped, kSent);
  // … and asking for it counts nothing twice.
  imps.port->count_losses();
  EXPECT_EQ(before + imps.tally.counts.kernel_dropped, kSent);
  EXPECT_THAT(imps.tally.take_report(kNow).value_or(""), HasSubstr("datagrams lost"));
}

TEST(UdpPort, CanBeAskedWhatWasLostWithoutAnotherDatagram) {
  PortStage imps({"127.0.0.1", 0});
  Peer peer;
  constexpr std::uint32_t kSent = 30'000;
  const Packet packet(1000);
  for (std::uint32_t i = 0; i < kSent; ++i)
    peer.send(packet, loopback(imps.port->local_port()));
  while (imps.loop.poll() > 0) {
  }
  imps.port->count_losses();
  EXPECT_GT(imps.tally.counts.kernel_dropped, 0U);
  EXPECT_EQ(imps.received.size() + imps.tally.counts.kernel_dropped, kSent);
}
#endif

TEST(UdpPort, IsSilentOnceItIsStopped) {
  PortStage imps({"127.0.0.1", 0});
  imps.then = [&](Bytes, const UdpEndpoint&) { imps.port->stop(); };
  Peer peer;
  for (std::uint32_t i = 0; i < 5; ++i) {
    peer.send(numbered(i), loopback(imps.port->local_port()));
  }
  imps.run_until_received(1);
  imps.loop.poll();
  EXPECT_EQ(imps.received.size(), 1U);
  EXPECT_TRUE(imps.batch_ends.empty());
}

TEST(UdpPort, MayGoWhileTheLoopStillHasSomethingForIt) {
  PortStage imps({"127.0.0.1", 0});
  Peer().send(numbered(1), loopback(imps.port->local_port()));
  // The datagram is there, and nobody has looked: then the port goes.
  imps.port.reset();
  imps.loop.poll();
  EXPECT_TRUE(imps.received.empty());
}

TEST(UdpReply, GoesBackToTheSenderFromThePortThatWasAsked) {
  PortStage imps;
  imps.then = [&](Bytes, const UdpEndpoint& sender) {
    std::array<std::byte, 64> memory;
    EXPECT_TRUE(imps.port->reply(*encode_pong(memory), sender));
  };
  Peer peer;
  peer.send(message("/ping", ","), loopback(imps.port->local_port()));
  imps.run_until_received(1);
  EXPECT_EQ(peer.receive(), message("/pong", ","));
  if (!machine_has_ipv6()) GTEST_SKIP() << "this machine has no [::1]: IPv4 alone was tried";
  Peer peer6(loopback6(0));
  peer6.send(message("/ping", ","), loopback6(imps.port->local_port()));
  imps.run_until_received(2);
  EXPECT_EQ(peer6.receive(), message("/pong", ","));
}

TEST(UdpReply, ReachesAnIpv4SenderThatWasHeardOnBothFamiliesAtOnce) {
  if (!machine_has_ipv6()) GTEST_SKIP() << "this machine has no [::1]";
  PortStage imps({"::", 0});
  imps.then = [&](Bytes packet, const UdpEndpoint& sender) {
    EXPECT_TRUE(imps.port->reply(packet, sender));
  };
  Peer peer;
  peer.send(numbered(7), loopback(imps.port->local_port()));
  imps.run_until_received(1);
  EXPECT_EQ(peer.receive(), numbered(7));
}

TEST(UdpReply, GoesToNobodyButThisMachineAndTheOutputs) {
  PortStage imps({"localhost", 0}, {{"192.0.2.17", 5000}});
  const auto host = [](const char* address) {
    return UdpEndpoint(asio::ip::make_address(address), 5000);
  };
  imps.then = [&](Bytes packet, const UdpEndpoint&) {
    for (const char* const stranger : {"192.0.2.18", "::ffff:192.0.2.18", "2001:db8::1"}) {
      EXPECT_FALSE(imps.port->reply(packet, host(stranger))) << stranger;
    }
    EXPECT_EQ(imps.tally.counts.replies_refused, 3U);
    EXPECT_EQ(imps.tally.counts.send_errors, 0U);
    // An output is allowed; that a socket on 127.0.0.1 has no way there is another matter.
    imps.port->reply(packet, host("192.0.2.17"));
    EXPECT_EQ(imps.tally.counts.replies_refused, 3U);
  };
  Peer().send(numbered(1), loopback(imps.port->local_port()));
  imps.run_until_received(1);
}

}  // namespace
}  // namespace imps::test
