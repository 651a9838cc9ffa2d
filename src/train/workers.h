// Threads that wait for work together.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <thread>
#include <vector>

namespace imps::train {

/// A fixed crew: the calling thread and `count` − 1 others. Each job is run once by every one of
/// them. Not for the performance loop.
class Workers {
 public:
  /// @param count  ≥ 1; this thread is one of them.
  explicit Workers(int count);
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  [[nodiscard]] int count() const noexcept { return count_; }

  /// Calls job(worker) for worker 0 … count − 1 at once and returns when all have returned. `job`
  /// must not throw. Does not allocate.
  void run(const std::function<void(int)>& job);

 private:
  void serve(int worker);

  int count_;
  const std::function<void(int)>* job_ = nullptr;
  std::atomic<std::uint32_t> started_{0};
  std::atomic<std::uint32_t> busy_{0};
  std::atomic<bool> ends_{false};
  std::vector<std::thread> threads_;
};

}  // namespace imps::train
