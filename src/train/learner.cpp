#include "train/learner.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>

#include "train/kernels.h"

namespace imps::train {
namespace {

// Parameters are summed and moved by blocks of this size: the norm's sum has a fixed order.
constexpr std::size_t kBlock = 4096;
// Lessons that each process measures before they meet: in a long measurement the faster ones must
// not wait for so long that they take the others for dead.
constexpr std::size_t kLessonsARound = 128;

}  // namespace

template <class T>
Learner<T>::Learner(const Weights& weights, const LearnerShape& shape,
                    const OptimiserSettings& settings, Exchange* exchange)
    : layout_(weights.sizes),
      shape_(shape),
      settings_(settings),
      exchange_(exchange),
      workers_(shape.threads) {
  state.parameters.resize(layout_.count);
  flatten<T>(layout_, weights, state.parameters);
  state.first.resize(layout_.count);
  state.second.resize(layout_.count);
  if (settings.average_steps > 0) state.average = state.parameters;
  const std::size_t count = (shape.batch.rows + shape.slice_rows - 1) / shape.slice_rows;
  const Extent most{.rows = shape.slice_rows, .steps = shape.batch.steps};
  for (std::size_t k = 0; k < count; ++k)
    slices_.push_back(std::make_unique<Slice<T>>(layout_, most));
  for (int k = 0; k < shape.threads; ++k)
    measuring_.push_back(std::make_unique<Slice<T>>(layout_, most));
  const auto ranks = static_cast<std::size_t>(exchange == nullptr ? 1 : exchange->ranks());
  first_slice_ = count * static_cast<std::size_t>(exchange == nullptr ? 0 : exchange->rank());
  all_slices_ = count * ranks;
  is_even_ = ranks == 1 || (std::has_single_bit(ranks) && std::has_single_bit(count));
  if (!is_even_) received_.resize(layout_.count);
  totals_.resize(2 * all_slices_);
  norms_.resize((layout_.count + kBlock - 1) / kBlock);
}

template <class T>
std::span<const T> Learner<T>::finished() const noexcept {
  return state.average.empty() ? state.parameters : state.average;
}

/// The sum over slices of a range of the gradient, in slice 0: pairs, pairs of pairs, …
template <class T>
void Learner<T>::add_gradients(std::size_t first, std::size_t count) {
  for (std::size_t stride = 1; stride < slices_.size(); stride *= 2) {
    for (std::size_t k = 0; k + stride < slices_.size(); k += 2 * stride) {
      T* const to = slices_[k]->gradients().data() + first;
      const T* const from = slices_[k + stride]->gradients().data() + first;
      for (std::size_t p = 0; p < count; ++p)
        to[p] += from[p];
    }
  }
}

/// The sum over the slices of all processes, in every one's slice 0: pairs, pairs of pairs, … of
/// the slices of all, as one process has them. Every process goes through the pairs in the same
/// order, so that none waits for one that waits for it.
template <class T>
void Learner<T>::add_over_processes() {
  if constexpr (std::is_same_v<T, float>) {
    const std::size_t own = slices_.size();
    const auto owner = [own](std::size_t slice) { return static_cast<int>(slice / own); };
    const auto numbers = [&](std::size_t slice) {
      return std::span<float>(slices_[slice - first_slice_]->gradients().data(), layout_.count);
    };
    const int rank = exchange_->rank();
    for (std::size_t stride = 1; stride < all_slices_; stride *= 2) {
      for (std::size_t k = 0; k + stride < all_slices_; k += 2 * stride) {
        const int to = owner(k);
        const int from = owner(k + stride);
        if (from == rank && to != rank) exchange_->send(numbers(k + stride), to);
        if (to != rank) continue;
        std::span<const float> other = received_;
        if (from == rank)
          other = numbers(k + stride);
        else
          exchange_->receive(received_, from);
        const std::span<float> sum = numbers(k);
        for (std::size_t p = 0; p < sum.size(); ++p)
          sum[p] += other[p];
      }
    }
    exchange_->share(std::span<float>(slices_.front()->gradients().data(), layout_.count));
  }
}

template <class T>
typename Learner<T>::Step Learner<T>::learn(const Fill& fill, double rate) {
  const auto threads = static_cast<std::size_t>(workers_.count());
  // What other processes have is 0 here, so that the sum over processes is exact in any order.
  std::fill(totals_.begin(), totals_.end(), 0.0);
  const std::function<void(int)> slices = [&](int worker) {
    for (auto k = static_cast<std::size_t>(worker); k < slices_.size(); k += threads) {
      double* const total = totals_.data() + 2 * (first_slice_ + k);
      total[1] = fill(k, slices_[k]->lesson);
      total[0] = slices_[k]->forward_and_backward(state.parameters);
    }
  };
  workers_.run(slices);

  const std::size_t blocks = norms_.size();
  T* const gradient = slices_.front()->gradients().data();
  const auto for_blocks = [&](int worker, const auto& body) {
    const auto w = static_cast<std::size_t>(worker);
    for (std::size_t block = blocks * w / threads; block < blocks * (w + 1) / threads; ++block) {
      const std::size_t first = block * kBlock;
      body(block, first, std::min(kBlock, layout_.count - first));
    }
  };
  const auto norm_of = [&](std::size_t first, std::size_t count) {
    double sum = 0;
    for (std::size_t p = first; p < first + count; ++p) {
      const double own = scales_.empty() ? 1 : static_cast<double>(scales_[p]);
      const double g = own * static_cast<double>(gradient[p]);
      sum += g * g;
    }
    return sum;
  };
  const std::function<void(int)> sums = [&](int worker) {
    for_blocks(worker, [&](std::size_t block, std::size_t first, std::size_t count) {
      if (is_even_) add_gradients(first, count);
      if (exchange_ == nullptr) norms_[block] = norm_of(first, count);
    });
  };
  workers_.run(sums);
  if (exchange_ != nullptr) {
    if (!is_even_)
      add_over_processes();
    else if constexpr (std::is_same_v<T, float>)
      exchange_->sum(std::span<float>(gradient, layout_.count));
    exchange_->sum(std::span<double>(totals_));
    for (std::size_t block = 0; block < blocks; ++block) {
      const std::size_t first = block * kBlock;
      norms_[block] = norm_of(first, std::min(kBlock, layout_.count - first));
    }
  }
  // Losses and weights are added in pairs as gradients are.
  for (std::size_t stride = 1; stride < all_slices_; stride *= 2)
    for (std::size_t k = 0; k + stride < all_slices_; k += 2 * stride) {
      totals_[2 * k] += totals_[2 * (k + stride)];
      totals_[2 * k + 1] += totals_[2 * (k + stride) + 1];
    }

  Step step;
  double squares = 0;
  for (const double norm : norms_)
    squares += norm;
  scale_ = totals_[1] > 0 ? 1 / totals_[1] : 0;
  step.nll = totals_[0] * scale_;
  step.norm = std::sqrt(squares) * scale_;
  step.taken = std::isfinite(step.nll) && std::isfinite(step.norm);
  if (!step.taken) return step;

  const double clipped =
      settings_.clip > 0 && step.norm > settings_.clip ? settings_.clip / step.norm : 1;
  ++state.steps;
  const auto t = static_cast<double>(state.steps);
  const double corrected =
      rate * std::sqrt(1 - std::pow(settings_.beta2, t)) / (1 - std::pow(settings_.beta1, t));
  // The average begins as a plain mean and becomes an exponential one.
  const double average_part =
      settings_.average_steps > 0 ? std::max(1 / settings_.average_steps, 1 / (1 + t / 10)) : 0;
  const std::function<void(int)> moves = [&](int worker) {
    for_blocks(worker, [&](std::size_t, std::size_t first, std::size_t count) {
      run(AdamStep<T>{.count = count,
                      .gradient = gradient + first,
                      .gradient_scale = static_cast<T>(scale_ * clipped),
                      .scales = scales_.empty() ? nullptr : scales_.data() + first,
                      .parameters = state.parameters.data() + first,
                      .first = state.first.data() + first,
                      .second = state.second.data() + first,
                      .rate = static_cast<T>(corrected),
                      .beta1 = static_cast<T>(settings_.beta1),
                      .beta2 = static_cast<T>(settings_.beta2),
                      .epsilon = static_cast<T>(settings_.epsilon),
                      .decay = static_cast<T>(1 - rate * settings_.weight_decay),
                      .average = state.average.empty() ? nullptr : state.average.data() + first,
                      .average_part = static_cast<T>(average_part)});
    });
  };
  workers_.run(moves);
  return step;
}

template <class T>
double Learner<T>::measure(std::size_t lessons, const Fill& fill, std::span<const T> parameters) {
  const auto rank = static_cast<std::size_t>(exchange_ == nullptr ? 0 : exchange_->rank());
  const auto ranks = static_cast<std::size_t>(exchange_ == nullptr ? 1 : exchange_->ranks());
  // [lessons, 2]: loss, weight. What another process measures is 0 here, so that the sum over
  // processes is exact in any order.
  std::vector<double> measured(2 * lessons);
  for (std::size_t first = 0; first < lessons; first += ranks * kLessonsARound) {
    const std::size_t last = std::min(first + ranks * kLessonsARound, lessons);
    std::atomic<std::size_t> next{first + rank};
    const std::function<void(int)> job = [&](int worker) {
      Slice<T>& slice = *measuring_[static_cast<std::size_t>(worker)];
      for (std::size_t k = next.fetch_add(ranks); k < last; k = next.fetch_add(ranks)) {
        measured[2 * k + 1] = fill(k, slice.lesson);
        measured[2 * k] = slice.forward(parameters);
      }
    };
    workers_.run(job);
    if (exchange_ != nullptr)
      exchange_->sum(std::span<double>(measured).subspan(2 * first, 2 * (last - first)));
  }
  double loss = 0;
  double weight = 0;
  for (std::size_t k = 0; k < lessons; ++k) {
    loss += measured[2 * k];
    weight += measured[2 * k + 1];
  }
  return weight > 0 ? loss / weight : 0;
}

template <class T>
Numbers<T> Learner<T>::gradient() const {
  const std::span<T> sum = slices_.front()->gradients();
  Numbers<T> mean(sum.begin(), sum.end());
  for (T& value : mean)
    value = static_cast<T>(static_cast<double>(value) * scale_);
  return mean;
}

template class Learner<float>;
template class Learner<double>;

}  // namespace imps::train
