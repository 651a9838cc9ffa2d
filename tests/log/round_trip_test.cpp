// What is written is what is read: bit for bit, and cut anywhere.
#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "log/events.h"
#include "log/line_text.h"
#include "log/session_file.h"
#include "tests/log/desk.h"

namespace imps {
namespace {

using test::Desk;

RC_GTEST_PROP(LogRoundTrip, KeepsEveryBitOfEveryNumber, (std::vector<std::uint64_t> bits)) {
  std::vector<double> controls;
  for (const auto word : bits) {
    const auto x = std::bit_cast<double>(word);
    if (std::isfinite(x) && controls.size() < kMaxControls) controls.push_back(x);
  }
  RC_PRE(!controls.empty());
  std::string text;
  LineText(0).append_row(text, TimePoint{}, Voice::model, controls);
  const Log log = read_log_text(text);
  RC_ASSERT(log.rows() == 1u);
  RC_ASSERT(log.voices[0] == Voice::model);
  for (std::size_t k = 0; k < controls.size(); ++k) {
    RC_ASSERT(std::bit_cast<std::uint64_t>(log.row(0)[k]) ==
              std::bit_cast<std::uint64_t>(controls[k]));
  }
}

RC_GTEST_PROP(LogRoundTrip, KeepsEveryMicrosecond, (std::int32_t seconds, std::uint32_t fraction)) {
  const std::int64_t at = seconds * std::int64_t{1'000'000} + fraction % 1'000'000;
  std::string text;
  LineText lines(test::evening().local_us);
  const double x = 0.5;
  lines.append_row(text, TimePoint(Duration(at)), Voice::performer, {&x, 1});
  lines.append_row(text, TimePoint(Duration(at + 1)), Voice::performer, {&x, 1});
  const Log log = read_log_text(text);
  RC_ASSERT(log.rows() == 2u);
  RC_ASSERT(log.local_us[0] == test::evening().local_us + at);
  RC_ASSERT(log.local_us[1] == log.local_us[0] + 1);
}

RC_GTEST_PROP(LogRoundTrip, KeepsWhatAnEventSays,
              (std::int64_t at, const std::string& name, const std::string& text, double number)) {
  std::string line;
  LineText(0).append_event(line, TimePoint(Duration(at)), 7, name, number, text);
  const auto read = read_events_text(line);
  RC_ASSERT(read.events.size() == 1u);
  RC_ASSERT(read.events[0].at == TimePoint(Duration(at)));
  RC_ASSERT(read.events[0].number == number);
  // Texts that are not UTF-8 are mended, and are then kept.
  std::string again;
  LineText(0).append_event(again, TimePoint(Duration(at)), 7, read.events[0].name, number,
                           read.events[0].text);
  RC_ASSERT(again == line);
}

RC_GTEST_PROP(LogRoundTrip, SurvivesAnyBytesAsALog, (const std::string& bytes)) {
  const Log log = read_log_text("2026-01-01T10:00:00,rnn,1\n" + bytes);
  RC_ASSERT(log.rows() >= 1u);
}

TEST(LogRoundTrip, ALogCutAtEveryByteStillYieldsEveryWholeRowAndAReport) {
  Desk desk;
  for (int k = 0; k < 40; ++k) {
    desk.row({k / 7.0, 1 - k / 3.0}, k % 3 == 0 ? Voice::model : Voice::performer);
    desk.event("mark", k, "words");
    desk.pass(1234 * test::ms);
  }
  const std::string text = desk.log();
  const Log whole = read_log_text(text);
  ASSERT_EQ(whole.rows(), 40u);
  std::size_t rows = 0;
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    if (cut > 0 && text[cut - 1] == '\n') ++rows;
    const Log log = read_log_text(text.substr(0, cut), {.dimension = 3});
    ASSERT_EQ(log.rows(), rows);
    const bool torn = cut > 0 && text[cut - 1] != '\n';
    ASSERT_EQ(log.report.skipped, torn ? 1u : 0u);
    if (torn) {
      ASSERT_EQ(log.report.faults.at(0).line, rows + 1);
      ASSERT_EQ(log.report.faults.at(0).what, "the file ends within this line: skipped");
    }
    for (std::size_t k = 0; k < rows; ++k) {
      ASSERT_EQ(log.local_us[k], whole.local_us[k]);
      // A matcher for each of so many takes half a minute under a sanitizer.
      ASSERT_TRUE(std::ranges::equal(log.row(k), whole.row(k))) << cut;
    }
  }

