// Commands and queries.
#include <gmock/gmock.h>

#include "tests/interface/osc_packets.h"

namespace imps::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Kind = Command::Kind;

TEST(OscCommand, IsHeardUnderBothPrefixes) {
  for (const std::string prefix : {"/imps/", "/impsy/"}) {
    Listening imps;
    EXPECT_THAT(imps.hears(floats(prefix + "sigmatemp", {0.5F})),
                ElementsAre(command(Kind::sigma_temperature, 0.5)));
    EXPECT_THAT(imps.hears(floats(prefix + "pitemp", {2.0F})),
                ElementsAre(command(Kind::pi_temperature, 2)));
    EXPECT_THAT(imps.hears(floats(prefix + "timescale", {3.0F})),
                ElementsAre(command(Kind::timescale, 3)));
    EXPECT_THAT(imps.hears(floats(prefix + "threshold", {0.125F})),
                ElementsAre(command(Kind::threshold, 0.125)));
    EXPECT_THAT(imps.hears(message(prefix + "reset", ",")), ElementsAre(command(Kind::reset)));
    EXPECT_THAT(imps.hears(message(prefix + "panic", ",")), ElementsAre(command(Kind::panic)));
    EXPECT_EQ(imps.counts().commands, 6U);
  }
}

TEST(OscCommand, SwitchesTakeEveryWayToSayOnAndOff) {
  Packet one;
  add_uint32(one, 1);
  Packet zero;
  add_uint32(zero, 0);
  Listening imps;
  for (const Packet& on : {message("/imps/pause", ",T"), message("/imps/pause", ",i", one),
                           message("/imps/pause", "", one), floats("/imps/pause", {1.0F}),
                           message("/imps/pause", ","), message("/imps/pause", "")}) {
    EXPECT_THAT(imps.hears(on), ElementsAre(command(Kind::pause, 1)));
  }
  for (const Packet& off : {message("/imps/mute", ",F"), message("/imps/mute", ",i", zero),
                            message("/imps/mute", "", zero), floats("/imps/mute", {0.0F})}) {
    EXPECT_THAT(imps.hears(off), ElementsAre(command(Kind::mute, 0)));
  }
}

TEST(OscCommand, TextsComeAsStringsAsSymbolsAndWithoutTypeTags) {
  Packet battle;
  add_text(battle, "battle");
  for (const char* const tags : {",s", ",S", ""}) {
    Listening imps;
    const auto heard = imps.hears(message("/impsy/mode", tags, battle));
    ASSERT_EQ(heard.size(), 1U) << tags;
    EXPECT_EQ(std::get<HeardCommand>(heard[0]).kind, Kind::mode);
  }
  Listening imps;
  const auto heard = imps.hears(text_message("/imps/model", "mine.keras"));
  ASSERT_EQ(heard.size(), 1U);
  EXPECT_EQ(std::get<HeardCommand>(heard[0]).model, "mine.keras");
  Packet words;
  add_text(words, "the 2nd / last try");
  for (const auto& [address, tags] :
       {std::pair("/imps/mark", ",s"), std::pair("/imps/mark", ""), std::pair("/imps/scene", "")}) {
    const auto free = imps.hears(message(address, tags, words));
    ASSERT_EQ(free.size(), 1U) << address << tags;
    EXPECT_EQ(std::get<HeardCommand>(free[0]).model, "the 2nd / last try");
  }
}

TEST(OscCommand, OutOfRangeMistypedOrMisshapenIsRefusedAndCounted) {
  Listening imps;
  const std::vector<Packet> wrong = {
      floats("/imps/sigmatemp", {-1.0F}),
      floats("/imps/sigmatemp", {0.5F, 0.5F}),
      floats("/imps/sigmatemp", {std::numeric_limits<float>::quiet_NaN()}),
      message("/imps/sigmatemp", ","),
      message("/imps/sigmatemp", ",N"),
      floats("/imps/timescale", {0.0F}),
      text_message("/imps/pause", "on"),
      text_message("/imps/mode", "solo"),
      floats("/imps/mode", {1.0F}),
      text_message("/imps/model", "../../etc/passwd"),
      text_message("/imps/model", ""),
      text_message("/imps/volume", "loud"),
  };
  for (const Packet& packet : wrong)
    EXPECT_THAT(imps.hears(packet), IsEmpty());
  EXPECT_EQ(imps.counts().refused_commands, wrong.size());
  EXPECT_EQ(imps.counts().commands, 0U);
  EXPECT_EQ(imps.counts().malformed, 0U);
}

TEST(OscQuery, IsAskedOfWhoeverAnswers) {
  Listening imps;
  EXPECT_THAT(imps.hears(message("/ping", ",")), ElementsAre(Heard(HeardQuery{"ping"})));
  EXPECT_THAT(imps.hears(message("/ping", "")), ElementsAre(Heard(HeardQuery{"ping"})));
  EXPECT_THAT(imps.hears(message("/imps/status", ",")), ElementsAre(Heard(HeardQuery{"status"})));
  EXPECT_THAT(imps.hears(message("/impsy/status", ",")), ElementsAre(Heard(HeardQuery{"status"})));
  EXPECT_EQ(imps.counts().queries, 4U);
}

TEST(OscPatternMessage, ReachesEveryAddressThatItStandsFor) {
  Listening imps;
  EXPECT_THAT(imps.hears(floats("/inter*", {0.5F})), ElementsAre(frame({0.5})));
  EXPECT_THAT(imps.hears(floats("/{interface,ping}", {0.5F})),
              ElementsAre(frame({0.5}), Heard(HeardQuery{"ping"})));
  EXPECT_THAT(
      imps.hears(floats("/imps/{pi,sigma}temp", {0.5F})),
      ElementsAre(command(Kind::sigma_temperature, 0.5), command(Kind::pi_temperature, 0.5)));
}

TEST(OscPatternMessage, GivesACommandOnceThoughItHasTwoAddresses) {
  Listening imps;
  EXPECT_THAT(imps.hears(message("/{imps,impsy}/reset", ",")), ElementsAre(command(Kind::reset)));
  EXPECT_THAT(imps.hears(message("/imps*/status", ",")), ElementsAre(Heard(HeardQuery{"status"})));
}

TEST(OscPatternMessage, ThatStandsForNothingIsAnUnknownAddress) {
  Listening imps;
  EXPECT_THAT(imps.hears(floats("/synth/*", {0.5F})), IsEmpty());
  EXPECT_THAT(imps.hears(floats("/[", {0.5F})), IsEmpty());
  EXPECT_THAT(imps.hears(floats("/" + std::string(60'000, '*'), {0.5F})), IsEmpty());
  EXPECT_EQ(imps.counts().unknown_address, 3U);
}

}  // namespace
}  // namespace imps::test
