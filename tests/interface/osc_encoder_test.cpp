#include <array>
#include <chrono>

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include "interface/osc/encoder.h"
#include "tests/interface/osc_packets.h"

namespace imps::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

Packet to_packet(const OscPacket& encoded) {
  return encoded ? Packet(encoded->begin(), encoded->end()) : Packet{};
}

TEST(OscEncoder, WritesTheBytesOfTheStandard) {
  std::array<std::byte, 64> memory;
  EXPECT_EQ(to_packet(encode_frame(memory, "/prediction", std::vector<double>{0.25, 1})),
            floats("/prediction", {0.25F, 1.0F}));
  EXPECT_EQ(to_packet(encode_pong(memory)), message("/pong", ","));
  EXPECT_EQ(to_packet(encode_frame_at(memory, 0x0123456789abcdef, "/p", std::vector<double>{0.5})),
            bundle(0x0123456789abcdef, {floats("/p", {0.5F})}));
}

TEST(OscEncoder, WritesNothingBeyondTheMemoryThatItIsGiven) {
  const std::vector<double> values(5, 0.5);
  std::array<std::byte, 256> memory;
  const std::size_t needed = encode_frame_at(memory, 7, "/prediction", values)->size();
  for (std::size_t size = 0; size < needed; ++size) {
    // Memory of just this size: the address sanitizer sees a byte too much.
    std::vector<std::byte> small(size);
    EXPECT_FALSE(encode_frame_at(small, 7, "/prediction", values).has_value()) << size;
  }
  std::vector<std::byte> enough(needed);
  EXPECT_TRUE(encode_frame_at(enough, 7, "/prediction", values).has_value());
}

TEST(OscEncoder, StatusIsPairsOfAKeyAndAValueOfItsOwnType) {
  Packet payload;
  add_text(payload, "mode");
  add_text(payload, "battle");
  add_text(payload, "frames");
  add_uint32(payload, 42);
  add_text(payload, "packets");
  add_uint64(payload, 5'000'000'000);
  add_text(payload, "behind");
  add_uint32(payload, 0xffffffff);
  add_text(payload, "sigmatemp");
  add_float(payload, 0.5F);
  std::array<std::byte, 256> memory;
  const std::array<StatusEntry, 5> entries{{{"mode", "battle"},
                                            {"frames", std::int64_t{42}},
                                            {"packets", std::int64_t{5'000'000'000}},
                                            {"behind", std::int64_t{-1}},
                                            {"sigmatemp", 0.5}}};
  EXPECT_EQ(to_packet(encode_status(memory, entries)),
            message("/imps/status", ",sssishsisf", payload));
}

TEST(OscEncoder, ATextEndsAtItsFirstZero) {
  std::array<std::byte, 64> memory;
  const std::array<StatusEntry, 1> entries{{{"model", std::string_view("a\0b", 3)}}};
  Packet payload;
  add_text(payload, "model");
  add_text(payload, "a");
  EXPECT_EQ(to_packet(encode_status(memory, entries)), message("/imps/status", ",ss", payload));
}

RC_GTEST_PROP(OscEncoder, WhatItWritesTheDecoderReads, ()) {
  const auto count = *rc::gen::inRange<std::size_t>(1, 129);
  std::vector<double> values(count);
  for (double& value : values)
    value = *rc::gen::inRange(0, 1'000'001) / 1e6;
  const auto microseconds = *rc::gen::inRange<std::int64_t>(0, 10'000'000);

  Listening imps;
  std::array<std::byte, kLargestDatagram> memory;
  std::vector<double> rounded;
  for (const double value : values)
    rounded.push_back(static_cast<float>(value));
  const auto plain = imps.hears(to_packet(encode_frame(memory, "/interface", values)));
  RC_ASSERT(plain == std::vector<Heard>{frame(rounded)});

  const Duration ahead{microseconds};
  const auto timed = imps.hears(
      to_packet(encode_frame_at(memory, to_ntp(imps.now + ahead), "/interface", values)));
  RC_ASSERT(timed == std::vector<Heard>{frame(rounded, ahead)});
}

}  // namespace
}  // namespace imps::test
