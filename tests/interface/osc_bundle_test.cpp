// Bundles: whole or not at all, in order, and in time.
#include <chrono>

#include <gmock/gmock.h>

#include "tests/interface/osc_packets.h"

namespace imps::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

Packet nested(int depth, Packet innermost) {
  for (int i = 0; i < depth; ++i)
    innermost = bundle(kImmediately, {innermost});
  return innermost;
}

TEST(OscBundle, ActsInItsOrder) {
  Listening imps;
  EXPECT_THAT(
      imps.hears(bundle(kImmediately, {floats("/interface", {0.1F}), message("/imps/reset", ","),
                                       floats("/interface", {0.5F})})),
      ElementsAre(frame({double{0.1F}}), command(Command::Kind::reset), frame({0.5})));
  EXPECT_EQ(imps.counts().packets, 1U);
  EXPECT_EQ(imps.counts().messages, 3U);
}

TEST(OscBundle, WithNothingInItDoesNothing) {
  Listening imps;
  EXPECT_THAT(imps.hears(bundle(kImmediately, {})), IsEmpty());
  EXPECT_EQ(imps.counts().malformed, 0U);
}

TEST(OscBundle, WithOneDamagedPartActsNotAtAll) {
  Listening imps;
  const Packet good = floats("/interface", {0.5F});
  EXPECT_THAT(imps.hears(bundle(kImmediately, {good, message("/interface", ",f")})), IsEmpty());
  EXPECT_THAT(imps.hears(bundle(kImmediately, {good, bundle(kImmediately, {good, {}})})),
              IsEmpty());
  EXPECT_EQ(imps.counts().malformed, 2U);
  EXPECT_EQ(imps.counts().messages, 0U);
  EXPECT_EQ(imps.counts().frames, 0U);
}

TEST(OscBundle, RefusesByItselfAWellFormedMessageThatIsNotAcceptable) {
  Listening imps;
  EXPECT_THAT(imps.hears(bundle(kImmediately,
                                {text_message("/interface", "x"), floats("/interface", {0.5F})})),
              ElementsAre(frame({0.5})));
  EXPECT_EQ(imps.counts().not_numbers, 1U);
}

TEST(OscBundle, CutAtAnyByteActsNotAtAll) {
  const Packet whole =
      bundle(kImmediately,
             {floats("/interface", {0.5F}), bundle(kImmediately, {floats("/interface", {0.25F})})});
  Listening imps;
  std::size_t refused = 0;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto heard =
        imps.hears(Packet(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)));
    // Cut between its parts a bundle is a shorter bundle: nothing in it says how many it has.
    if (size == 16) {
      EXPECT_THAT(heard, IsEmpty());
    } else if (size == 16 + 4 + 20) {
      EXPECT_THAT(heard, ElementsAre(frame({0.5})));
    } else {
      EXPECT_THAT(heard, IsEmpty()) << size;
      ++refused;
    }
  }
  EXPECT_EQ(imps.counts().malformed, refused);
}

TEST(OscBundle, WithASizeThatLiesActsNotAtAll) {
  for (const std::uint32_t size : {0U, 1U, 3U, 4U, 24U, 0x7fffffffU, 0x80000000U, 0xfffffffcU}) {
    Packet packet = bundle(kImmediately, {floats("/interface", {0.5F})});
    Packet lie;
    add_uint32(lie, size);
    std::copy(lie.begin(), lie.end(), packet.begin() + 16);
    Listening imps;
    EXPECT_THAT(imps.hears(packet), IsEmpty()) << size;
    EXPECT_EQ(imps.counts().malformed, 1U) << size;
  }
}

TEST(OscBundle, InABundleAThousandTimesOverStillActs) {
  Listening imps;
  EXPECT_THAT(imps.hears(nested(1000, floats("/interface", {0.5F}))), ElementsAre(frame({0.5})));
  EXPECT_EQ(imps.counts().malformed, 0U);
}

