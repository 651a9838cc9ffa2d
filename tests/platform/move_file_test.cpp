// Files that change their place.
#include "platform/move_file.h"

#include <cstdlib>

#include <gtest/gtest.h>

#include "tests/support/folder.h"

namespace imps::platform {
namespace {

namespace fs = std::filesystem;
using test::Folder;
using test::read_text;

TEST(MoveFile, GivesAFileAnotherPlace) {
  Folder folder;
  const fs::path from = folder.write("a/x", "bytes");
  fs::create_directory(folder / "b");
  ASSERT_TRUE(move_file(from, folder / "b/y"));
  EXPECT_FALSE(fs::exists(from));
  EXPECT_EQ(read_text(folder / "b/y"), "bytes");
}

TEST(MoveFile, RefusesAPlaceThatIsTaken) {
  Folder folder;
  const fs::path from = folder.write("x", "bytes");
  const fs::path file = folder.write("file", "precious");
  fs::create_symlink("nowhere", folder / "link");
  fs::create_directory(folder / "folder");
  for (const char* const name : {"file", "link", "folder"}) {
    const auto moved = move_file(from, folder / name);
    ASSERT_FALSE(moved) << name;
    EXPECT_EQ(moved.error().message, (folder / name).string() + ": is there already");
  }
  EXPECT_EQ(read_text(from), "bytes");
  EXPECT_EQ(read_text(file), "precious");
}

TEST(MoveFile, SaysWhatIsMissing) {
  Folder folder;
  const fs::path from = folder.write("x", "bytes");
  EXPECT_FALSE(move_file(folder / "none", folder / "y"));
  const auto moved = move_file(from, folder / "no/folder");
  ASSERT_FALSE(moved);
  EXPECT_TRUE(moved.error().message.starts_with(from.string())) << moved.error().message;
  EXPECT_EQ(read_text(from), "bytes");
}

TEST(MoveFile, CopiesToAnotherFileSystemWithoutOverwriting) {
  // /dev/shm is one of its own on Linux; elsewhere there is none that a test may write to.
  std::string other = "/dev/shm/imps-test-XXXXXX";
  Folder folder;
  if (::mkdtemp(other.data()) == nullptr) GTEST_SKIP() << "no second file system";
  const fs::path there = fs::path(other) / "x";
  const fs::path from = folder.write("x", "bytes");
  EXPECT_TRUE(move_file(from, there));
  EXPECT_FALSE(fs::exists(from));
  EXPECT_EQ(read_text(there), "bytes");
  folder.write("x", "others");
  EXPECT_FALSE(move_file(from, there));
  EXPECT_EQ(read_text(there), "bytes");
  EXPECT_EQ(read_text(from), "others");
  fs::remove_all(other);
}

}  // namespace
}  // namespace imps::platform
