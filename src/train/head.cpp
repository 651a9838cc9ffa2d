#include "train/head.h"

#include <algorithm>

#include "train/blas.h"
#include "train/kernels.h"

namespace imps::train {

template <class T>
HeadMemory<T>::HeadMemory(const Layout& layout, const Extent& most)
    : outputs(layout.outputs * most.frames()), losses(most.frames()) {}

template <class T>
void head_forward(const Layout& layout, const T* parameters, std::size_t frames, const T* hidden,
                  HeadMemory<T>& memory) {
  for (std::size_t k = 0; k < layout.outputs; ++k)
    std::fill_n(memory.outputs.data() + k * frames, frames, parameters[layout.head_bias + k]);
  multiply(Turned::yes, Turned::yes, layout.outputs, frames, layout.units,
           parameters + layout.head_kernel, layout.outputs, hidden, layout.units, T{1},
           memory.outputs.data(), frames);
}

template <class T>
double head_loss(const Layout& layout, std::size_t frames, const T* targets, const T* weights,
                 bool derivatives, HeadMemory<T>& memory) {
  run(MixtureLoss<T>{.columns = frames,
                     .dimension = layout.dimension,
                     .mixtures = layout.mixtures,
                     .outputs = memory.outputs.data(),
                     .targets = targets,
                     .weights = weights,
                     .losses = memory.losses.data(),
                     .derivatives = derivatives});
  double sum = 0;
  for (std::size_t k = 0; k < frames; ++k)
    sum += static_cast<double>(memory.losses[k]);
  return sum;
}

template <class T>
void head_backward(const Layout& layout, const T* parameters, std::size_t frames, const T* hidden,
                   const HeadMemory<T>& memory, T* gradients, T* d_hidden) {
  const T* const d_outputs = memory.outputs.data();
  multiply(Turned::yes, Turned::yes, layout.units, layout.outputs, frames, hidden, layout.units,
           d_outputs, frames, T{0}, gradients + layout.head_kernel, layout.outputs);
  for (std::size_t k = 0; k < layout.outputs; ++k) {
    T sum{0};
    for (std::size_t frame = 0; frame < frames; ++frame)
      sum += d_outputs[k * frames + frame];
    gradients[layout.head_bias + k] = sum;
  }
  multiply(Turned::yes, Turned::yes, frames, layout.units, layout.outputs, d_outputs, frames,
           parameters + layout.head_kernel, layout.outputs, T{0}, d_hidden, layout.units);
}

template struct HeadMemory<float>;
template struct HeadMemory<double>;
template void head_forward(const Layout&, const float*, std::size_t, const float*,
                           HeadMemory<float>&);
template void head_forward(const Layout&, const double*, std::size_t, const double*,
                           HeadMemory<double>&);
template double head_loss(const Layout&, std::size_t, const float*, const float*, bool,
                          HeadMemory<float>&);
template double head_loss(const Layout&, std::size_t, const double*, const double*, bool,
                          HeadMemory<double>&);
template void head_backward(const Layout&, const float*, std::size_t, const float*,
                            const HeadMemory<float>&, float*, float*);
template void head_backward(const Layout&, const double*, std::size_t, const double*,
                            const HeadMemory<double>&, double*, double*);

}  // namespace imps::train
