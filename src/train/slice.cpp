#include "train/slice.h"

#include <algorithm>

#include "train/blas.h"

namespace imps::train {

template <class T>
Lesson<T>::Lesson(const Layout& layout, const Extent& most)
    : inputs(most.frames() * layout.dimension),
      targets(most.frames() * layout.dimension),
      weights(most.frames()),
      kept(layout.lstm.size() * most.rows * layout.units) {}

template <class T>
Slice<T>::Slice(const Layout& layout, const Extent& most)
    : lesson(layout, most),
      layout_(&layout),
      head_(layout, most),
      d_above_(most.frames() * layout.units),
      d_below_(most.frames() * layout.units),
      scratch_(2 * most.rows * layout.units),
      recurrent_(4 * layout.units * layout.units, most.rows),
      gradients_(layout.count) {
  keep_blas_to_one_thread();
  for (std::size_t layer = 0; layer < layout.lstm.size(); ++layer) {
    layers_.emplace_back(layout, most);
    passed_.emplace_back(most.frames() * layout.units);
  }
}

template <class T>
const T* Slice<T>::input_of(std::size_t layer) const noexcept {
  if (layer == 0) return lesson.inputs.data();
  if (lesson.drops) return passed_[layer - 1].data();
  return layers_[layer - 1].output(lesson.extent.rows, layout_->units);
}

template <class T>
void Slice<T>::apply_mask(std::size_t layer, T* frames) const noexcept {
  const std::size_t size = lesson.extent.rows * layout_->units;
  const T* const mask = lesson.kept.data() + layer * size;
  for (std::size_t t = 0; t < lesson.extent.steps; ++t)
    for (std::size_t k = 0; k < size; ++k)
      frames[t * size + k] *= mask[k];
}

template <class T>
void Slice<T>::through_layers(std::span<const T> parameters) {
  const Extent& extent = lesson.extent;
  const std::size_t state = extent.rows * layout_->units;
  for (std::size_t layer = 0; layer < layers_.size(); ++layer) {
    LstmMemory<T>& memory = layers_[layer];
    std::fill_n(memory.hidden.begin(), state, T{0});
    std::fill_n(memory.cell.begin(), state, T{0});
    lstm_forward(*layout_, layout_->lstm[layer], parameters.data(), extent, input_of(layer), memory,
                 recurrent_);
    if (lesson.drops) {
      std::copy_n(memory.output(extent.rows, layout_->units), extent.steps * state,
                  passed_[layer].begin());
      apply_mask(layer, passed_[layer].data());
    }
  }
  head_forward(*layout_, parameters.data(), extent.frames(), input_of(layers_.size()), head_);
}

template <class T>
double Slice<T>::forward(std::span<const T> parameters) {
  if (lesson.extent.rows == 0) return 0;
  through_layers(parameters);
  return head_loss(*layout_, lesson.extent.frames(), lesson.targets.data(), lesson.weights.data(),
                   false, head_);
}

template <class T>
double Slice<T>::forward_and_backward(std::span<const T> parameters) {
  const Extent& extent = lesson.extent;
  if (extent.rows == 0) {
    std::fill(gradients_.begin(), gradients_.end(), T{0});
    return 0;
  }
  through_layers(parameters);
  const double loss = head_loss(*layout_, extent.frames(), lesson.targets.data(),
                                lesson.weights.data(), true, head_);
  head_backward(*layout_, parameters.data(), extent.frames(), input_of(layers_.size()), head_,
                gradients_.data(), d_above_.data());
  for (std::size_t layer = layers_.size(); layer-- > 0;) {
    if (lesson.drops) apply_mask(layer, d_above_.data());
    lstm_backward(*layout_, layout_->lstm[layer], parameters.data(), extent, input_of(layer),
                  layers_[layer], d_above_.data(), gradients_.data(),
                  layer > 0 ? d_below_.data() : nullptr, scratch_.data(), recurrent_);
    std::swap(d_above_, d_below_);
  }
  return loss;
}

template struct Lesson<float>;
template struct Lesson<double>;
template class Slice<float>;
template class Slice<double>;

}  // namespace imps::train
