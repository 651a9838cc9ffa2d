#include "platform/file_lock.h"

#include <filesystem>
#include <optional>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/folder.h"

namespace imps::platform {
namespace {

TEST(FileLock, IsHadByOneAtATime) {
  const test::Folder folder;
  std::optional<FileLock> first = FileLock::take(folder / "what");
  ASSERT_TRUE(first);
  EXPECT_FALSE(FileLock::take(folder / "what"));
  EXPECT_TRUE(FileLock::take(folder / "other"));
  first.reset();
  EXPECT_TRUE(FileLock::take(folder / "what"));
  EXPECT_TRUE(std::filesystem::is_empty(folder.path())) << "nothing is left";
}

TEST(FileLock, EndsWithTheProgramThatHasIt) {
  const test::Folder folder;
  const pid_t child = ::fork();
  if (child == 0) {
    const auto lock = FileLock::take(folder / "what");
    ::_exit(lock ? 0 : 1);  // as if killed: nothing is tidied up
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0);
  EXPECT_FALSE(std::filesystem::is_empty(folder.path()));
  EXPECT_TRUE(FileLock::take(folder / "what"));
}

TEST(FileLock, IsInNobodysWayWhereNoneCanBeHad) { EXPECT_TRUE(FileLock::take("/nowhere/at/all")); }

}  // namespace
}  // namespace imps::platform
