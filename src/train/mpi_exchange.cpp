// imps-mpi.so: sums over processes by MPI. The only code that knows of it.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <vector>

#include <mpi.h>

#include "train/processes.h"

namespace imps::train {
namespace {

using Clock = std::chrono::steady_clock;

// A process that is dead or stopped leaves the others waiting for ever: they end themselves.
constexpr std::chrono::seconds kPatience{15};

/// Ends this process when a call to the others lasts too long.
class Watch {
 public:
  explicit Watch(int rank) : rank_(rank), thread_([this] { look(); }) {}
  ~Watch() {
    {
      const std::lock_guard lock(mutex_);
      ends_ = true;
    }
    wake_.notify_one();
    thread_.join();
  }
  void begin() noexcept { since_ = Clock::now().time_since_epoch().count(); }
  void end() noexcept { since_ = 0; }

 private:
  void look() {
    std::unique_lock lock(mutex_);
    while (!wake_.wait_for(lock, std::chrono::seconds(1), [this] { return ends_; })) {
      const std::int64_t since = since_;
      if (since == 0 || Clock::now().time_since_epoch() - Clock::duration(since) < kPatience)
        continue;
      std::fprintf(stderr,
                   "imps: process %d: another one has not answered for %d s: training ends; 'imps "
                   "train --resume' goes on from the last checkpoint\n",
                   rank_, static_cast<int>(kPatience.count()));
      std::_Exit(1);
    }
  }

  int rank_;
  std::atomic<std::int64_t> since_{0};
  std::mutex mutex_;
  std::condition_variable wake_;
  bool ends_ = false;
  std::thread thread_;
};

class MpiExchange final : public Exchange {
 public:
  MpiExchange() : rank_(number(MPI_Comm_rank)), ranks_(number(MPI_Comm_size)), watch_(rank_) {}
  ~MpiExchange() override {
    watch_.begin();
    MPI_Finalize();
    watch_.end();
  }
  [[nodiscard]] int rank() const noexcept override { return rank_; }
  [[nodiscard]] int ranks() const noexcept override { return ranks_; }
  void meet() override { MPI_Barrier(MPI_COMM_WORLD); }
  void sum(std::span<float> numbers) override { sum_all(numbers, MPI_FLOAT, floats_); }
  void sum(std::span<double> numbers) override { sum_all(numbers, MPI_DOUBLE, doubles_); }

 private:
  static int number(int (*of)(MPI_Comm, int*)) {
    int value = 0;
    of(MPI_COMM_WORLD, &value);
    return value;
  }

  /// For a power of two the order is that of one process with all slices: pairs, pairs of pairs, …
  /// Otherwise MPI's own, which is the same from run to run.
  template <class T>
  void sum_all(std::span<T> numbers, MPI_Datatype type, std::vector<T>& other) {
    watch_.begin();
    const int count = static_cast<int>(numbers.size());
    if ((ranks_ & (ranks_ - 1)) == 0) {
      other.resize(std::max(other.size(), numbers.size()));
      for (int stride = 1; stride < ranks_; stride *= 2) {
        const int peer = rank_ ^ stride;
        MPI_Sendrecv(numbers.data(), count, type, peer, 0, other.data(), count, type, peer, 0,
                     MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        for (std::size_t k = 0; k < numbers.size(); ++k)
          numbers[k] += other[k];
      }
    } else {
      MPI_Allreduce(MPI_IN_PLACE, numbers.data(), count, type, MPI_SUM, MPI_COMM_WORLD);
    }
    watch_.end();
  }

  int rank_;
  int ranks_;
  Watch watch_;
  std::vector<float> floats_;
  std::vector<double> doubles_;
};

}  // namespace
}  // namespace imps::train

extern "C" imps::train::Exchange* imps_open_exchange() {
  int level = 0;
  if (MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &level) != MPI_SUCCESS) return nullptr;
  return new imps::train::MpiExchange;
}