TEST(OscBundle, AsDeepAsADatagramCanHoldStillActs) {
  const Packet message = floats("/interface", {0.5F});
  const int deepest = static_cast<int>((65'507 - message.size()) / 20);
  Packet packet = nested(deepest, message);
  ASSERT_GT(deepest, 3200);
  ASSERT_LE(packet.size(), 65'507U);
  Listening imps;
  EXPECT_THAT(imps.hears(packet), ElementsAre(frame({0.5})));
  // What no datagram can hold is refused, not followed.
  EXPECT_THAT(imps.hears(nested(10'000, message)), IsEmpty());
  EXPECT_EQ(imps.counts().malformed, 1U);
}

TEST(OscTimeTag, InTheFutureIsHonoured) {
  Listening imps;
  EXPECT_THAT(imps.hears(bundle(imps.tag(250ms),
                                {floats("/interface", {0.5F}), message("/imps/reset", ",")})),
              ElementsAre(frame({0.5}, 250ms), command(Command::Kind::reset, 0, 250ms)));
  EXPECT_THAT(imps.hears(bundle(imps.tag(10s), {floats("/interface", {0.5F})})),
              ElementsAre(frame({0.5}, 10s)));
  EXPECT_EQ(imps.counts().future_acted_now, 0U);
}

TEST(OscTimeTag, ThatIsPastOrImmediateActsNow) {
  Listening imps;
  for (const std::uint64_t tag : {std::uint64_t{0}, kImmediately, imps.tag(0s), imps.tag(-1ms),
                                  imps.tag(-3600s * 24 * 365)}) {
    EXPECT_THAT(imps.hears(bundle(tag, {floats("/interface", {0.5F})})), ElementsAre(frame({0.5})))
        << tag;
  }
  EXPECT_EQ(imps.counts().future_acted_now, 0U);
}

TEST(OscTimeTag, OverTenSecondsAheadActsNowAndIsCountedOnce) {
  Listening imps;
  EXPECT_THAT(imps.hears(bundle(imps.tag(10.001s), {floats("/interface", {0.5F})})),
              ElementsAre(frame({0.5})));
  EXPECT_EQ(imps.counts().future_acted_now, 1U);
  EXPECT_THAT(imps.hears(bundle(imps.tag(3600s * 24 * 365), {floats("/interface", {0.5F})})),
              ElementsAre(frame({0.5})));
  EXPECT_EQ(imps.counts().future_acted_now, 2U);
}

TEST(OscTimeTag, OfABundleInsideCannotComeBeforeTheOuterOne) {
  Listening imps;
  const Packet message = floats("/interface", {0.5F});
  EXPECT_THAT(imps.hears(bundle(imps.tag(100ms),
                                {bundle(kImmediately, {message}), bundle(imps.tag(50ms), {message}),
                                 bundle(imps.tag(300ms), {message}), message})),
              ElementsAre(frame({0.5}, 100ms), frame({0.5}, 100ms), frame({0.5}, 300ms),
                          frame({0.5}, 100ms)));
}

TEST(OscTimeTag, SurvivesTheTurnOfItsEra) {
  // NTP's 32 bits of seconds end on 2036-02-07 06:28:16 UTC.
  Listening imps;
  imps.now =
      PacketTime{std::chrono::sys_days{std::chrono::year{2036} / 2 / 7}} + 6h + 28min + 15s + 900ms;
  EXPECT_GT(to_ntp(imps.now), to_ntp(imps.now + 1s));
  EXPECT_THAT(imps.hears(bundle(imps.tag(500ms), {floats("/interface", {0.5F})})),
              ElementsAre(frame({0.5}, 500ms)));
}

TEST(OscTimeTag, CountsFrom1900) {
  EXPECT_EQ(to_ntp(PacketTime{}), std::uint64_t{2'208'988'800} << 32);
  EXPECT_EQ(to_ntp(PacketTime{} + 500ms), (std::uint64_t{2'208'988'800} << 32) + (1U << 31));
}

TEST(OscQuery, InABundleFromTheFutureIsAnsweredNow) {
  Listening imps;
  EXPECT_THAT(imps.hears(bundle(imps.tag(5s), {message("/ping", ",")})),
              ElementsAre(Heard(HeardQuery{"ping"})));
}

}  // namespace
}  // namespace imps::test
