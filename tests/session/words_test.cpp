#include "session/words.h"

#include <gmock/gmock.h>

namespace imps {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(Words, NameASizeAsTheFieldDoesOrByItsNumbers) {
  EXPECT_EQ(words(Sizes{4, 2, 64, 5}), "dimension 4, s (2 × 64 units, 5 mixtures)");
  EXPECT_EQ(words(Sizes{9, 3, 512, 5}), "dimension 9, xl (3 × 512 units, 5 mixtures)");
  EXPECT_EQ(words(Sizes{2, 1, 17, 1}), "dimension 2, 1 × 17 units, 1 mixture");
}

TEST(Words, CutALongRowOfNumbers) {
  EXPECT_EQ(numbers(std::vector<double>{0.5, 0.255, 1}), "0.50 0.26 1.00");
  const std::string many = numbers(std::vector<double>(128, 0.25));
  EXPECT_TRUE(many.ends_with("0.25 …"));
  EXPECT_LT(many.size(), 100U);
}

TEST(Words, TellWhoHasTheVoiceAndHowMuchHappens) {
  Report report;
  EXPECT_THAT(status_line(report, std::nullopt), HasSubstr("waiting"));
  report.dimension = 3;
  report.at = TimePoint{61s};
  EXPECT_THAT(status_line(report, std::nullopt), HasSubstr("PERFORMER"));
  Report before = report;
  report.at = TimePoint{63s};
  report.voice = Voice::model;
  report.performer.frames = 30;
  report.performer.predictions = 11;
  report.last_prediction = FrameView{0, std::vector<double>{0.5, 0.75}};
  const std::string line = status_line(report, before);
  EXPECT_THAT(line, HasSubstr("MODEL"));
  EXPECT_THAT(line, HasSubstr(" 20.5 events/s"));
  EXPECT_THAT(line, HasSubstr("1:03"));
  EXPECT_THAT(line, HasSubstr("0.50 0.75"));
  report.muted = true;
  EXPECT_THAT(status_line(report, before), HasSubstr("(muted)"));
  report.paused = true;
  EXPECT_THAT(status_line(report, before), HasSubstr("paused"));
}

TEST(Words, SumUpOnlyWhatThereWas) {
  Report report;
  report.at = TimePoint{3723s};
  report.performer.frames = 12;
  EXPECT_THAT(summary_lines(report),
              ElementsAre("1:02:03: 12 frames from the performer, 0 predictions, 0 cancelled"));
  report.performer.unheard = 7;
  report.performer.overflowed = 2;
  report.performer.outdated = 3;
  report.log_refused = 4;
  report.osc.clamped = 6;
  report.lateness = {.count = 1, .median = 100us, .p99 = 200us, .p999 = 200us, .worst = 1500us};
  const auto lines = summary_lines(report);
  EXPECT_THAT(lines, Contains("lateness: median 0.100 ms, p99 0.200 ms, worst 1.500 ms"));
  EXPECT_THAT(lines, Contains(HasSubstr("7 frames came faster")));
  EXPECT_THAT(lines, Contains(HasSubstr("5 predictions were dropped: 2 ")));
  EXPECT_THAT(lines, Contains(HasSubstr("4 log entries were lost")));
  EXPECT_THAT(lines, Contains(::testing::StartsWith("6 ")));
  EXPECT_EQ(lines.size(), 6U) << "what did not happen is not spoken of";
}

}  // namespace
}  // namespace imps
