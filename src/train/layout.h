// All parameters of a network in one flat vector: what the optimiser walks along.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <imps/model.h>

namespace imps::train {

/// Where each tensor begins in the flat vector. Tensors are in Keras layout, row by row; the MDN
/// head's three layers stand side by side as one: columns are mus, sigmas, logits.
struct Layout {
  struct Lstm {
    std::size_t inputs = 0;     ///< D for the first layer, else H
    std::size_t kernel = 0;     // [inputs, 4H]
    std::size_t recurrent = 0;  // [H, 4H]
    std::size_t bias = 0;       // [4H]
  };

  /// `sizes` as check() accepts them.
  explicit Layout(const Sizes& sizes);

  Sizes sizes;
  std::size_t dimension = 0;  ///< D
  std::size_t units = 0;      ///< H
  std::size_t mixtures = 0;   ///< M
  std::size_t outputs = 0;    ///< 2·M·D + M
  std::vector<Lstm> lstm;
  std::size_t head_kernel = 0;  // [H, outputs]
  std::size_t head_bias = 0;    // [outputs]
  std::size_t count = 0;        ///< of all parameters
};

/// `flat` [layout.count], from weights of the same sizes.
template <class T>
void flatten(const Layout& layout, const Weights& weights, std::span<T> flat);

/// The weights in `flat` [layout.count].
template <class T>
Weights unflatten(const Layout& layout, std::span<const T> flat);

/// Fresh weights, as the field starts them: kernels uniform after Glorot and Bengio (2010),
/// recurrent kernels orthogonal (Saxe, McClelland and Ganguli, 2014), biases 0, the forget
/// gate's 1. The same for the same seed everywhere.
Weights fresh_weights(const Sizes& sizes, std::uint64_t seed);

}  // namespace imps::train
