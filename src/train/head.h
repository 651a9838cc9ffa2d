// The MDN head and its loss: forward and backward.
#pragma once

#include "train/layout.h"
#include "train/lstm.h"
#include "train/memory.h"

namespace imps::train {

/// Numbers lie by output, then by frame, so that the loss is taken of many frames at once.
template <class T>
struct HeadMemory {
  Numbers<T> outputs;  // [2·M·D + M, frames]; after a loss with derivatives, dL/d(outputs)
  Numbers<T> losses;   // [frames]

  HeadMemory(const Layout& layout, const Extent& most);
};

/// outputs = head(hidden [frames, H]).
template <class T>
void head_forward(const Layout& layout, const T* parameters, std::size_t frames, const T* hidden,
                  HeadMemory<T>& memory);

/// The sum over frames of weight · negative log-likelihood (nats). targets [D, frames] in ×10
/// units, weights [frames].
template <class T>
double head_loss(const Layout& layout, std::size_t frames, const T* targets, const T* weights,
                 bool derivatives, HeadMemory<T>& memory);

/// From dL/d(outputs) in `memory` to the gradients of the head's parameters (replaced) and
/// d_hidden [frames, H] (replaced).
template <class T>
void head_backward(const Layout& layout, const T* parameters, std::size_t frames, const T* hidden,
                   const HeadMemory<T>& memory, T* gradients, T* d_hidden);

}  // namespace imps::train
