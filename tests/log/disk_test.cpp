// What the log's tests assume of a disk holds for the operating system's.
#include "log/disk.h"

#include <fstream>
#include <sstream>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "log/pump.h"
#include "log/reader.h"
#include "tests/support/folder.h"

namespace imps {
namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(RealDisk, NeverOpensAnothersFileAsNew) {
  const test::Folder folder;
  const auto disk = real_disk();
  const auto file = disk->create(folder.path() / "a");
  ASSERT_TRUE(file);
  EXPECT_EQ(disk->create(folder.path() / "a").error().value(), EEXIST);
  EXPECT_EQ(*disk->append(*file, "abc"), 3u);
  EXPECT_FALSE(disk->sync(*file));
  EXPECT_EQ(*disk->size(*file), 3u);
  char back[8];
  EXPECT_EQ(*disk->read(*file, 1, back), 2u);
  EXPECT_EQ(std::string(back, 2), "bc");
  EXPECT_EQ(*disk->folder_bytes(folder.path()), 3u);
  EXPECT_EQ(*disk->folder_bytes(folder.path() / "none"), 0u);
  disk->close(*file);
}

TEST(RealDisk, ReopensRegularFilesOnly) {
  const test::Folder folder;
  const auto disk = real_disk();
  ASSERT_EQ(::mkfifo((folder.path() / "pipe").c_str(), 0600), 0);
  { std::ofstream(folder.path() / "file") << "x"; }
  fs::create_symlink(folder.path() / "file", folder.path() / "link");
  EXPECT_FALSE(disk->reopen(folder.path() / "pipe"));
  EXPECT_FALSE(disk->reopen(folder.path() / "link"));
  EXPECT_EQ(disk->reopen(folder.path() / "none").error().value(), ENOENT);
  const auto file = disk->reopen(folder.path() / "file");
  ASSERT_TRUE(file);
  EXPECT_TRUE(disk->is_at(*file, folder.path() / "file"));
  fs::rename(folder.path() / "file", folder.path() / "elsewhere");
  EXPECT_FALSE(disk->is_at(*file, folder.path() / "file"));
  disk->close(*file);
}

TEST(RealDisk, ReplacesAFileAsAWholeAndLeavesNothingBeside) {
  const test::Folder folder;
  const auto disk = real_disk();
  const auto path = folder.path() / "session.json";
  EXPECT_FALSE(disk->replace(path, "old and long"));
  EXPECT_FALSE(disk->replace(path, "new"));
  EXPECT_EQ(text_of(path), "new");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()), 1);
  EXPECT_EQ(disk->replace(folder.path() / "none" / "a", "x").value(), ENOENT);
}

TEST(RealDisk, LooksAtTheNearestFolderThatIsThere) {
  const test::Folder folder;
  const auto disk = real_disk();
  { std::ofstream(folder.path() / "file") << "x"; }
  EXPECT_FALSE(disk->check_folder(folder.path() / "a" / "b"));
  EXPECT_EQ(disk->check_folder(folder.path() / "file").value(), ENOTDIR);
  EXPECT_TRUE(disk->check_folder(folder.path() / "file" / "a"));
}

TEST(RealDisk, AFolderDeletedDuringATakeComesBackWithTheWholeTake) {
  const test::Folder folder;
  const auto disk = real_disk();
  const LogOptions options{
      .folder = folder.path() / "logs", .dimension = 2, .start = {0, 0}, .program = "1"};
  RecordQueue queue(options.queue_bytes);
  LogPump pump(options, disk, queue);
  TimePoint now{};
  bool finished = false;
  const auto turn = [&] {
    finished = pump.turn(now).finished;
    while (const auto chore = pump.take_chore()) {
      pump.chore_done(carry_out(*disk, *chore));
      finished = pump.turn(now).finished;
    }
  };
  for (int k = 0; k < 100; ++k) {
    const double x = k / 128.0;
    queue.push_row(now, Voice::performer, {&x, 1});
    turn();
    if (k == 50) fs::remove_all(options.folder);
    now += Duration(50'000);
  }
  pump.close(now);
  for (int turns = 0; turns < 10 && !finished; ++turns)
    turn();
  EXPECT_TRUE(finished);
  const auto log = read_log(pump.path());
  ASSERT_TRUE(log) << log.error().message;
  ASSERT_EQ(log->rows(), 100u);
  for (std::size_t k = 0; k < 100; ++k) {
    EXPECT_EQ(log->row(k)[0], static_cast<double>(k) / 128.0);
  }
}

}  // namespace
}  // namespace imps
