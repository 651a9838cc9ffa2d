#include "log/reader.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "log/line_text.h"
#include "log/summary.h"
#include "log/wall_time.h"
#include "tests/support/folder.h"

namespace imps {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// The faults of a log that is otherwise one whole row before and one behind `line`.
LogReport report_of(const std::string& line) {
  const std::string whole = "2026-01-01T10:00:00.000000,interface,0.5,0.25\n";
  const Log log = read_log_text(whole + line + "\n" + whole + whole);
  EXPECT_EQ(log.rows(), 3u) << line;
  return log.report;
}

std::string fault_of(const std::string& line) {
  const auto report = report_of(line);
  if (report.faults.size() != 1) return "(no fault)";
  EXPECT_EQ(report.faults[0].line, 2u);
  EXPECT_EQ(report.skipped, 1u);
  return report.faults[0].what;
}

TEST(LogReader, SkipsWhatIsNoRowAndSaysWhy) {
  const std::string time = "2026-01-01T10:00:00,";
  EXPECT_EQ(fault_of(time + "interface,0.5"), "1 values, expected 2: skipped");
  EXPECT_EQ(fault_of(time + "interface,0.5,1,1"), "3 values, expected 2: skipped");
  EXPECT_EQ(fault_of(time + "interface,0.5,abc"), "x_2: \"abc\" is not a number: skipped");
  EXPECT_EQ(fault_of(time + "interface,,1"), "x_1: \"\" is not a number: skipped");
  EXPECT_EQ(fault_of(time + "interface,0.5,1,"), "x_3: \"\" is not a number: skipped");
  EXPECT_EQ(fault_of(time + "interface,nan,1"), "x_1: \"nan\" is not finite: skipped");
  EXPECT_EQ(fault_of(time + "interface,0,-inf"), "x_2: \"-inf\" is not finite: skipped");
  EXPECT_THAT(fault_of(time + "interface,0,1e999"), HasSubstr("is not a number"));
  EXPECT_EQ(fault_of(time + "Interface,0,1"),
            "\"Interface\" is neither interface nor rnn: skipped");
  EXPECT_EQ(fault_of(time + "interface"), "no values: skipped");
  EXPECT_EQ(fault_of("2026-01-01T10:00:00"), "no values: skipped");
  EXPECT_THAT(fault_of("yesterday,interface,0,1"), HasSubstr("\"yesterday\" is not a time"));
  EXPECT_THAT(fault_of("2026-02-29T10:00:00,interface,0,1"), HasSubstr("is not a time"));
  EXPECT_THAT(fault_of(std::string(40, '\0')), HasSubstr("zero bytes"));
  EXPECT_THAT(fault_of(time + "interface,0.5," + std::string(70'000, '1')),
              HasSubstr("longer than 65536 bytes"));
  std::string many = time + "rnn";
  for (int k = 0; k < 129; ++k)
    many += ",0";
  EXPECT_EQ(fault_of(many), "more than 128 values: skipped");
  EXPECT_EQ(
      fault_of("\x1b[31m" + std::string(50, 'a') + ",interface,0,1"),
      "\"?[31m" + std::string(35, 'a') + "…\" is not a time (YYYY-MM-DDTHH:MM:SS.ffffff): skipped");
}

TEST(LogReader, ReadsThePredecessorsVariants) {
  const Log log = read_log_text(
      "\xEF\xBB\xBF"
      "2026-01-01T10:00:00,interface,0.5,1\r\n"
      "2026-01-01 10:00:00.25,rnn,+0.5,1e-05\r\n"
      "\r\n"
      " 2026-01-01T10:00:01.123456789 , interface , 0.5 , -1 \n"
      "2026-01-01T10:00:02.5Z,interface,0,0\n");
  EXPECT_EQ(log.report.skipped, 0u);
  ASSERT_EQ(log.rows(), 4u);
  const auto start = parse_time("2026-01-01T10:00:00")->local_us;
  EXPECT_EQ(log.local_us[1] - start, 250'000);
  EXPECT_EQ(log.local_us[2] - start, 1'123'456);
  EXPECT_EQ(log.voices[1], Voice::model);
  EXPECT_THAT(log.row(1), ElementsAre(0.5, 1e-5));
  EXPECT_THAT(log.row(2), ElementsAre(0.5, -1));
}

TEST(LogReader, SummerTimeInTheMiddleDoesNotBendTheTimeBetweenRows) {
  const Log log = read_log_text(
      "2026-03-29T01:59:59+01:00,interface,0\n"
      "2026-03-29T03:00:00+0200,interface,0\n"
      "2026-03-29T01:00:01Z,interface,0\n");
  ASSERT_EQ(log.rows(), 3u);
  EXPECT_EQ(log.local_us[1] - log.local_us[0], 1'000'000);
  EXPECT_EQ(log.local_us[2] - log.local_us[1], 1'000'000);
  EXPECT_EQ(log.report.backwards, 0u);
}

TEST(LogReader, KeepsARowThatGoesBackInTimeAndSaysSo) {
  const Log log =
      read_log_text("2026-01-01T10:00:02,interface,0\n2026-01-01T10:00:00.5,interface,0\n");
  EXPECT_EQ(log.rows(), 2u);
  EXPECT_EQ(log.report.skipped, 0u);
  EXPECT_EQ(log.report.backwards, 1u);
  ASSERT_EQ(log.report.faults.size(), 1u);
  EXPECT_EQ(log.report.faults[0].what, "1.500000 s earlier than the row before: kept");
}

TEST(LogReader, TakesTheDimensionOfMostRowsAndOfTheNameWhenTheyAreEqual) {
  const std::string two = "2026-01-01T10:00:00,interface,0\n";
  const std::string three = "2026-01-01T10:00:00,interface,0,0\n";
  const auto dimension = [](const std::string& text, const char* name) {
    return read_log_text(
               text, {}, [](const LogRowView&) {}, name)
        .dimension;
  };
  EXPECT_EQ(dimension(two + three + three, "a-2d-mdrnn.log"), 3);
  EXPECT_EQ(dimension(two + three, "a-3d-mdrnn.log"), 3);
  EXPECT_EQ(dimension(two + three, ""), 2);
  EXPECT_EQ(dimension("", "a-9d-mdrnn.log"), 9);
  EXPECT_EQ(dimension("", ""), 0);
  EXPECT_EQ(read_log_text(two + three + three, {.dimension = 2}).rows(), 1u);
}

TEST(LogReader, FindsTheDimensionInAName) {
  EXPECT_EQ(dimension_in_name("logs/2026-01-31T20-00-00-9d-mdrnn.log"), 9);
  EXPECT_EQ(dimension_in_name("2026-01-31T20-00-00.2-14d-mdrnn.log"), 14);
  EXPECT_EQ(dimension_in_name("9d-mdrnn.log"), 9);
  for (const char* none : {"1d-mdrnn.log", "a-130d-mdrnn.log", "a--4d-mdrnn.txt", "d-mdrnn.log",
                           "a-4xd-mdrnn.log", "a-99999999999d-mdrnn.log", ""}) {
    EXPECT_EQ(dimension_in_name(none), std::nullopt) << none;
  }
}

TEST(LogReader, FindsTheStartInAName) {
  const auto start = [](const char* name) {
    const auto found = start_in_name(name);
    return found ? iso_text(*found) : "";
  };
  EXPECT_EQ(start("logs/2026-01-31T20-05-09-9d-mdrnn.log"), "2026-01-31T20:05:09.000000");
  EXPECT_EQ(start("2026-01-31T20-05-09.2-14d-mdrnn.log"), "2026-01-31T20:05:09.000000");
  for (const char* none : {"", "a.log", "9d-mdrnn.log", "2026-01-31-20-05-09-9d-mdrnn.log",
                           "2026-01-31T20-05-9d.log", "2026-01-32T20-05-09-9d-mdrnn.log"}) {
    EXPECT_EQ(start(none), "") << none;
  }
}

TEST(LogReader, KeepsAFewFaultsAndCountsThemAll) {
  std::string text;
  for (int k = 0; k < 5000; ++k)
    text += "rubbish\n";
  const Log log = read_log_text(text, {.kept_faults = 7});
  EXPECT_EQ(log.report.skipped, 5000u);
  EXPECT_EQ(log.report.faults.size(), 7u);
  EXPECT_EQ(log.report.faults[6].line, 7u);
}

TEST(LogReader, RefusesWhatIsNoFileWithoutWaitingForIt) {
  const test::Folder folder;
  const auto pipe = folder.path() / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_THAT(read_log(pipe).error().message, HasSubstr("pipe or device"));
  EXPECT_THAT(read_log(folder.path()).error().message, HasSubstr("folder"));
  EXPECT_THAT(read_log(folder.path() / "none.log").error().message,
              HasSubstr("none.log: cannot be read"));
}

TEST(LogReader, ReadsFilesThatAreLongerThanItsMemory) {
  const test::Folder folder;
  const auto path = folder.path() / "a-3d-mdrnn.log";
  {
    std::ofstream file(path);
    for (int k = 0; k < 100'000; ++k)
      file << "2026-01-01T10:00:00.000001,interface,0.25,0.5\n";
  }
  std::uint64_t last = 0;
  const auto report = read_log(path, {}, [&last](const LogRowView& row) {
    ASSERT_EQ(row.line, last + 1);
    last = row.line;
  });
  ASSERT_TRUE(report);
  EXPECT_EQ(report->rows, 100'000u);
  EXPECT_EQ(report->bytes, std::filesystem::file_size(path));
}

TEST(LogSummary, TellsTakesRangesAndGrids) {
  std::string text;
  LineText lines(parse_time("2026-01-01T10:00:00")->local_us);
  for (int k = 0; k < 100; ++k) {
    const Duration at((k < 60 ? k : k + 1000) * 20'000);
    const double x[] = {k / 127.0, k / 128.0, k / 1000.0, 0.5, 2.0 * k};
    lines.append_row(text, TimePoint(at), k % 10 == 9 ? Voice::model : Voice::performer, x);
  }
  const auto sum = summarize(read_log_text(text));
  EXPECT_EQ(sum.performer_rows, 90u);
  EXPECT_EQ(sum.model_rows, 10u);
  EXPECT_EQ(sum.take_count, 2u);
  ASSERT_EQ(sum.takes.size(), 2u);
  EXPECT_EQ(sum.takes[0].rows, 60u);
  EXPECT_EQ(sum.takes[0].length, Duration(59 * 20'000));
  EXPECT_EQ(sum.takes[1].rows, 40u);
  EXPECT_EQ(sum.takes[1].start_us - sum.start_us, 1060 * 20'000);
  EXPECT_EQ(sum.played, Duration(98 * 20'000));
  EXPECT_EQ(sum.longest_rest, Duration(1001 * 20'000));
  EXPECT_EQ(sum.span, Duration(1099 * 20'000));
  EXPECT_NEAR(sum.rows_per_second(), 100 / 1.96, 1e-9);
  ASSERT_EQ(sum.controls.size(), 5u);
  EXPECT_EQ(sum.controls[0].grid, ControlGrid::seven_bit);
  EXPECT_EQ(sum.controls[1].grid, ControlGrid::seven_bit);
  EXPECT_EQ(sum.controls[2].grid, ControlGrid::continuous);
  EXPECT_EQ(sum.controls[3].grid, ControlGrid::still);
  EXPECT_EQ(sum.controls[2].distinct, 100u);
  EXPECT_EQ(sum.controls[2].least, 0);
  EXPECT_EQ(sum.controls[2].greatest, 0.099);
  EXPECT_EQ(sum.controls[4].outside, 99u);
}

}  // namespace
}  // namespace imps
