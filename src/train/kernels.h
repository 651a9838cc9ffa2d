// What is done to numbers one by one: gates, the mixture's loss, the optimiser's step. In float by
// Highway, for the processor found at run time; in double written plainly, for the tests.
#pragma once

#include <cstddef>

namespace imps::train {

/// Gates of one step: z [rows, 4·units] (sums, i f c o) become the gates' values in place.
/// c = sigmoid(f)·c_before + sigmoid(i)·tanh(g); h = sigmoid(o)·tanh(c).
template <class T>
struct GatesForward {
  std::size_t rows;
  std::size_t units;
  T* z;               // [rows, 4·units], in and out
  const T* c_before;  // [rows, units]
  T* c;               // [rows, units]
  T* tanh_c;          // [rows, units]
  T* h;               // [rows, units]
};

/// The reverse: from dL/dh to dL/dz, the gates' values being overwritten.
template <class T>
struct GatesBackward {
  std::size_t rows;
  std::size_t units;
  T* gates;           // [rows, 4·units], in: values, out: dL/dz
  const T* c_before;  // [rows, units]
  const T* tanh_c;    // [rows, units]
  const T* dh_above;  // [rows, units], from the layer above or the head
  const T* dh_after;  // [rows, units], from the step after
  T* dc;              // [rows, units], in: from the step after, out: for the step before
};

/// The mixture's negative log-likelihood in nats, column by column, and its derivatives.
/// Formula: Bishop, "Mixture density networks" (1994), with sigma = elu(z) + 1 + 1e-7.
template <class T>
struct MixtureLoss {
  std::size_t columns;    ///< frames
  std::size_t dimension;  ///< D
  std::size_t mixtures;   ///< M
  /// [2·M·D + M, columns]: mus, sums of sigmas, logits; out, when asked for: the derivatives of
  /// Σ weight · loss by them.
  T* outputs;
  const T* targets;  // [D, columns], in ×10 units
  const T* weights;  // [columns]; a column of weight 0 counts nothing, whatever is in it
  T* losses;         // [columns], out: weight · loss
  bool derivatives;
};

/// One step of Adam (Kingma and Ba, 2015), and the average of the parameters.
template <class T>
struct AdamStep {
  std::size_t count;
  const T* gradient;
  T gradient_scale;  ///< after clipping
  const T* scales;   ///< of each parameter, its gradient's and its step's; nothing when all are 1
  T* parameters;
  T* first;   ///< the gradient's running mean
  T* second;  ///< the squared gradient's
  T rate;     ///< the learning rate, the bias correction already in it
  T beta1;
  T beta2;
  T epsilon;
  T decay;         ///< of the parameters themselves, at every step: 1 − rate · weight decay
  T* average;      ///< nothing when no average is kept
  T average_part;  ///< of the new parameters in the average
};

void run(const GatesForward<float>& job) noexcept;
void run(const GatesForward<double>& job) noexcept;
void run(const GatesBackward<float>& job) noexcept;
void run(const GatesBackward<double>& job) noexcept;
void run(const MixtureLoss<float>& job) noexcept;
void run(const MixtureLoss<double>& job) noexcept;
void run(const AdamStep<float>& job) noexcept;
void run(const AdamStep<double>& job) noexcept;

}  // namespace imps::train
