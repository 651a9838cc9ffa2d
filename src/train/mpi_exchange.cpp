// imps-mpi.so: sums over processes by MPI. The only code that knows of it.
#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include <mpi.h>

#include "train/mpi_watch.h"
#include "train/processes.h"

namespace imps::train {
namespace {

class MpiExchange final : public Exchange {
 public:
  explicit MpiExchange(std::unique_ptr<MpiWatch> watch)
      : rank_(number(MPI_Comm_rank)), ranks_(number(MPI_Comm_size)), watch_(std::move(watch)) {
    watch_->join();
  }
  ~MpiExchange() override {
    watch_->begin();
    watch_->leave();
    MPI_Finalize();
    watch_->end();
  }
  [[nodiscard]] int rank() const noexcept override { return rank_; }
  [[nodiscard]] int ranks() const noexcept override { return ranks_; }
  void meet() override { watch_->meet(); }
  void sum(std::span<float> numbers) override { sum_all(numbers, MPI_FLOAT, floats_); }
  void sum(std::span<double> numbers) override { sum_all(numbers, MPI_DOUBLE, doubles_); }
  void send(std::span<const float> numbers, int to) override {
    watch_->begin();
    MPI_Send(numbers.data(), static_cast<int>(numbers.size()), MPI_FLOAT, to, 0, MPI_COMM_WORLD);
    watch_->end();
  }
  void receive(std::span<float> numbers, int from) override {
    watch_->begin();
    MPI_Recv(numbers.data(), static_cast<int>(numbers.size()), MPI_FLOAT, from, 0, MPI_COMM_WORLD,
             MPI_STATUS_IGNORE);
    watch_->end();
  }
  void share(std::span<float> numbers) override {
    watch_->begin();
    MPI_Bcast(numbers.data(), static_cast<int>(numbers.size()), MPI_FLOAT, 0, MPI_COMM_WORLD);
    watch_->end();
  }

 private:
  static int number(int (*of)(MPI_Comm, int*)) {
    int value = 0;
    of(MPI_COMM_WORLD, &value);
    return value;
  }

  /// For a power of two the order is that of one process with all slices: pairs, pairs of pairs, …
  /// Otherwise MPI's own, which is the same from run to run; exact where all but one have 0.
  template <class T>
  void sum_all(std::span<T> numbers, MPI_Datatype type, std::vector<T>& other) {
    watch_->begin();
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
    watch_->end();
  }

  int rank_;
  int ranks_;
  std::unique_ptr<MpiWatch> watch_;
  std::vector<float> floats_;
  std::vector<double> doubles_;
};

}  // namespace
}  // namespace imps::train

extern "C" imps::train::Exchange* imps_open_exchange(bool (*starter_is_stopped)() noexcept) {
  // Two threads call MPI, never at once: one at work, and before that one that gives signs of life.
  auto watch = std::make_unique<imps::train::MpiWatch>(starter_is_stopped);
  watch->begin();
  int level = 0;
  const int error = MPI_Init_thread(nullptr, nullptr, MPI_THREAD_SERIALIZED, &level);
  watch->end();
  if (error != MPI_SUCCESS || level < MPI_THREAD_SERIALIZED) return nullptr;
  return new imps::train::MpiExchange(std::move(watch));
}
