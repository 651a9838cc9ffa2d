// A slice of a batch on its way through the whole network and back.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "train/head.h"
#include "train/layout.h"
#include "train/lstm.h"
#include "train/memory.h"

namespace imps::train {

/// What a slice learns from. All in ×10 units, step by step; unused numbers are 0.
template <class T>
struct Lesson {
  Extent extent;       ///< what is used of it; rows may be 0
  Numbers<T> inputs;   // [T, b, D]
  Numbers<T> targets;  // [D, T·b]
  Numbers<T> weights;  // [T·b], 0 for frames that do not count
  /// Masks of what each layer passes upwards, 0 or 1 / (1 − dropout), the same at every step.
  Numbers<T> kept;  // [layers, b, H]; used when `drops`
  bool drops = false;

  Lesson(const Layout& layout, const Extent& most);
};

/// The memory of one slice. Everything is allocated when it is made.
/// Thread-safe: yes, for distinct slices.
template <class T>
class Slice {
 public:
  Slice(const Layout& layout, const Extent& most);

  Lesson<T> lesson;

  /// Σ weight · NLL in nats of the lesson.
  double forward(std::span<const T> parameters);
  /// The same, and its gradient in gradients().
  double forward_and_backward(std::span<const T> parameters);
  [[nodiscard]] std::span<T> gradients() noexcept { return gradients_; }
  /// The outputs of the last forward(): [2·M·D + M, T·b], the sigmas' before elu.
  [[nodiscard]] std::span<const T> outputs() const noexcept { return head_.outputs; }

 private:
  void through_layers(std::span<const T> parameters);
  [[nodiscard]] const T* input_of(std::size_t layer) const noexcept;
  void apply_mask(std::size_t layer, T* frames) const noexcept;

  const Layout* layout_;
  std::vector<LstmMemory<T>> layers_;
  std::vector<Numbers<T>> passed_;  // [T, b, H] a layer, after its mask; empty without dropout
  HeadMemory<T> head_;
  Numbers<T> d_above_;    // [T, b, H]
  Numbers<T> d_below_;    // [T, b, H]
  Numbers<T> scratch_;    // [2, b, H]
  Panels<T> recurrent_;   // a layer's Wh, while it is gone through
  Numbers<T> gradients_;  // [layout.count]
};

}  // namespace imps::train
