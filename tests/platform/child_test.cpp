#include "platform/child.h"

#include <chrono>
#include <cstdlib>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

namespace imps::platform {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using End = ChildOutcome::End;

Result<ChildOutcome> run_shell(const std::string& script, std::span<const std::byte> input = {},
                               std::chrono::milliseconds patience = 20s) {
  return run_child({.program = "/bin/sh",
                    .arguments = {"-c", script},
                    .input = input,
                    .most_output = 1 << 20,
                    .patience = patience});
}

std::string text_of(const ChildOutcome& outcome) {
  return {reinterpret_cast<const char*>(outcome.output.data()), outcome.output.size()};
}

TEST(Child, GivesBackWhatItWroteAndHowItEnded) {
  const auto outcome = run_shell("echo hello; exit 7");
  ASSERT_TRUE(outcome.has_value()) << outcome.error().message;
  EXPECT_EQ(outcome->end, End::exited);
  EXPECT_EQ(outcome->status, 7);
  EXPECT_EQ(text_of(*outcome), "hello\n");
}

TEST(Child, HearsAllOfItsInputAndThenItsEnd) {
  const std::vector<std::byte> input(3'000'000, std::byte{'x'});
  const auto outcome = run_shell("/usr/bin/wc -c", input);
  ASSERT_TRUE(outcome.has_value()) << outcome.error().message;
  EXPECT_EQ(text_of(*outcome), "3000000\n");
}

TEST(Child, MayLeaveItsInputUnread) {
  // Writing to it fails then, which must not raise SIGPIPE here.
  const std::vector<std::byte> input(3'000'000);
  const auto outcome = run_shell("exit 0", input);
  ASSERT_TRUE(outcome.has_value()) << outcome.error().message;
  EXPECT_EQ(outcome->end, End::exited);
}

TEST(Child, IsEndedWhenPatienceRunsOut) {
  const auto begin = std::chrono::steady_clock::now();
  const auto outcome = run_shell("while :; do :; done", {}, 100ms);
  ASSERT_TRUE(outcome.has_value()) << outcome.error().message;
  EXPECT_EQ(outcome->end, End::too_late);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 10s);
}

TEST(Child, IsEndedWhenItWritesTooMuch) {
  const auto outcome = run_shell("while :; do echo more and more and more; done");
  ASSERT_TRUE(outcome.has_value()) << outcome.error().message;
  EXPECT_EQ(outcome->end, End::too_much);
}

TEST(Child, ThatCrashesIsToldFromOneThatExits) {
  const auto outcome = run_shell("kill -SEGV $$");
  ASSERT_TRUE(outcome.has_value()) << outcome.error().message;
  EXPECT_EQ(outcome->end, End::signalled);
  EXPECT_EQ(outcome->status, SIGSEGV);
}

TEST(Child, InheritsNeitherFilesNorEnvironment) {
  ASSERT_EQ(::setenv("IMPS_TEST_SECRET", "secret", 1), 0);
  const int leaked = ::dup(STDERR_FILENO);  // not close-on-exec
  const auto outcome =
      run_shell("echo \"[$IMPS_TEST_SECRET]\"; ls -1 /proc/self/fd | /usr/bin/wc -l");
  ::close(leaked);
  ASSERT_TRUE(outcome.has_value()) << outcome.error().message;
  // Standard input, output and error, and the folder that ls itself lists.
  EXPECT_EQ(text_of(*outcome), "[]\n4\n");
}

TEST(Child, ThatCannotBeStartedIsAnErrorThatNamesIt) {
  const auto outcome = run_child({.program = "/nowhere/at-all", .patience = 1s});
  ASSERT_FALSE(outcome.has_value());
  EXPECT_THAT(outcome.error().message, HasSubstr("/nowhere/at-all: No such file"));
}

TEST(Helper, IsLookedForBesideTheRunningProgram) {
  const auto missing = find_helper("no-such-helper");
  ASSERT_FALSE(missing.has_value());
  EXPECT_THAT(missing.error().message, HasSubstr("set IMPS_LIBEXEC"));
  const auto self = find_helper("platform_child_test");
  ASSERT_TRUE(self.has_value()) << self.error().message;
}

}  // namespace
}  // namespace imps::platform
