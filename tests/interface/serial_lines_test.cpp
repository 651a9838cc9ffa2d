#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include "interface/frame_values.h"
#include "interface/serial/line_reader.h"

namespace imps {
namespace {

using testing::ElementsAre;

std::span<const std::uint8_t> bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::vector<std::string> lines(LineReader& reader) {
  std::vector<std::string> all;
  while (const auto line = reader.next())
    all.emplace_back(*line);
  return all;
}

TEST(SerialLines, AreNumbersWithCommasBetween) {
  EXPECT_EQ(read_values("0.5,0.25"), (std::vector{0.5, 0.25}));
  EXPECT_EQ(read_values(" 1 ,\t-2e-1\r"), (std::vector{1, -0.2}));
  EXPECT_EQ(read_values("+.5"), (std::vector{0.5}));
  for (const char* const wrong : {"", ",", "1,", ",1", "1;2", "1 2", "one", "0x10", "1,2,"})
    EXPECT_EQ(read_values(wrong), std::nullopt) << wrong;
}

TEST(SerialLines, AreWrittenAsThePredecessorWritesThem) {
  EXPECT_EQ(line_of(std::vector{0.5, 1.0, 0.0}), "0.5000,1.0000,0.0000\n");
}

RC_GTEST_PROP(SerialLines, DoNotDependOnHowTheyAreCut, ()) {
  const std::string text = "0.1,0.2\r\n\n0.3\nrubbish\n" + std::string(5000, '1') + "\n0.4\n0.5";
  LineReader reader;
  std::vector<std::string> all;
  for (std::size_t at = 0; at < text.size();) {
    const auto piece = *rc::gen::inRange<std::size_t>(1, 2000);
    reader.put(bytes(std::string_view(text).substr(at, piece)));
    for (std::string& line : lines(reader))
      all.push_back(std::move(line));
    at += piece;
  }
  RC_ASSERT(all == (std::vector<std::string>{"0.1,0.2\r", "0.3", "rubbish", "0.4"}));
  RC_ASSERT(reader.too_long() == 1U);
}

TEST(SerialLines, BeginAnewAfterAGap) {
  LineReader reader;
  reader.put(bytes("0.1,0."));
  reader.reset();
  reader.put(bytes("0.3\n0.4\n"));
  EXPECT_EQ(reader.next(), "0.3");
  EXPECT_TRUE(reader.is_first());
  EXPECT_EQ(reader.next(), "0.4");
  EXPECT_FALSE(reader.is_first());
}

TEST(FrameValues, AreSettledOrRefused) {
  PortTally tally("test");
  std::vector<double> good{0.5, -1, 2};
  EXPECT_TRUE(settle_frame(good, 3, tally));
  EXPECT_THAT(good, ElementsAre(0.5, 0, 1));
  EXPECT_EQ(tally.counts.clamped, 2U);
  EXPECT_FALSE(settle_frame(good, 2, tally));
  EXPECT_TRUE(settle_frame(good, 0, tally)) << "nobody knows how many yet";
  std::vector<double> none;
  EXPECT_FALSE(settle_frame(none, 0, tally));
  std::vector<double> many(kMaxControls + 1, 0.5);
  EXPECT_FALSE(settle_frame(many, 0, tally));
  EXPECT_EQ(tally.counts.wrong_count, 3U);
  std::vector<double> broken{0.5, std::numeric_limits<double>::quiet_NaN()};
  EXPECT_FALSE(settle_frame(broken, 2, tally));
  EXPECT_EQ(tally.counts.malformed, 1U);
}

TEST(PortTally, TellsOfFaultsOnceInAWhile) {
  PortTally tally("serial");
  const auto at = [](int seconds) { return TimePoint{std::chrono::seconds(seconds)}; };
  EXPECT_EQ(tally.take_report(at(0)), std::nullopt);
  tally.fault(&PortCounts::malformed, "no numbers");
  EXPECT_EQ(tally.take_report(at(1)), "serial: no numbers");
  tally.fault(&PortCounts::malformed, "no numbers");
  tally.fault(&PortCounts::wrong_count, "too many values", 2);
  EXPECT_EQ(tally.take_report(at(2)), std::nullopt) << "not again so soon";
  EXPECT_EQ(tally.take_report(at(6)), "serial: 3 faults, the last: too many values");
  EXPECT_EQ(tally.take_report(at(20)), std::nullopt);
}

}  // namespace
}  // namespace imps
