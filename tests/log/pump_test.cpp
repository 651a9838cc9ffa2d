#include "log/pump.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "log/events.h"
#include "log/session_file.h"
#include "tests/log/desk.h"

namespace imps {
namespace {

using test::Desk;
using test::ms;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Kind = LogNotice::Kind;

TEST(LogPump, WritesTheFieldsRows) {
  Desk desk;
  desk.now = TimePoint(Duration(1'500'000));
  desk.row({0.5, 1.0});
  desk.now += Duration(1);
  desk.row({0.1, 1e-5}, Voice::model);
  desk.pass();
  EXPECT_EQ(desk.log(),
            "2026-02-03T20:15:31.500000,interface,0.5,1\n"
            "2026-02-03T20:15:31.500001,rnn,0.1,1e-05\n");
}

TEST(LogPump, MakesNoFilesForATakeWithoutRows) {
  Desk desk;
  desk.event("mode", 0, "battle");
  desk.pass(5000 * ms);
  desk.close();
  EXPECT_EQ(desk.disk().files(), 0u);
  EXPECT_FALSE(desk.pump().failure());
}

TEST(LogPump, TellsTheLogsNameWithTheFirstRow) {
  Desk desk;
  desk.row({0, 0});
  desk.pass();
  const auto told = desk.pump().take_notices();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].kind, Kind::started);
  EXPECT_EQ(told[0].text, "logs/2026-02-03T20-15-30-3d-mdrnn.log");
}

TEST(LogPump, GivesTwoTakesOfOneSecondNamesOfTheirOwn) {
  Desk desk;
  desk.disk().put(desk.base(1).string() + ".log", "another's\n");
  // Of the second name only the events are left: it is not reused either.
  desk.disk().put(desk.base(2).string() + ".events.jsonl", "another's\n");
  desk.row({0, 0});
  desk.pass();
  EXPECT_EQ(desk.log(), "another's\n");
  EXPECT_FALSE(desk.disk().has(desk.base(2).string() + ".log"));
  EXPECT_EQ(desk.pump().path(), "logs/2026-02-03T20-15-30.3-3d-mdrnn.log");
  EXPECT_EQ(dimension_in_name(desk.pump().path()), 3);
  EXPECT_LT(desk.base(1).string() + ".log", desk.base(2).string() + ".log");
}

TEST(LogPump, HandsARowToTheSystemInTheTurnThatSeesIt) {
  Desk desk;
  for (int k = 0; k < 100; ++k) {
    desk.row({k / 128.0, 0});
    desk.pump().turn(desk.now);
    EXPECT_EQ(desk.pump().counts().written_rows, static_cast<std::uint64_t>(k + 1));
    desk.now += 20 * ms;
  }
}

TEST(LogPump, SyncsWithinASecondOfWriting) {
  Desk desk;
  desk.row({0, 0});
  desk.pass(20 * ms);
  const int before = desk.disk().syncs;
  EXPECT_EQ(desk.pump().counts().synced_rows, 0U);
  desk.pass(980 * ms);
  EXPECT_GT(desk.disk().syncs, before);
  EXPECT_EQ(desk.pump().counts().synced_rows, 1U);
}

TEST(LogPump, CountsAsSafeOnlyWhatTheDeviceHasTaken) {
  Desk desk;
  desk.row({0, 0});
  desk.pass(2000 * ms);
  desk.disk().sync_error = EIO;
  desk.row({1, 0});
  desk.pass(2000 * ms);
  EXPECT_EQ(desk.pump().counts().written_rows, 2U);
  EXPECT_EQ(desk.pump().counts().synced_rows, 1U);
  desk.disk().sync_error = 0;
  desk.pass(3000 * ms);
  EXPECT_EQ(desk.pump().counts().synced_rows, 2U);
}

TEST(LogPump, RestsWhenNothingComes) {
  Desk desk;
  desk.row({0, 0});
  desk.pass(3000 * ms);
  const int before = desk.disk().syncs;
  const auto turn = desk.pump().turn(desk.now);
  EXPECT_FALSE(turn.busy);
  EXPECT_FALSE(turn.wake);
  desk.pass(3'600'000 * ms);
  EXPECT_EQ(desk.disk().syncs, before);
}

TEST(LogPump, PutsEventsInTheirPlaceAmongTheRows) {
  Desk desk;
  desk.event("mode", 0, "battle");  // before the first row: kept until there are files
  desk.pass();
  desk.row({0, 0});
  desk.row({0, 0}, Voice::model);
  desk.event("sigmatemp", 0.25);
  desk.row({0, 0});
  desk.event("text", std::numeric_limits<double>::quiet_NaN(), "a \"b\"\n\xff ü");
  desk.pass();
  const auto read = read_events_text(desk.events());
  EXPECT_EQ(read.skipped, 0u);
  ASSERT_EQ(read.events.size(), 3u);
  EXPECT_EQ(read.events[0].name, "mode");
  EXPECT_EQ(read.events[0].rows, 0u);
  EXPECT_EQ(read.events[0].text, "battle");
  EXPECT_EQ(read.events[1].rows, 2u);
  EXPECT_EQ(read.events[1].number, 0.25);
  EXPECT_EQ(read.events[1].at, TimePoint(20 * ms));
  EXPECT_EQ(read.events[2].rows, 3u);
  EXPECT_EQ(read.events[2].number, std::nullopt);
  EXPECT_EQ(read.events[2].text, "a \"b\"\n\uFFFD ü");
}

