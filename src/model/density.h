// How likely a frame is to a mixture.
#pragma once

#include <span>

#include <imps/model.h>

namespace imps {

/// The logarithms of the components' shares: log softmax(logits), into `into` [mixtures].
/// Realtime-safe and thread-safe: yes.
void log_shares(std::span<const float> logits, std::span<double> into) noexcept;

/// log Σ exp(values), without overflow. Minus infinity when there are none.
/// Realtime-safe and thread-safe: yes.
double log_sum(std::span<const double> values) noexcept;

/// The natural logarithm of the mixture's density at `target` [dimension], in ×10 units, with
/// D/2 · log 2π: minus this is what training minimises and IMPSY calls the loss. Computed in double
/// precision; finite for any mixture whose deviations are above 0 and any finite target.
/// Realtime-safe and thread-safe: yes. Formula: doc/evaluating.md, "NLL".
double log_density(const MixtureView& mixture, std::span<const double> target) noexcept;

}  // namespace imps
