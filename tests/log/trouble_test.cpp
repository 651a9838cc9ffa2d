// A disk that fills up, fails or vanishes while the stage plays on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "log/events.h"
#include "log/session_file.h"
#include "tests/log/desk.h"

namespace imps {
namespace {

using test::Desk;
using test::FakeDisk;
using test::ms;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;
using Kind = LogNotice::Kind;

/// Rows whose first control counts: 0, 1/1024, 2/1024, …
void play(Desk& desk, int from, int to) {
  for (int k = from; k < to; ++k) {
    desk.row({k / 1024.0, 0.123456789});
    desk.pass();
  }
}

/// The log has exactly the rows `from` to `to`, in order, and nothing else.
void expect_rows(const std::string& log, int from, int to) {
  const Log read = read_log_text(log);
  EXPECT_EQ(read.report.skipped, 0u) << log;
  ASSERT_EQ(read.rows(), static_cast<std::size_t>(to - from));
  for (int k = from; k < to; ++k) {
    ASSERT_EQ(read.row(static_cast<std::size_t>(k - from))[0], k / 1024.0);
  }
}

TEST(LogTrouble, AFullDiskIsToldOfOnceAndLosesNothingWhenSpaceReturns) {
  // At each of these byte counts the disk is full, often in the middle of a line.
  for (std::uint64_t room = 1; room < 400; room += 7) {
    Desk desk;
    desk.disk().room = room;
    play(desk, 0, 200);
    const auto told = desk.told();
    EXPECT_EQ(std::count(told.begin(), told.end(), Kind::trouble), 1) << room;
    desk.disk().room = FakeDisk::kEndless;
    desk.pass(1100 * ms);
    EXPECT_THAT(desk.told(), testing::Contains(Kind::recovered)) << room;
    play(desk, 200, 210);
    desk.close();
    expect_rows(desk.log(), 0, 210);
    EXPECT_EQ(read_events_text(desk.events()).skipped, 0u) << desk.events();
    EXPECT_THAT(desk.events(), HasSubstr("\"event\":\"trouble\""));
    EXPECT_THAT(desk.events(), HasSubstr("\"event\":\"recovered\",\"number\":0"));
    EXPECT_FALSE(desk.pump().failure());
    EXPECT_EQ(parse_session(desk.session())->end->dropped_rows, 0u);
  }
}

TEST(LogTrouble, SpaceThatReturnsInDribsStillMakesWholeLinesInOrder) {
  Desk desk;
  desk.disk().room = 10;
  play(desk, 0, 50);
  for (int drib = 0; drib < 200; ++drib) {
    desk.disk().room += 13;
    desk.pass(1000 * ms);
  }
  desk.disk().room = FakeDisk::kEndless;
  desk.pass(1000 * ms);
  desk.close();
  expect_rows(desk.log(), 0, 50);
}

TEST(LogTrouble, ADiskThatTakesFewBytesAtATimeIsNoTrouble) {
  Desk desk;
  desk.disk().longest_append = 3;
  play(desk, 0, 50);
  EXPECT_THAT(desk.told(), ElementsAre(Kind::started));
  expect_rows(desk.log(), 0, 50);
}

TEST(LogTrouble, MemoryForRowsIsBoundedAndWhatIsDroppedIsCountedInItsPlace) {
  Desk desk({.kept_bytes = 8192});
  play(desk, 0, 1);
  desk.disk().room = 0;
  play(desk, 1, 1000);
  EXPECT_LE(desk.pump().counts().waiting_bytes, 8192u + 1024u);
  EXPECT_THAT(desk.told(), ElementsAre(Kind::started, Kind::trouble, Kind::dropping));
  desk.disk().room = FakeDisk::kEndless;
  desk.pass(1100 * ms);
  const auto kept = static_cast<int>(read_log_text(desk.log()).rows());
  ASSERT_GT(kept, 100);
  expect_rows(desk.log(), 0, kept);
  play(desk, 1000, 1010);
  desk.close();
  EXPECT_EQ(read_log_text(desk.log()).rows(), static_cast<std::size_t>(kept + 10));
  const auto end = *parse_session(desk.session())->end;
  EXPECT_EQ(end.performer_rows, static_cast<std::uint64_t>(kept + 10));
  EXPECT_EQ(end.dropped_rows, static_cast<std::uint64_t>(1000 - kept));
  bool noted = false;
  for (const auto& event : read_events_text(desk.events()).events) {
    if (event.name != "dropped") continue;
    noted = true;
    EXPECT_EQ(event.number, 1000 - kept);
    EXPECT_EQ(event.rows, static_cast<std::uint64_t>(kept));
  }
  EXPECT_TRUE(noted);
}

TEST(LogTrouble, AVanishedFolderIsMadeAnewWithTheWholeTakeInIt) {
  Desk desk;
  play(desk, 0, 20);
  desk.disk().vanish();
  play(desk, 20, 100);
  EXPECT_THAT(desk.told(), ElementsAre(Kind::started, Kind::trouble, Kind::recovered));
  desk.close();
  expect_rows(desk.log(), 0, 100);
  EXPECT_EQ(parse_session(desk.session())->end->performer_rows, 100u);
  EXPECT_EQ(desk.disk().opened, 2);
}

TEST(LogTrouble, AVanishedFolderThatCannotBeMadeAnewYetIsWaitedFor) {
  Desk desk;
  play(desk, 0, 20);
  desk.disk().vanish();
  desk.disk().open_error = EACCES;
  play(desk, 20, 200);
  EXPECT_EQ(desk.disk().files(), 0u);
  desk.disk().open_error = 0;
  desk.pass(1100 * ms);
  desk.close();
  expect_rows(desk.log(), 0, 200);
}

TEST(LogTrouble, WhatAPulledDiskTookWithItIsCounted) {
  Desk desk;
  play(desk, 0, 20);
  desk.disk().vanish();
  desk.disk().append_error = EIO;  // the open file is dead
  desk.disk().read_error = EIO;
  play(desk, 20, 40);
  desk.disk().append_error = 0;
  desk.pass(1100 * ms);
  desk.close();
  expect_rows(desk.log(), 20, 40);
  EXPECT_THAT(desk.events(), HasSubstr("\"event\":\"vanished\",\"number\":20,\"text\":\"rows\""));
}

TEST(LogTrouble, ADiskThatCameBackShorterStillHasOnlyWholeRows) {
  Desk desk;
  play(desk, 0, 20);
  desk.disk().append_error = EIO;
  play(desk, 20, 30);
  const std::string before = desk.log();
  desk.disk().put(desk.base().string() + ".log", before.substr(0, before.size() - 5));
  desk.disk().append_error = 0;
  desk.pass(1100 * ms);
  desk.close();
  const Log read = read_log_text(desk.log());
  EXPECT_EQ(read.report.skipped, 1u);  // the line that the disk cut
  EXPECT_EQ(read.rows(), 29u);
  EXPECT_THAT(desk.events(), HasSubstr("\"event\":\"torn\""));
}

TEST(LogTrouble, AFolderThatCannotBeWrittenIsToldOfBeforeTheFirstRow) {
  Desk desk;
  desk.disk().open_error = EACCES;
  desk.pass();
  const auto told = desk.pump().take_notices();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].kind, Kind::trouble);
  EXPECT_THAT(told[0].text, StartsWith("logs: "));
  EXPECT_THAT(told[0].text, HasSubstr("choose another folder"));
  play(desk, 0, 100);
  EXPECT_THAT(desk.told(), IsEmpty());
  desk.disk().open_error = 0;
  desk.pass(1100 * ms);
  EXPECT_THAT(desk.told(), ElementsAre(Kind::started, Kind::recovered));
  desk.close();
  expect_rows(desk.log(), 0, 100);
}

