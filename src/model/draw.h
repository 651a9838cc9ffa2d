// The random choices inside sample(), before the bounds of a playable frame.
#pragma once

#include <cstddef>
#include <span>

#include <imps/model.h>
#include <imps/random.h>

namespace imps {

/// The shortest rest a model may ask for, in seconds: the field's.
inline constexpr double kShortestRest = 0.001;

/// The first component whose cumulated share of softmax(logits / temperature) reaches `uniform`,
/// in (0, 1). Realtime-safe and thread-safe: yes.
std::size_t choose_component(std::span<const float> logits, double temperature,
                             double uniform) noexcept;

/// One draw from the mixture in ×10 units, unbounded, into `values` [dimension]. Takes
/// 1 + dimension numbers. Realtime-safe and thread-safe: yes.
void draw(const MixtureView& mixture, const Temperatures& temperatures, Uniforms& uniforms,
          std::span<double> values) noexcept;

}  // namespace imps
