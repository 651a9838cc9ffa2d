// One LSTM layer over a few sequences: forward and backward through time.
#pragma once

#include <cstddef>

#include "train/layout.h"
#include "train/memory.h"
#include "train/panels.h"

namespace imps::train {

/// How many sequences, and how many steps each.
struct Extent {
  std::size_t rows = 0;   ///< sequences side by side, b
  std::size_t steps = 0;  ///< T

  [[nodiscard]] std::size_t frames() const noexcept { return rows * steps; }
};

/// What a layer keeps between forward and backward. Step by step: [T, b, …].
template <class T>
struct LstmMemory {
  Numbers<T> gates;   // [T, b, 4H]: i f c o; after backward, dL/d(sums)
  Numbers<T> cell;    // [T + 1, b, H], the first from before the sequence
  Numbers<T> tanh_c;  // [T, b, H]
  Numbers<T> hidden;  // [T + 1, b, H], the first from before the sequence

  LstmMemory(const Layout& layout, const Extent& most);
  /// The layer's output, [T, b, H].
  [[nodiscard]] const T* output(std::size_t rows, std::size_t units) const noexcept {
    return hidden.data() + rows * units;
  }
};

/// Fills `memory` from inputs [T, b, in]; its hidden[0] and cell[0] are the state before.
/// `recurrent`: room for Wh.
template <class T>
void lstm_forward(const Layout& layout, const Layout::Lstm& at, const T* parameters,
                  const Extent& extent, const T* inputs, LstmMemory<T>& memory,
                  Panels<T>& recurrent);

/// From d_output [T, b, H], dL/d(output), to the gradients of the layer's parameters (replaced) and
/// d_inputs [T, b, in] (replaced; may be nothing). `scratch` [2, b, H].
template <class T>
void lstm_backward(const Layout& layout, const Layout::Lstm& at, const T* parameters,
                   const Extent& extent, const T* inputs, LstmMemory<T>& memory, const T* d_output,
                   T* gradients, T* d_inputs, T* scratch, Panels<T>& recurrent);

}  // namespace imps::train