TEST(LogTrouble, AnUnwritableFolderAtTheEndIsAFailureThatCounts) {
  Desk desk;
  desk.disk().open_error = EROFS;
  play(desk, 0, 10);
  desk.close();
  ASSERT_TRUE(desk.pump().failure());
  EXPECT_THAT(desk.pump().failure()->message, HasSubstr("10 rows"));
  EXPECT_EQ(desk.pump().counts().dropped_rows, 10u);
}

TEST(LogTrouble, AFullDiskAtTheEndCountsWhatCouldNotBeWritten) {
  Desk desk;
  play(desk, 0, 10);
  desk.disk().append_error = ENOSPC;
  desk.row({0, 0}, Voice::model);
  play(desk, 10, 15);
  desk.close();
  ASSERT_TRUE(desk.pump().failure());
  const auto end = *parse_session(desk.session())->end;
  EXPECT_EQ(end.performer_rows, 10u);
  EXPECT_EQ(end.model_rows, 0u);
  EXPECT_EQ(end.dropped_rows, 6u);
  expect_rows(desk.log(), 0, 10);
}

TEST(LogTrouble, AFailingSyncIsToldOfOnceAndRowsGoOn) {
  Desk desk;
  desk.disk().sync_error = EIO;
  play(desk, 0, 500);
  EXPECT_THAT(desk.told(), ElementsAre(Kind::started, Kind::trouble));
  desk.disk().sync_error = 0;
  desk.row({500 / 1024.0, 0});
  desk.pass(3000 * ms);
  EXPECT_THAT(desk.told(), ElementsAre(Kind::recovered));
  desk.close();
  expect_rows(desk.log(), 0, 501);
  EXPECT_FALSE(desk.pump().failure());
}

TEST(LogTrouble, ASessionFileThatFailsIsTriedAgain) {
  Desk desk;
  desk.disk().replace_error = EIO;
  play(desk, 0, 100);
  EXPECT_THAT(desk.told(), ElementsAre(Kind::started, Kind::trouble));
  desk.disk().replace_error = 0;
  desk.pass(3000 * ms);
  EXPECT_THAT(desk.told(), ElementsAre(Kind::recovered));
  EXPECT_TRUE(parse_session(desk.session()));
  expect_rows(desk.log(), 0, 100);
}

TEST(LogQuota, IsToldOfAtNineTenthsAndStopsBeforeItIsPassed) {
  Desk desk({.quota_bytes = 10'000});
  desk.disk().put("logs/old.log", std::string(5000, 'x'));
  play(desk, 0, 300);
  EXPECT_THAT(desk.told(), ElementsAre(Kind::started, Kind::quota_near, Kind::trouble));
  // The session file is written whatever the quota says.
  EXPECT_LE(*desk.disk().folder_bytes("logs"), 10'000u + desk.session().size());
  EXPECT_GT(*desk.disk().folder_bytes("logs"), 9'000u);
  expect_rows(desk.log(), 0, static_cast<int>(read_log_text(desk.log()).rows()));
  desk.disk().erase("logs/old.log");
  desk.pass(1100 * ms);
  desk.close();
  const auto rows = static_cast<int>(read_log_text(desk.log()).rows());
  EXPECT_GT(rows, 150);
  expect_rows(desk.log(), 0, rows);
}

TEST(LogQuota, ThatIsNearlyUsedUpIsToldOfBeforeTheFirstRow) {
  Desk desk({.quota_bytes = 10'000});
  desk.disk().put("logs/old.log", std::string(9500, 'x'));
  desk.pass();
  EXPECT_THAT(desk.told(), ElementsAre(Kind::quota_near));
}

}  // namespace
}  // namespace imps
