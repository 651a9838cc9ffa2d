// What oscpack writes, imps reads; what imps writes, oscpack reads.
#include <array>

#include <gmock/gmock.h>
#include <oscpack/osc/OscOutboundPacketStream.h>
#include <oscpack/osc/OscReceivedElements.h>
#include <rapidcheck/gtest.h>

#include "interface/osc/encoder.h"
#include "tests/interface/osc_packets.h"

namespace imps::test {
namespace {

// oscpack 1.1.0 knows 64-bit processors by x86's name alone: elsewhere its 32-bit integers have 64
// bits, and it cannot be a witness.
constexpr bool kOscpackWorks = sizeof(::osc::int32) == 4;
#define NEEDS_A_WORKING_OSCPACK() \
  if (!kOscpackWorks) GTEST_SKIP() << "oscpack 1.1.0 is wrong on this processor"

Packet written(const ::osc::OutboundPacketStream& stream) {
  const auto* const data = reinterpret_cast<const std::byte*>(stream.Data());
  return {data, data + stream.Size()};
}

TEST(OscPeer, FramesOfEveryTypeFromOscpackAreRead) {
  NEEDS_A_WORKING_OSCPACK();
  alignas(8) std::array<char, 1024> memory;
  ::osc::OutboundPacketStream stream(memory.data(), memory.size());
  stream << ::osc::BeginBundle(1) << ::osc::BeginMessage("/interface") << ::osc::int32{1} << 0.5F
         << 0.25 << ::osc::int64{0} << true << false << ::osc::EndMessage
         << ::osc::BeginMessage("/imps/mode") << "battle" << ::osc::EndMessage
         << ::osc::BeginBundle(1) << ::osc::BeginMessage("/imps/model") << ::osc::Symbol("a.keras")
         << ::osc::EndMessage << ::osc::EndBundle << ::osc::EndBundle;
  Listening imps;
  EXPECT_THAT(
      imps.hears(written(stream)),
      testing::ElementsAre(frame({1, 0.5, 0.25, 0, 1, 0}), command(Command::Kind::mode),
                           Heard(HeardCommand{.kind = Command::Kind::model, .model = "a.keras"})));
}

RC_GTEST_PROP(OscPeer, BundlesFromOscpackAreReadWithTheirTimes, ()) {
  if (!kOscpackWorks) return;
  Listening imps;
  alignas(8) std::array<char, 8192> memory;
  ::osc::OutboundPacketStream stream(memory.data(), memory.size());
  std::vector<Heard> expected;
  imps.decoder.expect_controls(2);
  const Duration outer{*rc::gen::inRange<std::int64_t>(0, 5'000'000)};
  stream << ::osc::BeginBundle(to_ntp(imps.now + outer));
  for (int i = *rc::gen::inRange(0, 5); i > 0; --i) {
    const Duration inner = outer + Duration{*rc::gen::inRange<std::int64_t>(0, 5'000'000)};
    const float value = static_cast<float>(*rc::gen::inRange(0, 1001)) / 1000;
    stream << ::osc::BeginBundle(to_ntp(imps.now + inner)) << ::osc::BeginMessage("/interface")
           << value << 1.0F << ::osc::EndMessage << ::osc::EndBundle
           << ::osc::BeginMessage("/interface") << value << 0.0 << ::osc::EndMessage;
    expected.push_back(frame({value, 1}, inner));
    expected.push_back(frame({value, 0}, outer));
  }
  stream << ::osc::EndBundle;
  RC_ASSERT(imps.hears(written(stream)) == expected);
}

RC_GTEST_PROP(OscPeer, PredictionsAreReadByOscpack, ()) {
  if (!kOscpackWorks) return;
  const auto count = *rc::gen::inRange<std::size_t>(1, 129);
  const auto when = *rc::gen::arbitrary<std::uint64_t>();
  std::vector<double> values(count);
  for (double& value : values)
    value = *rc::gen::inRange(0, 1'000'001) / 1e6;
  std::array<std::byte, 4096> memory;
  const auto packet = encode_frame_at(memory, when, "/prediction", values);
  RC_ASSERT(packet.has_value());
  const ::osc::ReceivedPacket received(reinterpret_cast<const char*>(packet->data()),
                                       packet->size());
  RC_ASSERT(received.IsBundle());
  const ::osc::ReceivedBundle bundle(received);
  RC_ASSERT(bundle.TimeTag() == when);
  RC_ASSERT(bundle.ElementCount() == 1U);
  const ::osc::ReceivedMessage message(*bundle.ElementsBegin());
  RC_ASSERT(std::string(message.AddressPattern()) == "/prediction");
  std::vector<float> read;
  for (auto at = message.ArgumentsBegin(); at != message.ArgumentsEnd(); ++at) {
    read.push_back(at->AsFloat());
  }
  RC_ASSERT(read == std::vector<float>(values.begin(), values.end()));
}

TEST(OscPeer, StatusIsReadByOscpack) {
  NEEDS_A_WORKING_OSCPACK();
  std::array<std::byte, 1024> memory;
  const std::array<StatusEntry, 3> entries{
      {{"mode", "battle"}, {"frames", std::int64_t{7}}, {"timescale", 1.5}}};
  const auto packet = encode_status(memory, entries);
  ASSERT_TRUE(packet.has_value());
  const ::osc::ReceivedMessage message(
      ::osc::ReceivedPacket(reinterpret_cast<const char*>(packet->data()), packet->size()));
  EXPECT_STREQ(message.AddressPattern(), "/imps/status");
  auto at = message.ArgumentsBegin();
  EXPECT_STREQ((at++)->AsString(), "mode");
  EXPECT_STREQ((at++)->AsString(), "battle");
  EXPECT_STREQ((at++)->AsString(), "frames");
  EXPECT_EQ((at++)->AsInt32(), 7);
  EXPECT_STREQ((at++)->AsString(), "timescale");
  EXPECT_EQ((at++)->AsFloat(), 1.5F);
  EXPECT_TRUE(at == message.ArgumentsEnd());
}

}  // namespace
}  // namespace imps::test
