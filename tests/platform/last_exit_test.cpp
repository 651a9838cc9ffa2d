// An end that nothing can hold up.
#include "platform/last_exit.h"

#include <chrono>

#include <gtest/gtest.h>
#include <unistd.h>

namespace imps::test {
namespace {

TEST(LastExitDeathTest, ComesWhateverHangs) {
  ::testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(
      {
        platform::exit_at_latest(std::chrono::seconds(1), 7);
        while (true)
          ::pause();
      },
      ::testing::ExitedWithCode(7), "");
}

}  // namespace
}  // namespace imps::test
