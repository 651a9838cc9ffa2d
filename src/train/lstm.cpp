#include "train/lstm.h"

#include <algorithm>

#include "train/blas.h"
#include "train/kernels.h"

namespace imps::train {

template <class T>
LstmMemory<T>::LstmMemory(const Layout& layout, const Extent& most)
    : gates(most.frames() * 4 * layout.units),
      cell((most.frames() + most.rows) * layout.units),
      tanh_c(most.frames() * layout.units),
      hidden((most.frames() + most.rows) * layout.units) {}

template <class T>
void lstm_forward(const Layout& layout, const Layout::Lstm& at, const T* parameters,
                  const Extent& extent, const T* inputs, LstmMemory<T>& memory,
                  Panels<T>& recurrent) {
  const std::size_t units = layout.units;
  const std::size_t rows = extent.rows;
  T* const gates = memory.gates.data();
  // What comes from below is known for all steps: one product for them together.
  for (std::size_t frame = 0; frame < extent.frames(); ++frame)
    std::copy_n(parameters + at.bias, 4 * units, gates + frame * 4 * units);
  multiply(Turned::no, Turned::no, extent.frames(), 4 * units, at.inputs, inputs, at.inputs,
           parameters + at.kernel, 4 * units, T{1}, gates, 4 * units);
  recurrent.hold(Turned::no, units, 4 * units, parameters + at.recurrent, 4 * units);
  for (std::size_t t = 0; t < extent.steps; ++t) {
    T* const z = gates + t * rows * 4 * units;
    recurrent.multiply(rows, memory.hidden.data() + t * rows * units, units, T{1}, z, 4 * units);
    run(GatesForward<T>{.rows = rows,
                        .units = units,
                        .z = z,
                        .c_before = memory.cell.data() + t * rows * units,
                        .c = memory.cell.data() + (t + 1) * rows * units,
                        .tanh_c = memory.tanh_c.data() + t * rows * units,
                        .h = memory.hidden.data() + (t + 1) * rows * units});
  }
}

template <class T>
void lstm_backward(const Layout& layout, const Layout::Lstm& at, const T* parameters,
                   const Extent& extent, const T* inputs, LstmMemory<T>& memory, const T* d_output,
                   T* gradients, T* d_inputs, T* scratch, Panels<T>& recurrent) {
  const std::size_t units = layout.units;
  const std::size_t rows = extent.rows;
  const std::size_t frames = extent.frames();
  T* const gates = memory.gates.data();
  T* const dh_after = scratch;
  T* const dc = scratch + rows * units;
  std::fill_n(scratch, 2 * rows * units, T{0});
  recurrent.hold(Turned::yes, 4 * units, units, parameters + at.recurrent, 4 * units);
  for (std::size_t t = extent.steps; t-- > 0;) {
    T* const dz = gates + t * rows * 4 * units;
    run(GatesBackward<T>{.rows = rows,
                         .units = units,
                         .gates = dz,
                         .c_before = memory.cell.data() + t * rows * units,
                         .tanh_c = memory.tanh_c.data() + t * rows * units,
                         .dh_above = d_output + t * rows * units,
                         .dh_after = dh_after,
                         .dc = dc});
    if (t > 0) recurrent.multiply(rows, dz, 4 * units, T{0}, dh_after, units);
  }
  multiply(Turned::yes, Turned::no, at.inputs, 4 * units, frames, inputs, at.inputs, gates,
           4 * units, T{0}, gradients + at.kernel, 4 * units);
  multiply(Turned::yes, Turned::no, units, 4 * units, frames, memory.hidden.data(), units, gates,
           4 * units, T{0}, gradients + at.recurrent, 4 * units);
  T* const d_bias = gradients + at.bias;
  std::fill_n(d_bias, 4 * units, T{0});
  for (std::size_t frame = 0; frame < frames; ++frame)
    for (std::size_t k = 0; k < 4 * units; ++k)
      d_bias[k] += gates[frame * 4 * units + k];
  if (d_inputs != nullptr) {
    multiply(Turned::no, Turned::yes, frames, at.inputs, 4 * units, gates, 4 * units,
             parameters + at.kernel, 4 * units, T{0}, d_inputs, at.inputs);
  }
}

template struct LstmMemory<float>;
template struct LstmMemory<double>;
template void lstm_forward(const Layout&, const Layout::Lstm&, const float*, const Extent&,
                           const float*, LstmMemory<float>&, Panels<float>&);
template void lstm_forward(const Layout&, const Layout::Lstm&, const double*, const Extent&,
                           const double*, LstmMemory<double>&, Panels<double>&);
template void lstm_backward(const Layout&, const Layout::Lstm&, const float*, const Extent&,
                            const float*, LstmMemory<float>&, const float*, float*, float*, float*,
                            Panels<float>&);
template void lstm_backward(const Layout&, const Layout::Lstm&, const double*, const Extent&,
                            const double*, LstmMemory<double>&, const double*, double*, double*,
                            double*, Panels<double>&);

}  // namespace imps::train
