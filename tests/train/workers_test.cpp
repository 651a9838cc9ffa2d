#include "train/workers.h"

#include <atomic>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

namespace imps::train {
namespace {

TEST(Workers, EachDoEveryJobOnce) {
  for (const int count : {1, 2, 4}) {
    Workers workers(count);
    std::vector<int> done(static_cast<std::size_t>(count));
    const std::function<void(int)> job = [&](int worker) {
      ++done[static_cast<std::size_t>(worker)];
    };
    for (int k = 0; k < 1000; ++k)
      workers.run(job);
    for (const int times : done)
      EXPECT_EQ(times, 1000);
  }
}

TEST(Workers, SeeWhatWasWrittenBeforeAndShowWhatTheyWrote) {
  Workers workers(3);
  std::vector<int> numbers(3);
  int expected = 0;
  for (int k = 0; k < 200; ++k) {
    workers.run([&](int worker) { numbers[static_cast<std::size_t>(worker)] += k; });
    expected += 3 * k;
    ASSERT_EQ(std::accumulate(numbers.begin(), numbers.end(), 0), expected);
  }
}

}  // namespace
}  // namespace imps::train