TEST(LogPump, CutsLongTextsBetweenCharacters) {
  Desk desk;
  std::string text;
  while (text.size() < 400)
    text += "ü";
  desk.row({0, 0});
  desk.event(std::string(100, 'n'), 0, "x" + text);
  desk.pass();
  const auto read = read_events_text(desk.events());
  ASSERT_EQ(read.events.size(), 1u);
  EXPECT_EQ(read.events[0].name, std::string(63, 'n'));
  EXPECT_EQ(read.events[0].text, "x" + text.substr(0, 254));
}

TEST(LogPump, CompletesTheSessionFileAtTheEnd) {
  Desk desk({.facts = {{"seed", "42"}, {"config", R"({"mode":"battle"})"}}});
  desk.row({0, 0});
  desk.row({0, 0}, Voice::model);
  desk.event("stop");
  desk.pass();
  const auto early = parse_session(desk.session());
  ASSERT_TRUE(early) << early.error().message;
  EXPECT_FALSE(early->end);
  EXPECT_EQ(early->log, "2026-02-03T20-15-30-3d-mdrnn.log");
  EXPECT_EQ(early->dimension, 3);
  EXPECT_EQ(early->program, "1.2.3");
  EXPECT_EQ(early->start, test::evening());
  desk.now += 2000 * ms;
  desk.close();
  const auto late = parse_session(desk.session());
  ASSERT_TRUE(late) << late.error().message;
  ASSERT_TRUE(late->end);
  EXPECT_EQ(late->end->time.local_us, test::evening().local_us + 2'020'000);
  EXPECT_EQ(late->end->performer_rows, 1u);
  EXPECT_EQ(late->end->model_rows, 1u);
  EXPECT_EQ(late->end->events, 1u);
  EXPECT_EQ(late->end->dropped_rows, 0u);
  ASSERT_EQ(late->facts.size(), 2u);
  EXPECT_EQ(late->facts[0].key, "seed");
  EXPECT_EQ(late->facts[1].json, R"({"mode":"battle"})");
}

TEST(LogPump, WritesAtTheEndWhatIsStillInTheQueue) {
  Desk desk;
  for (int k = 0; k < 1000; ++k)
    desk.row({0.25, 0.75});
  desk.close();
  EXPECT_EQ(read_log_text(desk.log()).rows(), 1000u);
  EXPECT_GE(desk.disk().syncs, 1);
}

TEST(LogPump, CountsWhatTheQueueHadNoRoomFor) {
  Desk desk({.queue_bytes = 4096});
  int fitted = 0;
  int lost = 0;
  for (int k = 0; k < 500; ++k)
    ++(desk.row({0, 0}) ? fitted : lost);
  ASSERT_GT(lost, 0);
  ASSERT_FALSE(desk.event("mark"));
  desk.pass();
  desk.row({1, 1});
  desk.pass();
  EXPECT_EQ(read_log_text(desk.log()).rows(), static_cast<std::size_t>(fitted + 1));
  const auto events = read_events_text(desk.events()).events;
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].name, "dropped");
  EXPECT_EQ(events[0].number, lost);
  EXPECT_EQ(events[0].text, "and 1 events");
  EXPECT_EQ(events[0].rows, static_cast<std::uint64_t>(fitted));
  EXPECT_EQ(desk.pump().counts().dropped_rows, static_cast<std::uint64_t>(lost));
}

TEST(LogPump, CountsWhatWasLostAfterTheLastRecord) {
  Desk desk({.queue_bytes = 4096});
  while (desk.row({0, 0})) {
  }
  desk.close();
  EXPECT_THAT(desk.events(), HasSubstr("\"event\":\"dropped\",\"number\":1}"));
  EXPECT_EQ(parse_session(desk.session())->end->dropped_rows, 1u);
}

TEST(LogPump, NeverWritesWhatIsNotANumber) {
  Desk desk;
  desk.row({0.5, 0.5});
  desk.row({std::numeric_limits<double>::quiet_NaN(), 0});
  desk.row({0, std::numeric_limits<double>::infinity()});
  desk.close();
  EXPECT_EQ(read_log_text(desk.log()).rows(), 1u);
  EXPECT_EQ(parse_session(desk.session())->end->dropped_rows, 2u);
}

TEST(LogOptions, AreRefusedWithTheReason) {
  const auto reason = [](LogOptions options) {
    const auto checked = check(options);
    return checked ? "fine" : checked.error().message;
  };
  EXPECT_EQ(reason({.dimension = 9, .facts = {{"a", "1"}}}), "fine");
  EXPECT_THAT(reason({.dimension = 1}), HasSubstr("expected 2 to 129"));
  EXPECT_THAT(reason({.dimension = 9, .facts = {{"rows", "1"}}}), HasSubstr("imps's own"));
  EXPECT_THAT(reason({.dimension = 9, .facts = {{"a", "1"}, {"a", "2"}}}), HasSubstr("twice"));
  EXPECT_THAT(reason({.dimension = 9, .facts = {{"a", "{"}}}), HasSubstr("not JSON"));
  EXPECT_THAT(reason({.dimension = 9, .quota_bytes = 0}), HasSubstr("quota"));
  EXPECT_THAT(reason({.dimension = 9, .facts = {{"a", '"' + std::string(1 << 20, 'x') + '"'}}}),
              HasSubstr("1 MiB"));
}

}  // namespace
}  // namespace imps
