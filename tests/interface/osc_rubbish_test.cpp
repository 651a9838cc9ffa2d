// What nobody meant to send: it is counted, and nothing else happens.
#include <cmath>
#include <random>

#include <gtest/gtest.h>

#include "tests/interface/osc_packets.h"
#include "tests/support/sanitized.h"

namespace imps::test {
namespace {

constexpr std::uint64_t kPackets = kSanitized ? 200'000 : 1'000'000;

/// Fails when anything reaches it that the performer must never see.
class Watchman : public OscSink {
 public:
  std::uint64_t heard = 0;

  void on_frame(std::span<const double> controls, Duration delay) override {
    ++heard;
    check(delay);
    ok = ok && !controls.empty() && controls.size() <= kMaxControls;
    for (const double x : controls)
      ok = ok && std::isfinite(x) && x >= 0 && x <= 1;
  }
  void on_command(const Command& command, Duration delay) override {
    ++heard;
    check(delay);
    ok = ok && std::isfinite(command.number);
  }
  void on_ping() override { ++heard; }
  void on_status() override { ++heard; }

  bool ok = true;

 private:
  void check(Duration delay) {
    ok = ok && delay >= Duration{0} && delay <= std::chrono::seconds(10);
  }
};

/// Every packet and every message in it is accounted for.
void expect_all_counted(const OscCounts& counts, const Watchman& watchman, std::uint64_t packets) {
  EXPECT_TRUE(watchman.ok);
  EXPECT_EQ(counts.packets, packets);
  EXPECT_EQ(counts.frames + counts.commands + counts.queries, watchman.heard);
}

TEST(OscRubbish, RandomDatagramsAreCountedAndHardlyAnyMeansSomething) {
  std::mt19937_64 random(1);
  OscTally tally;
  OscDecoder decoder("/interface", tally);
  Watchman watchman;
  Packet packet;
  for (std::uint64_t i = 0; i < kPackets; ++i) {
    packet.resize(random() % 128);
    for (std::byte& byte : packet)
      byte = static_cast<std::byte>(random());
    // Without some help hardly any would get beyond its first byte.
    if (i % 2 == 0 && !packet.empty()) packet[0] = static_cast<std::byte>('/');
    decoder.decode(packet, PacketTime{}, watchman);
  }
  expect_all_counted(tally.counts, watchman, kPackets);
  // "/*" is a pattern that stands for everything here; chance finds it now and then.
  EXPECT_LT(watchman.heard, 100U);
  EXPECT_EQ(tally.counts.malformed + tally.counts.messages, kPackets);
}

TEST(OscRubbish, DamagedPacketsNeverReachThePerformerAsOtherThanNumbersInRange) {
  std::mt19937_64 random(2);
  OscTally tally;
  OscDecoder decoder("/interface", tally);
  decoder.expect_controls(3);
  const Packet frame = floats("/interface", {0.1F, 0.9F, 0.5F});
  const std::vector<Packet> good = {
      frame,
      message("/interface", "", Packet(12, std::byte{0x3e})),
      floats("/imps/sigmatemp", {0.5F}),
      text_message("/imps/mode", "battle"),
      floats("/{interface,imps/p*}", {0.1F, 0.9F, 0.5F}),
      bundle(kImmediately, {frame, message("/ping", ","), bundle(kImmediately, {frame})}),
  };
  Watchman watchman;
  for (std::uint64_t i = 0; i < kPackets; ++i) {
    Packet packet = good[random() % good.size()];
    for (auto damage = 1 + random() % 3; damage > 0; --damage) {
      const std::size_t at = random() % packet.size();
      switch (random() % 4) {
        case 0:
          packet[at] = static_cast<std::byte>(random());
          break;
        case 1:
          packet[at] ^= static_cast<std::byte>(1U << random() % 8);
          break;
        case 2:
          packet.resize(at + 1);
          break;
        default:
          packet.insert(packet.begin() + static_cast<std::ptrdiff_t>(at), 4,
                        static_cast<std::byte>(random()));
      }
    }
    // Each from a piece of memory of its own size: the address sanitizer sees a byte too far.
    const Packet own(packet.begin(), packet.end());
    decoder.decode(own, PacketTime{}, watchman);
  }
  expect_all_counted(tally.counts, watchman, kPackets);
  // Damage was neither always nor never noticed.
  EXPECT_GT(tally.counts.malformed, kPackets / 10);
  EXPECT_GT(tally.counts.frames, kPackets / 10);
  EXPECT_GT(tally.counts.clamped, 1'000U);
  EXPECT_GT(tally.counts.not_numbers, 100U);
  EXPECT_GT(tally.counts.refused_commands, 1'000U);
  EXPECT_GT(tally.counts.unknown_address, 10'000U);
}

}  // namespace
}  // namespace imps::test
