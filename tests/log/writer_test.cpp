// The writer with its threads, on a real disk.
#include "log/writer.h"

#include <atomic>
#include <fstream>
#include <future>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "log/events.h"
#include "log/reader.h"
#include "log/session_file.h"
#include "tests/log/fake_disk.h"
#include "tests/support/folder.h"

namespace imps {
namespace {

using testing::HasSubstr;

WallTime evening() { return {parse_time("2026-02-03T20:15:30")->local_us, 60}; }

TimePoint steady() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return TimePoint(std::chrono::duration_cast<Duration>(now));
}

LogOptions options_in(const std::filesystem::path& folder, int dimension) {
  return {.folder = folder, .dimension = dimension, .start = evening(), .program = "1.2.3"};
}

TEST(LogWriter, CountsATakesTimeFromWhereItBegan) {
  const test::Folder folder;
  const TimePoint begins = steady() - Duration(90'000'000);
  std::filesystem::path path;
  {
    auto writer = LogWriter::start(options_in(folder.path() / "logs", 2),
                                   {.begins = begins, .clock = steady, .on_notice = {}});
    ASSERT_TRUE(writer);
    const double x = 0.5;
    ASSERT_TRUE((*writer)->row(begins + Duration(1'500'000), Voice::performer, {&x, 1}));
    ASSERT_TRUE((*writer)->event(begins + Duration(2'000'000), "mark"));
    ASSERT_TRUE((*writer)->close(begins + Duration(3'000'000)));
    path = (*writer)->path();
  }
  const auto log = read_log(path);
  ASSERT_TRUE(log);
  EXPECT_EQ(log->local_us, (std::vector{evening().local_us + 1'500'000}));
  const auto events = read_events(std::filesystem::path(path).replace_extension(".events.jsonl"));
  ASSERT_TRUE(events);
  EXPECT_EQ(events->events.at(0).at, TimePoint{Duration(2'000'000)});
  const auto session = read_session(std::filesystem::path(path).replace_extension(".session.json"));
  ASSERT_TRUE(session && session->end);
  EXPECT_EQ(session->end->time.local_us, evening().local_us + 3'000'000);
}

TEST(LogWriter, WritesTwoHundredThousandRowsInOrderWithoutLosingOne) {
  const test::Folder folder;
  auto options = options_in(folder.path() / "logs", 4);
  options.queue_bytes = std::size_t{32} << 20;
  constexpr int kRows = 200'000;
  std::filesystem::path path;
  {
    auto writer = LogWriter::start(options, {.clock = steady, .on_notice = {}});
    ASSERT_TRUE(writer) << writer.error().message;
    for (int k = 0; k < kRows; ++k) {
      const double controls[] = {k / 262'144.0, 0.5, 1.0 / (k + 1)};
      ASSERT_TRUE((*writer)->row(TimePoint(Duration(k)), Voice::performer, controls));
      if (k % 1000 == 0) {
        ASSERT_TRUE((*writer)->event(TimePoint(Duration(k)), "mark", k));
      }
    }
    const auto closed = (*writer)->close(TimePoint(Duration(kRows)), Duration(60'000'000));
    ASSERT_TRUE(closed) << closed.error().message;
    EXPECT_EQ((*writer)->counts().written_rows, static_cast<std::uint64_t>(kRows));
    path = (*writer)->path();
  }
  const auto log = read_log(path);
  ASSERT_TRUE(log) << log.error().message;
  ASSERT_EQ(log->rows(), static_cast<std::size_t>(kRows));
  for (std::size_t k = 0; k < log->rows(); ++k) {
    ASSERT_EQ(log->row(k)[0], static_cast<double>(k) / 262'144.0);
    ASSERT_EQ(log->local_us[k] - evening().local_us, static_cast<std::int64_t>(k));
  }
  const auto events = read_events(path.parent_path() / (path.stem().string() + ".events.jsonl"));
  ASSERT_TRUE(events);
  ASSERT_EQ(events->events.size(), 200u);
  for (const auto& event : events->events) {
    EXPECT_EQ(static_cast<double>(event.rows), *event.number + 1);
  }
  const auto session = read_session(path.parent_path() / (path.stem().string() + ".session.json"));
  ASSERT_TRUE(session) << session.error().message;
  EXPECT_EQ(session->end->performer_rows, static_cast<std::uint64_t>(kRows));
  EXPECT_EQ(session->end->time.local_us, evening().local_us + kRows);
}

TEST(LogWriter, WritesRowsThatComeOneByOne) {
  const test::Folder folder;
  auto writer = LogWriter::start(options_in(folder.path(), 2), {.clock = steady, .on_notice = {}});
  ASSERT_TRUE(writer);
  const double x = 0.5;
  for (std::uint64_t k = 1; k <= 50; ++k) {
    ASSERT_TRUE((*writer)->row(TimePoint{}, Voice::model, {&x, 1}));
    // Each time the writer has gone to sleep, or is about to.
    while ((*writer)->counts().written_rows < k)
      std::this_thread::yield();
  }
  ASSERT_TRUE((*writer)->close(TimePoint{}));
}

TEST(LogWriter, WhatWasWrittenOutlivesAKill) {
  const test::Folder folder;
  int pipe[2];
  ASSERT_EQ(::pipe(pipe), 0);
  constexpr int kRows = 5000;
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    auto writer =
        LogWriter::start(options_in(folder.path(), 9), {.clock = steady, .on_notice = {}});
    if (!writer) ::_exit(1);
    for (int k = 0; k < kRows; ++k) {
      const double controls[] = {k / 8192.0, 0, 0, 0, 0, 0, 0, 1};
      (*writer)->row(TimePoint(Duration(k)), Voice::performer, controls);
    }
    while ((*writer)->counts().written_rows < kRows)
      std::this_thread::yield();
    const char done = 1;
    if (::write(pipe[1], &done, 1) != 1) ::_exit(1);
    for (;;)
      ::pause();
  }
  ::close(pipe[1]);
  char done = 0;
  ASSERT_EQ(::read(pipe[0], &done, 1), 1);
  ::close(pipe[0]);
  ASSERT_EQ(::kill(child, SIGKILL), 0);
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));

