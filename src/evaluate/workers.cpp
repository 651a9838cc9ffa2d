#include "evaluate/workers.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

#include "platform/thread.h"

namespace imps::evaluate {

void work_through(std::size_t count, unsigned threads,
                  const std::function<void(std::size_t)>& job) {
  if (threads == 0) threads = std::max(1U, std::thread::hardware_concurrency());
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    platform::flush_denormals();
    for (std::size_t k = next++; k < count; k = next++)
      job(k);
  };
  std::vector<std::thread> helpers;
  for (std::size_t k = 1; k < std::min<std::size_t>(threads, count); ++k)
    helpers.emplace_back(work);
  work();
  for (std::thread& helper : helpers)
    helper.join();
}

}  // namespace imps::evaluate
