#include "platform/scratch_name.h"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/folder.h"

namespace imps::platform {
namespace {

namespace fs = std::filesystem;

/// The number of a process that has gone.
pid_t gone() {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  ::waitpid(child, nullptr, 0);
  return child;
}

fs::path left_by(const test::Folder& folder, pid_t process, const std::string& what,
                 std::chrono::seconds ago) {
  fs::path path = folder / (".set.npz." + std::to_string(process) + "." + what);
  std::ofstream(path) << "half of it";
  fs::last_write_time(path, fs::file_time_type::clock::now() - ago);
  return path;
}

TEST(ScratchName, RemovesWhatKilledProgramsLeft) {
  const test::Folder folder;
  const auto old = left_by(folder, gone(), "part", std::chrono::hours(2));
  const auto young = left_by(folder, gone(), "part", std::chrono::minutes(5));
  const auto running = left_by(folder, ::getppid(), "part", std::chrono::hours(2));
  const auto other = left_by(folder, gone(), "other", std::chrono::hours(2));
  {
    const auto name = ScratchName::beside(folder / "set.npz", "part");
    std::ofstream(name.path()) << "whole";
    EXPECT_FALSE(fs::exists(old));
    EXPECT_TRUE(fs::exists(young)) << "perhaps of another machine";
    EXPECT_TRUE(fs::exists(running));
    EXPECT_TRUE(fs::exists(other));
    EXPECT_TRUE(fs::exists(name.path()));
  }
  EXPECT_FALSE(fs::exists(folder / (".set.npz." + std::to_string(::getpid()) + ".part")));
}

}  // namespace
}  // namespace imps::platform
