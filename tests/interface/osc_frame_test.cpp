// Frames: what numbers may look like, and what is refused.
#include <cmath>
#include <limits>

#include <gmock/gmock.h>

#include "tests/interface/osc_packets.h"

namespace imps::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

TEST(OscFrame, ReachesThePerformerAsItWasPlayed) {
  Listening imps;
  EXPECT_THAT(imps.hears(floats("/interface", {0.25F, 0.5F, 1.0F})),
              ElementsAre(frame({0.25, 0.5, 1.0})));
  EXPECT_EQ(imps.counts().frames, 1U);
  EXPECT_EQ(imps.counts().messages, 1U);
  EXPECT_EQ(imps.counts().packets, 1U);
}

TEST(OscFrame, MayHoldNumbersOfEveryTypeMixed) {
  Packet payload;
  add_uint32(payload, 1);
  add_float(payload, 0.5F);
  add_double(payload, 0.1);
  add_uint64(payload, 0);
  Listening imps;
  EXPECT_THAT(imps.hears(message("/interface", ",ifdhTF", payload)),
              ElementsAre(frame({1, 0.5, 0.1, 0, 1, 0})));
}

TEST(OscFrame, KeepsADoubleInDoublePrecision) {
  Packet payload;
  add_double(payload, 0.123456789012345);
  Listening imps;
  EXPECT_THAT(imps.hears(message("/interface", ",d", payload)),
              ElementsAre(frame({0.123456789012345})));
}

TEST(OscFrame, MayBeWrappedInAnArray) {
  Packet payload;
  add_float(payload, 0.25F);
  add_float(payload, 0.75F);
  Listening imps;
  EXPECT_THAT(imps.hears(message("/interface", ",[ff]", payload)),
              ElementsAre(frame({0.25, 0.75})));
}

TEST(OscFrame, WithoutTypeTagsIsReadAsFloats) {
  Packet payload;
  add_float(payload, 0.25F);
  add_float(payload, 0.75F);
  Listening imps;
  EXPECT_THAT(imps.hears(message("/interface", "", payload)), ElementsAre(frame({0.25, 0.75})));
}

TEST(OscFrame, WithoutTypeTagsTakesWholeNumbersForWhatTheyAre) {
  Packet payload;
  add_uint32(payload, 0);
  add_uint32(payload, 1);
  add_float(payload, 0.5F);
  Listening imps;
  EXPECT_THAT(imps.hears(message("/interface", "", payload)), ElementsAre(frame({0, 1, 0.5})));
}

TEST(OscFrame, ValuesOutsideTheRangeAreClampedAndCounted) {
  Listening imps;
  EXPECT_THAT(imps.hears(floats("/interface", {-0.5F, 7.0F, 0.5F})),
              ElementsAre(frame({0, 1, 0.5})));
  EXPECT_EQ(imps.counts().clamped, 2U);
  EXPECT_EQ(imps.counts().frames, 1U);
}

TEST(OscFrame, ANegativeZeroIsZero) {
  Listening imps;
  const auto heard = imps.hears(floats("/interface", {-0.0F}));
  ASSERT_EQ(heard.size(), 1U);
  EXPECT_FALSE(std::signbit(std::get<HeardFrame>(heard[0]).controls[0]));
  EXPECT_EQ(imps.counts().clamped, 0U);
}

TEST(OscFrame, WithAnythingThatIsNoFiniteNumberIsRefusedWhole) {
  Listening imps;
  EXPECT_THAT(imps.hears(floats("/interface", {0.5F, kNaN})), IsEmpty());
  EXPECT_THAT(imps.hears(floats("/interface", {kInfinity, 0.5F})), IsEmpty());
  EXPECT_THAT(imps.hears(floats("/interface", {-kInfinity})), IsEmpty());
  EXPECT_THAT(imps.hears(text_message("/interface", "0.5")), IsEmpty());
  Packet four;
  add_uint32(four, 0);
  Packet eight;
  add_uint64(eight, 0);
  EXPECT_THAT(imps.hears(message("/interface", ",b", four)), IsEmpty());
  EXPECT_THAT(imps.hears(message("/interface", ",c", four)), IsEmpty());
  EXPECT_THAT(imps.hears(message("/interface", ",r", four)), IsEmpty());
  EXPECT_THAT(imps.hears(message("/interface", ",m", four)), IsEmpty());
  EXPECT_THAT(imps.hears(message("/interface", ",t", eight)), IsEmpty());
  EXPECT_THAT(imps.hears(message("/interface", ",N")), IsEmpty());
  EXPECT_THAT(imps.hears(message("/interface", ",I")), IsEmpty());
  EXPECT_THAT(imps.hears(message("/interface", ",?", four)), IsEmpty());
  EXPECT_EQ(imps.counts().not_numbers, 12U);
  EXPECT_EQ(imps.counts().malformed, 0U);
  EXPECT_EQ(imps.counts().frames, 0U);
  EXPECT_EQ(imps.counts().clamped, 0U);
  EXPECT_EQ(imps.decoder.controls(), 0) << "a refused frame decided the number of controls";
}

TEST(OscFrame, TheFirstOneDecidesHowManyControlsThereAre) {
  Listening imps;
  imps.hears(floats("/interface", {0.1F, 0.2F}));
  EXPECT_EQ(imps.decoder.controls(), 2);
  EXPECT_THAT(imps.hears(floats("/interface", {0.1F})), IsEmpty());
  EXPECT_THAT(imps.hears(floats("/interface", {0.1F, 0.2F, 0.3F})), IsEmpty());
  EXPECT_THAT(imps.hears(message("/interface", ",")), IsEmpty());
  EXPECT_THAT(imps.hears(message("/interface", "")), IsEmpty());
  EXPECT_EQ(imps.counts().wrong_count, 4U);
  EXPECT_EQ(imps.hears(floats("/interface", {0.3F, 0.4F})).size(), 1U);
}

