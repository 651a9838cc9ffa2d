#include "session/doctor/patience.h"

#include <atomic>
#include <exception>
#include <future>
#include <thread>

namespace imps::doctor {
namespace {

// Threads that nobody waits for any more and that have not ended.
std::atomic<int> lost{0};

}  // namespace

bool run_within(std::chrono::milliseconds patience, std::function<void()> task) {
  if (lost >= kMostLost) return false;
  enum Standing { runs, ended, left };
  struct Work {
    std::function<void()> task;
    std::promise<void> done;
    std::atomic<Standing> standing{runs};
  };
  const auto work = std::make_shared<Work>();
  work->task = std::move(task);
  auto done = work->done.get_future();
  std::thread([work] {
    std::exception_ptr failure;
    try {
      work->task();
    } catch (...) {
      failure = std::current_exception();
    }
    if (failure) {
      work->done.set_exception(failure);
    } else {
      work->done.set_value();
    }
    if (work->standing.exchange(ended) == left) --lost;
  }).detach();
  if (done.wait_for(patience) != std::future_status::ready) {
    if (work->standing.exchange(left) == runs) ++lost;
    return false;
  }
  done.get();
  return true;
}

}  // namespace imps::doctor
