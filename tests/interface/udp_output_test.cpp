// Sending, whatever happens at the other end.
#include <chrono>
#include <optional>

#include <gmock/gmock.h>

#include "interface/osc/encoder.h"
#include "tests/interface/udp_stage.h"

namespace imps::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

const Packet kPacket = floats("/prediction", {0.5F});

TEST(UdpOutput, EveryOneIsSentTo) {
  Peer first;
  Peer second;
  PortStage imps({"localhost", 0}, {{"localhost", first.port()}, {"127.0.0.1", second.port()}});
  EXPECT_EQ(imps.port->send(kPacket, kNow), 2U);
  EXPECT_EQ(first.receive(), kPacket);
  EXPECT_EQ(second.receive(), kPacket);
}

TEST(UdpOutput, MayBeAnIpv6Address) {
  if (!machine_has_ipv6()) GTEST_SKIP() << "this machine has no [::1]";
  Peer peer(loopback6(0));
  PortStage imps({"127.0.0.1", 0}, {{"::1", peer.port()}});
  EXPECT_EQ(imps.port->send(kPacket, kNow), 1U);
  EXPECT_EQ(peer.receive(), kPacket);
}

TEST(UdpOutput, ThatVanishesIsCountedAndMissesNothingOnceItIsBack) {
  std::optional<Peer> peer(std::in_place);
  const std::uint16_t port = peer->port();
  PortStage imps({"localhost", 0}, {{"localhost", port}});
  imps.port->send(kPacket, kNow);
  EXPECT_EQ(peer->receive(), kPacket);

  peer.reset();
  for (int i = 0; i < 100; ++i)
    imps.port->send(kPacket, kNow);
  EXPECT_GT(imps.tally.counts.send_errors, 0U);
  EXPECT_THAT(imps.tally.take_report(kNow).value_or(""),
              HasSubstr("localhost:" + std::to_string(port)));

  peer.emplace(loopback(port));
  const Packet first_after = floats("/prediction", {0.25F});
  EXPECT_EQ(imps.port->send(first_after, kNow), 1U);
  EXPECT_EQ(peer->receive(), first_after);
}

TEST(UdpOutput, ThatVanishesDoesNotDisturbTheOthers) {
  Peer there;
  std::uint16_t gone = 0;
  {
    Peer peer;
    gone = peer.port();
  }
  PortStage imps({"localhost", 0}, {{"localhost", gone}, {"localhost", there.port()}});
  for (int i = 0; i < 10; ++i) {
    imps.port->send(kPacket, kNow);
    EXPECT_EQ(there.receive(), kPacket);
  }
}

TEST(UdpOutput, WithANameIsLookedUpElsewhere) {
  Peer peer;
  // Asio reads addresses strictly, so this one goes to the system's resolver, which knows it
  // without a network: 127.0.0.1.
  PortStage imps({"localhost", 0}, {{"127.1", peer.port()}});
  imps.port->outputs()[0].wait_for_lookup();
  EXPECT_EQ(imps.port->outputs()[0].address(), loopback(peer.port()));
  EXPECT_EQ(imps.port->send(kPacket, kNow), 1U);
  EXPECT_EQ(peer.receive(), kPacket);
  EXPECT_EQ(imps.tally.counts.send_errors, 0U);
}

TEST(UdpOutput, WithANameThatNobodyKnowsIsCountedAndAskedForEverMoreRarely) {
  PortStage imps({"localhost", 0}, {{"..", 5000}});
  UdpOutput& output = imps.port->outputs()[0];
  output.wait_for_lookup();
  std::vector<int> lookups;
  for (const Duration later : {0ms, 500ms, 1000ms, 2000ms, 3000ms}) {
    EXPECT_FALSE(output.send(kPacket, kNow + later));
    output.wait_for_lookup();
    lookups.push_back(output.lookups());
  }
  EXPECT_THAT(lookups, testing::ElementsAre(2, 2, 3, 3, 4));
  EXPECT_EQ(imps.tally.counts.send_errors, 5U);
  EXPECT_FALSE(output.address().has_value());
}

TEST(UdpOutput, WithANameIsLookedUpAgainWhenNobodyListensThere) {
  std::optional<Peer> peer(std::in_place);
  const std::uint16_t port = peer->port();
  PortStage imps({"localhost", 0}, {{"127.1", port}});
  UdpOutput& output = imps.port->outputs()[0];
  output.wait_for_lookup();
  EXPECT_TRUE(output.send(kPacket, kNow));
  EXPECT_EQ(output.lookups(), 1);
  peer.reset();
  for (int i = 0; i < 20; ++i) {
    output.send(kPacket, kNow);
    output.wait_for_lookup();
  }
  EXPECT_EQ(output.lookups(), 2) << "it was not looked up again, or not rarely";
  peer.emplace(loopback(port));
  const Packet first_after = floats("/prediction", {0.25F});
  EXPECT_TRUE(output.send(first_after, kNow));
  EXPECT_EQ(peer->receive(), first_after);
}

TEST(UdpOutput, ToWhichNoWayLeadsIsCountedAndNothingElse) {
  // A link-local address that does not say on which link: the system always refuses it.
  PortStage imps({"localhost", 0}, {{"fe80::1", 5000}});
  for (const Duration later : {0s, 1s, 3s})
    EXPECT_EQ(imps.port->send(kPacket, kNow + later), 0U);
  EXPECT_EQ(imps.tally.counts.send_errors, 3U);
}

TEST(UdpOutput, RefusesWhatDoesNotFitInADatagramAndGoesOn) {
  Peer peer;
  PortStage imps({"localhost", 0}, {{"localhost", peer.port()}});
  EXPECT_EQ(imps.port->send(Packet(kLargestDatagram + 1), kNow), 0U);
  EXPECT_EQ(imps.tally.counts.send_errors, 1U);
  EXPECT_EQ(imps.port->send(kPacket, kNow), 1U);
  EXPECT_EQ(peer.receive(), kPacket);
}

TEST(Backoff, TriesEverMoreRarelyUntilItSucceeds) {
  Backoff backoff(1s, 4s);
  std::vector<int> tries;
  for (int second = 0; second <= 16; ++second) {
    if (backoff.due(kNow + std::chrono::seconds(second))) tries.push_back(second);
  }
  EXPECT_THAT(tries, testing::ElementsAre(0, 1, 3, 7, 11, 15));
  backoff.succeeded();
  EXPECT_TRUE(backoff.due(kNow + 16s));
  EXPECT_FALSE(backoff.due(kNow + 16s));
  EXPECT_TRUE(backoff.due(kNow + 17s));
}

}  // namespace
}  // namespace imps::test