TEST(OscFrame, HasOneTo128ValuesWhileTheirNumberIsUnknown) {
  for (const std::size_t count : {0U, 129U, 5000U}) {
    Listening imps;
    EXPECT_THAT(imps.hears(floats("/interface", std::vector<float>(count, 0.5F))), IsEmpty());
    EXPECT_EQ(imps.counts().wrong_count, 1U) << count;
    EXPECT_EQ(imps.decoder.controls(), 0);
  }
  for (const std::size_t count : {1U, 128U}) {
    Listening imps;
    EXPECT_EQ(imps.hears(floats("/interface", std::vector<float>(count, 0.5F))).size(), 1U);
    EXPECT_EQ(imps.decoder.controls(), static_cast<int>(count));
  }
}

TEST(OscFrame, HasTheNumberOfControlsThatTheModelHas) {
  Listening imps;
  imps.decoder.expect_controls(3);
  EXPECT_THAT(imps.hears(floats("/interface", {0.1F})), IsEmpty());
  EXPECT_EQ(imps.hears(floats("/interface", {0.1F, 0.2F, 0.3F})).size(), 1U);
  EXPECT_EQ(imps.counts().wrong_count, 1U);
}

TEST(OscFrame, IsHeardAtTheAddressThatWasSet) {
  OscTally tally;
  OscDecoder decoder("/my/controls", tally);
  Recorder recorder;
  decoder.decode(floats("/my/controls", {0.5F}), PacketTime{}, recorder);
  decoder.decode(floats("/interface", {0.5F}), PacketTime{}, recorder);
  EXPECT_THAT(recorder.heard, ElementsAre(frame({0.5})));
  EXPECT_EQ(tally.counts.unknown_address, 1U);
}

TEST(OscMessage, ThatIsCutOrDamagedIsMalformedAndNothingOfItActs) {
  const std::vector<std::pair<const char*, Packet>> damaged = [] {
    std::vector<std::pair<const char*, Packet>> list;
    list.emplace_back("empty", Packet{});
    list.emplace_back("no slash", floats("interface", {0.5F}));
    list.emplace_back("address without end", Packet(8, static_cast<std::byte>('/')));
    auto tags_without_end = message("/interface", "");
    for (int i = 0; i < 4; ++i)
      tags_without_end.push_back(static_cast<std::byte>(','));
    list.emplace_back("tags without end", tags_without_end);
    list.emplace_back("int missing", message("/interface", ",i"));
    list.emplace_back("float missing", message("/interface", ",f"));
    Packet four;
    add_uint32(four, 0x3f000000);
    list.emplace_back("half a double", message("/interface", ",d", four));
    list.emplace_back("half a long", message("/interface", ",h", four));
    list.emplace_back("half a time", message("/interface", ",t", four));
    Packet text(4, static_cast<std::byte>('x'));
    list.emplace_back("text without end", message("/interface", ",s", text));
    Packet blob;
    add_uint32(blob, 5);
    add_uint32(blob, 0);
    list.emplace_back("short blob", message("/interface", ",b", blob));
    Packet negative;
    add_uint32(negative, 0xffffffff);
    list.emplace_back("negative blob", message("/interface", ",b", negative));
    return list;
  }();
  Listening imps;
  for (const auto& [what, packet] : damaged) {
    EXPECT_THAT(imps.hears(packet), IsEmpty()) << what;
  }
  EXPECT_EQ(imps.counts().malformed, damaged.size());
  EXPECT_EQ(imps.counts().messages, 0U);
}

TEST(OscMessage, OfAnyOtherLengthThanFoursIsMalformed) {
  Packet packet = floats("/interface", {0.5F});
  for (int i = 0; i < 3; ++i) {
    packet.push_back(std::byte{0});
    Listening imps;
    EXPECT_THAT(imps.hears(packet), IsEmpty());
    EXPECT_EQ(imps.counts().malformed, 1U);
  }
}

TEST(OscMessage, CutAtAnyByteNeverActs) {
  const Packet whole = floats("/interface", {0.1F, 0.2F, 0.3F});
  Listening imps;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    // Cut right after the address it is a message without type tags, and so without values.
    const Packet cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_THAT(imps.hears(cut), IsEmpty()) << size;
  }
  EXPECT_EQ(imps.counts().malformed + imps.counts().wrong_count, whole.size());
}

TEST(OscMessage, OfSixtyFourKibibytesIsReadOrRefusedLikeAnyOther) {
  Listening imps;
  // The largest that a datagram can hold: 65,507 bytes and a multiple of 4.
  Packet blob;
  add_uint32(blob, 65'504 - 20);
  blob.resize(65'504 - 16);
  const Packet large = message("/interface", ",b", blob);
  ASSERT_EQ(large.size(), 65'504U);
  EXPECT_THAT(imps.hears(large), IsEmpty());
  EXPECT_EQ(imps.counts().not_numbers, 1U);
  EXPECT_THAT(imps.hears(floats("/interface", std::vector<float>(13'000, 0.5F))), IsEmpty());
  EXPECT_EQ(imps.counts().wrong_count, 1U);
  EXPECT_EQ(imps.counts().malformed, 0U);
}

TEST(OscMessage, ToNobodyIsCountedAsSuch) {
  Listening imps;
  for (const char* const address : {"/interfaces", "/inter", "/", "/impsy", "/imps", "/imps/",
                                    "/pong", "/interface/1", "/Interface"}) {
    EXPECT_THAT(imps.hears(floats(address, {0.5F})), IsEmpty()) << address;
  }
  EXPECT_EQ(imps.counts().unknown_address, 9U);
}

}  // namespace
}  // namespace imps::test