  const auto log = read_log(folder.path() / "2026-02-03T20-15-30-9d-mdrnn.log");
  ASSERT_TRUE(log) << log.error().message;
  EXPECT_EQ(log->rows(), static_cast<std::size_t>(kRows));
  EXPECT_EQ(log->report.skipped, 0u);
  static_assert(LogWriter::kBatch * 4 < Duration(100'000), "a row waits for less than 100 ms");
}

TEST(LogWriter, TwoTakesOfOneSecondDoNotShareAFile) {
  const test::Folder folder;
  const double x = 0.5;
  std::vector<std::filesystem::path> paths;
  for (int take = 0; take < 3; ++take) {
    auto writer =
        LogWriter::start(options_in(folder.path(), 2), {.clock = steady, .on_notice = {}});
    ASSERT_TRUE(writer);
    ASSERT_TRUE((*writer)->row(TimePoint{}, Voice::performer, {&x, 1}));
    ASSERT_TRUE((*writer)->close(TimePoint{}));
    paths.push_back((*writer)->path().filename());
  }
  EXPECT_THAT(paths, testing::ElementsAre("2026-02-03T20-15-30-2d-mdrnn.log",
                                          "2026-02-03T20-15-30.2-2d-mdrnn.log",
                                          "2026-02-03T20-15-30.3-2d-mdrnn.log"));
}

TEST(LogWriter, RefusesRowsOfAnotherDimensionAndAfterTheEnd) {
  const test::Folder folder;
  auto writer = LogWriter::start(options_in(folder.path(), 3), {.clock = steady, .on_notice = {}});
  ASSERT_TRUE(writer);
  const double controls[] = {0.1, 0.2, 0.3};
  EXPECT_FALSE((*writer)->row(TimePoint{}, Voice::performer, controls));
  EXPECT_TRUE((*writer)->row(TimePoint{}, Voice::performer, std::span(controls).first(2)));
  ASSERT_TRUE((*writer)->close(TimePoint{}));
  EXPECT_FALSE((*writer)->row(TimePoint{}, Voice::performer, std::span(controls).first(2)));
  EXPECT_FALSE((*writer)->event(TimePoint{}, "mark"));
  EXPECT_TRUE((*writer)->close(TimePoint{}));
  EXPECT_EQ((*writer)->counts().dropped_rows, 2u);
}

TEST(LogWriter, TellsOfTroubleThroughItsHook) {
  const test::Folder folder;
  { std::ofstream(folder.path() / "logs") << "a file in the folder's place"; }
  std::promise<void> told;
  std::atomic<bool> once{false};
  const auto on_notice = [&] {
    if (!once.exchange(true)) told.set_value();
  };
  auto writer = LogWriter::start(options_in(folder.path() / "logs", 2),
                                 {.clock = steady, .on_notice = on_notice});
  ASSERT_TRUE(writer);
  told.get_future().wait();
  const auto notices = (*writer)->take_notices();
  ASSERT_FALSE(notices.empty());
  EXPECT_EQ(notices[0].kind, LogNotice::Kind::trouble);
  EXPECT_THAT(notices[0].text, HasSubstr("playing goes on"));
  const double x = 0.5;
  EXPECT_TRUE((*writer)->row(TimePoint{}, Voice::performer, {&x, 1}));
  const auto closed = (*writer)->close(TimePoint{});
  ASSERT_FALSE(closed);
  EXPECT_THAT(closed.error().message, HasSubstr("1 rows could not be written"));
}

/// A disk whose writes do not return before they are let go.
class StuckDisk final : public Disk {
 public:
  void let_go() { gate_.set_value(); }

  DiskError make_folder(const std::filesystem::path& folder) override {
    return disk_.make_folder(folder);
  }
  DiskError check_folder(const std::filesystem::path& folder) override {
    return disk_.check_folder(folder);
  }
  DiskResult<File> create(const std::filesystem::path& path) override { return disk_.create(path); }
  DiskResult<File> reopen(const std::filesystem::path& path) override { return disk_.reopen(path); }
  DiskResult<std::size_t> append(File file, std::string_view bytes) override {
    if (!was_stuck_.exchange(true)) stuck_.set_value();
    open_.wait();
    return disk_.append(file, bytes);
  }
  DiskResult<std::size_t> read(File file, std::uint64_t at, std::span<char> into) override {
    return disk_.read(file, at, into);
  }
  DiskResult<std::uint64_t> size(File file) override { return disk_.size(file); }
  bool is_at(File, const std::filesystem::path&) override { return true; }
  DiskError sync(File) override { return {}; }
  void close(File) override {
    if (++closed_ == 2) ended_.set_value();
  }
  DiskError replace(const std::filesystem::path&, std::string_view) override { return {}; }
  DiskError remove(const std::filesystem::path&) override { return {}; }
  DiskResult<std::uint64_t> folder_bytes(const std::filesystem::path&) override {
    return std::uint64_t{0};
  }

  std::promise<void> stuck_;
  std::promise<void> ended_;  // the writer's files are closed: its threads are gone

 private:
  test::FakeDisk disk_;
  std::promise<void> gate_;
  std::shared_future<void> open_ = gate_.get_future().share();
  std::atomic<bool> was_stuck_{false};
  int closed_ = 0;
};

TEST(LogWriter, AStuckDiskHoldsUpNeitherTheStageNorTheEnd) {
  auto disk = std::make_shared<StuckDisk>();
  auto options = options_in("logs", 2);
  options.queue_bytes = 4096;
  const double x = 0.5;
  {
    auto writer = LogWriter::start(options, {.clock = steady, .on_notice = {}}, disk);
    ASSERT_TRUE(writer);
    ASSERT_TRUE((*writer)->row(TimePoint{}, Voice::performer, {&x, 1}));
    disk->stuck_.get_future().wait();
    int lost = 0;
    for (int k = 0; k < 1000; ++k) {
      if (!(*writer)->row(TimePoint{}, Voice::performer, {&x, 1})) ++lost;
    }
    EXPECT_GT(lost, 0);
    const auto closed = (*writer)->close(TimePoint{}, Duration(20'000));
    ASSERT_FALSE(closed);
    EXPECT_THAT(closed.error().message, HasSubstr("did not answer"));
    EXPECT_FALSE((*writer)->close(TimePoint{}, Duration(0)));
    disk->let_go();
  }
  disk->ended_.get_future().wait();
}

}  // namespace
}  // namespace imps
