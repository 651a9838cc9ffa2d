// A network that learns: parameters, the optimiser's memory, and the slices that batches go
// through.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include <imps/model.h>

#include "train/exchange.h"
#include "train/layout.h"
#include "train/memory.h"
#include "train/slice.h"
#include "train/workers.h"

namespace imps::train {

/// How gradients move the parameters: Adam (Kingma and Ba, 2015), decoupled weight decay
/// (Loshchilov and Hutter, 2019), clipping by the global norm (Pascanu, Mikolov and Bengio, 2013),
/// and an exponential average of the parameters (Polyak and Juditsky, 1992).
struct OptimiserSettings {
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-7;
  double weight_decay = 0;
  double clip = 0;           ///< the largest norm of a gradient; 0: any
  double average_steps = 0;  ///< over how many steps parameters are averaged; 0: not
};

/// How a batch is cut up. What is learnt depends on `slice_rows` in its last bits, never on how
/// many threads there are.
struct LearnerShape {
  Extent batch;                ///< rows of this process's share, and steps
  std::size_t slice_rows = 8;  ///< sequences that one thread takes at a time
  int threads = 1;
};

/// The optimiser's memory: what a checkpoint holds beside the weights. Each [parameters].
template <class T>
struct LearnerState {
  Numbers<T> parameters;
  Numbers<T> first;    ///< the gradient's running mean
  Numbers<T> second;   ///< the squared gradient's
  Numbers<T> average;  ///< of the parameters
  std::uint64_t steps = 0;
};

template <class T>
class Learner {
 public:
  /// Fills a lesson: called for each slice by the thread that takes it. Returns Σ weights.
  using Fill = std::function<double(std::size_t slice, Lesson<T>& lesson)>;

  /// @param exchange  sums over processes; nothing when there is but one. Outlives the learner.
  Learner(const Weights& weights, const LearnerShape& shape, const OptimiserSettings& settings,
          Exchange* exchange = nullptr);

  struct Step {
    double nll = 0;      ///< the mean over the batch, in nats, before the step
    double norm = 0;     ///< the gradient's, before clipping
    bool taken = false;  ///< false when a number was not finite: nothing has changed
  };
  /// One batch. Does not allocate.
  Step learn(const Fill& fill, double rate);

  /// The mean NLL over `lessons` lessons under `parameters`; nothing is learnt. Processes share the
  /// work: each fills only some of the lessons.
  double measure(std::size_t lessons, const Fill& fill, std::span<const T> parameters);

  [[nodiscard]] const Layout& layout() const noexcept { return layout_; }
  [[nodiscard]] std::size_t slices() const noexcept { return slices_.size(); }
  [[nodiscard]] const LearnerShape& shape() const noexcept { return shape_; }
  /// Multiplies each parameter's gradient and step by its number, [layout.count].
  void precondition(std::span<const T> scales) { scales_.assign(scales.begin(), scales.end()); }
  /// The gradient of the last batch's mean NLL, unclipped. For tests.
  [[nodiscard]] Numbers<T> gradient() const;

  LearnerState<T> state;
  /// The parameters that are best to play with: the average where one is kept.
  [[nodiscard]] std::span<const T> finished() const noexcept;

 private:
  void add_gradients(std::size_t first, std::size_t count);
  void add_over_processes();

  Layout layout_;
  LearnerShape shape_;
  OptimiserSettings settings_;
  Exchange* exchange_;
  Workers workers_;
  std::vector<std::unique_ptr<Slice<T>>> slices_;
  std::vector<std::unique_ptr<Slice<T>>> measuring_;  // one a thread: carried states stay
  std::size_t first_slice_ = 0;                       // of this process's, among all
  std::size_t all_slices_;                            // of all processes
  bool is_even_ = true;         // processes and slices are such that pairs never part
  Numbers<T> received_;         // a gradient of another process; empty when is_even_
  std::vector<double> totals_;  // [all_slices_, 2]: loss, weight
  std::vector<double> norms_;   // of each block of parameters
  Numbers<T> scales_;           // of each parameter; empty: all 1
  double scale_ = 0;            // of the gradient in slice 0, to make it the mean's
};

}  // namespace imps::train
