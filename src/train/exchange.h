// Sums over the processes that train together.
#pragma once

#include <cstddef>
#include <span>

namespace imps::train {

/// The other processes, as the trainer sees them. Every process makes the same calls in the same
/// order. All of them end the program when a peer is gone.
class Exchange {
 public:
  virtual ~Exchange() = default;
  [[nodiscard]] virtual int rank() const noexcept = 0;
  [[nodiscard]] virtual int ranks() const noexcept = 0;
  /// Returns when all have come, however long one of them takes: before training, each opens its
  /// data at the pace of its disk.
  virtual void meet() = 0;
  /// Each number becomes its sum over all processes, the same bits in each.
  virtual void sum(std::span<float> numbers) = 0;
  virtual void sum(std::span<double> numbers) = 0;
  /// From one process to another, which waits for it.
  virtual void send(std::span<const float> numbers, int to) = 0;
  virtual void receive(std::span<float> numbers, int from) = 0;
  /// Each process's numbers become the first one's.
  virtual void share(std::span<float> numbers) = 0;
};

}  // namespace imps::train
