#include "train/workers.h"

#include <hwy/cache_control.h>

#include "platform/thread.h"

namespace imps::train {
namespace {

// A batch takes under a millisecond at the small sizes, a sleep and a wake-up tens of microseconds:
// so one looks a while before one sleeps.
constexpr int kLooks = 2000;

template <class T>
void wait_while(const std::atomic<T>& value, T old) noexcept {
  for (int look = 0; look < kLooks; ++look) {
    if (value.load(std::memory_order_acquire) != old) return;
    hwy::Pause();
  }
  value.wait(old, std::memory_order_acquire);
}

}  // namespace

Workers::Workers(int count) : count_(count) {
  for (int worker = 1; worker < count; ++worker)
    threads_.emplace_back([this, worker] { serve(worker); });
}

Workers::~Workers() {
  ends_ = true;
  started_.fetch_add(1, std::memory_order_release);
  started_.notify_all();
  for (std::thread& thread : threads_)
    thread.join();
}

void Workers::run(const std::function<void(int)>& job) {
  if (count_ == 1) {
    job(0);
    return;
  }
  job_ = &job;
  busy_.store(static_cast<std::uint32_t>(count_ - 1), std::memory_order_relaxed);
  started_.fetch_add(1, std::memory_order_release);
  started_.notify_all();
  job(0);
  for (std::uint32_t busy = busy_.load(std::memory_order_acquire); busy != 0;
       busy = busy_.load(std::memory_order_acquire))
    wait_while(busy_, busy);
}

void Workers::serve(int worker) {
  platform::flush_denormals();
  std::uint32_t seen = 0;
  while (true) {
    wait_while(started_, seen);
    ++seen;
    if (ends_) return;
    (*job_)(worker);
    if (busy_.fetch_sub(1, std::memory_order_acq_rel) == 1) busy_.notify_one();
  }
}

}  // namespace imps::train