  const std::string events = desk.events();
  std::size_t lines = 0;
  for (std::size_t cut = 0; cut <= events.size(); ++cut) {
    if (cut > 0 && events[cut - 1] == '\n') ++lines;
    const auto read = read_events_text(std::string_view(events).substr(0, cut));
    ASSERT_EQ(read.events.size(), lines);
    ASSERT_EQ(read.skipped, cut == 0 || events[cut - 1] == '\n' ? 0u : 1u);
  }
}

TEST(LogRoundTrip, ASessionFileCutAtAnyByteIsRefused) {
  Desk desk({.facts = {{"controls", R"(["x","y"])"}}});
  desk.row({0, 0});
  desk.close();
  const std::string text = desk.session();
  ASSERT_TRUE(parse_session(text));
  const auto last = text.rfind('}');
  for (std::size_t cut = 0; cut <= last; ++cut) {
    ASSERT_FALSE(parse_session(std::string_view(text).substr(0, cut))) << cut;
  }
}

TEST(SessionFile, IsRefusedWithTheReason) {
  const auto reason = [](std::string text) {
    const auto parsed = parse_session(text);
    return parsed ? "fine" : parsed.error().message;
  };
  using testing::HasSubstr;
  const std::string head = R"({"format":"imps-session","version":1,"program":"1","log":"a",)";
  const std::string start = R"("start":"2026-01-01T10:00:00.000000+01:00")";
  EXPECT_EQ(reason(head + R"("dimension":3,)" + start + "}"), "fine");
  EXPECT_THAT(reason(head + start + "}"), HasSubstr("\"dimension\" is missing"));
  EXPECT_THAT(reason(head + R"("dimension":1,)" + start + "}"), HasSubstr("\"dimension\""));
  EXPECT_THAT(reason(head + R"("dimension":3,"start":"2026-01-01T10:00:00"})"),
              HasSubstr("a time with its zone"));
  EXPECT_THAT(reason(head + R"("dimension":3,"dimension":4,)" + start + "}"), HasSubstr("twice"));
  EXPECT_THAT(reason(head + R"("dimension":3,"end":5,)" + start + "}"), HasSubstr("\"end\""));
  EXPECT_THAT(reason(R"({"format":"imps-session","version":2})"), HasSubstr("install a newer"));
  EXPECT_THAT(reason(R"({"format":"else"})"), HasSubstr("not a session file"));
  EXPECT_THAT(reason("[]"), HasSubstr("not a session file"));
  EXPECT_THAT(reason(""), HasSubstr("not JSON"));
  EXPECT_THAT(reason(std::string(100'000, '[')), HasSubstr("too deep"));
  EXPECT_THAT(reason(std::string(2 << 20, ' ')), HasSubstr("1 MiB"));
}

TEST(LogEvents, SkipWhatIsNoEventAndSayWhy) {
  using testing::HasSubstr;
  const auto fault = [](const std::string& line) {
    const auto read = read_events_text(line + "\n");
    return read.faults.empty() ? "fine" : read.faults[0].what;
  };
  EXPECT_EQ(fault(R"({"at":-5,"rows":0,"event":"a","number":null,"later":[1]})"), "fine");
  EXPECT_THAT(fault(R"({"at":1.5,"rows":0,"event":"a","number":1})"), HasSubstr("\"at\""));
  EXPECT_THAT(fault(R"({"at":18446744073709551615,"rows":0,"event":"a","number":1})"),
              HasSubstr("\"at\""));
  EXPECT_THAT(fault(R"({"at":1,"rows":-1,"event":"a","number":1})"), HasSubstr("\"rows\""));
  EXPECT_THAT(fault(R"({"at":1,"rows":1,"number":1})"), HasSubstr("\"event\""));
  EXPECT_THAT(fault(R"({"at":1,"rows":1,"event":"a","number":"1"})"), HasSubstr("\"number\""));
  EXPECT_THAT(fault(R"({"at":1,"rows":1,"event":"a","number":1,"text":2})"), HasSubstr("\"text\""));
  EXPECT_THAT(fault("[]"), HasSubstr("not a JSON object"));
  EXPECT_THAT(fault(std::string(60'000, '[')), HasSubstr("not a JSON object"));
  EXPECT_THAT(fault(std::string(70'000, '[')), HasSubstr("longer than"));
  EXPECT_THAT(fault(std::string(7, '\0')), HasSubstr("not a JSON object"));
}

}  // namespace
}  // namespace imps
