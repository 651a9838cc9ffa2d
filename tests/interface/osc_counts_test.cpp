#include <chrono>
#include <set>

#include <gmock/gmock.h>

#include "tests/interface/osc_packets.h"

namespace imps::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

TimePoint at(Duration since_start) { return TimePoint{since_start}; }

TEST(OscCountNames, NameEveryCountOnce) {
  std::set<std::string_view> names;
  std::set<const std::uint64_t*> members;
  OscCounts counts;
  for (const auto& [count, name, fault] : osc_count_names()) {
    EXPECT_TRUE(names.insert(name).second) << name;
    EXPECT_TRUE(members.insert(&(counts.*count)).second) << name;
  }
  EXPECT_EQ(members.size() * sizeof(std::uint64_t), sizeof(OscCounts));
}

TEST(OscReport, SaysNothingWhenNothingIsWrong) {
  Listening imps;
  imps.hears(floats("/interface", {0.5F}));
  EXPECT_FALSE(imps.tally.take_report(at(0s)).has_value());
}

TEST(OscReport, TellsTheFirstFaultAtOnceAndTheRestOnceInAWhile) {
  Listening imps;
  imps.hears(text_message("/interface", "x"));
  const auto first = imps.tally.take_report(at(1s));
  ASSERT_TRUE(first.has_value());
  EXPECT_THAT(*first, HasSubstr("1 frames with values that are no numbers"));

  for (int i = 0; i < 1000; ++i)
    imps.hears(Packet(3));
  EXPECT_FALSE(imps.tally.take_report(at(1s)).has_value());
  EXPECT_FALSE(imps.tally.take_report(at(5999ms)).has_value());
  const auto second = imps.tally.take_report(at(6s));
  ASSERT_TRUE(second.has_value());
  EXPECT_THAT(*second, HasSubstr("1000 packets that are not OSC"));
  EXPECT_THAT(*second, Not(HasSubstr("numbers")));
  EXPECT_FALSE(imps.tally.take_report(at(60s)).has_value());
}

TEST(OscReport, NamesTheAddressThatWasProbablyMeant) {
  Listening imps;
  imps.hears(floats("/interfaec", {0.5F}));
  const auto report = imps.tally.take_report(at(0s));
  ASSERT_TRUE(report.has_value());
  EXPECT_THAT(*report, HasSubstr("/interfaec"));
  EXPECT_THAT(*report, HasSubstr("did you mean '/interface'?"));
}

TEST(OscReport, SaysWhyACommandWasRefused) {
  Listening imps;
  imps.hears(floats("/imps/timescale", {-1.0F}));
  const auto report = imps.tally.take_report(at(0s));
  ASSERT_TRUE(report.has_value());
  EXPECT_THAT(*report, HasSubstr("1 commands refused"));
  EXPECT_THAT(*report, HasSubstr("at most 1000"));
}

TEST(OscReport, IsOneLineThatCannotSteerATerminal) {
  Listening imps;
  const std::string nasty =
      "/\x1b]0;owned\x07\x9b"
      "2J\r\n" +
      std::string(60'000, 'x');
  imps.hears(message(nasty, ","));
  auto report = imps.tally.take_report(at(0s));
  ASSERT_TRUE(report.has_value());
  EXPECT_THAT(*report, HasSubstr("\\x1b]0;owned\\x07\\x9b2J\\x0d\\x0a"));
  EXPECT_LT(report->size(), 1000U);
  for (const char c : *report)
    EXPECT_TRUE(c >= 0x20 && c < 0x7f) << static_cast<int>(c);

  imps.hears(message("/imps/\x1b[2J", ","));
  report = imps.tally.take_report(at(10s));
  ASSERT_TRUE(report.has_value());
  for (const char c : *report)
    EXPECT_TRUE(c >= 0x20 && c < 0x7f) << static_cast<int>(c);
}

}  // namespace
}  // namespace imps::test
