// One knob from the most typical to the rarest of what a model may play next.
#pragma once

#include <imps/conditions.h>
#include <imps/frame.h>
#include <imps/model.h>
#include <imps/random.h>

namespace imps {

/// So many next frames are drawn for one that is chosen by its surprise.
inline constexpr int kFutures = 16;

/// Draws kFutures frames as sample() does, orders them by how likely the mixture itself finds them
/// (its density at their values, without temperatures), and chooses one: the likeliest at
/// `surprise` 0, the rarest at 1, and in between by chance, rank r of 0 … kFutures − 1 with a share
/// that is proportional to e^(t · r / (kFutures − 1)), t = 3 (2s − 1) / (1 − |2s − 1|). At 0.5 all
/// ranks have the same share, which is what one draw gives: it is sample(), number for number.
///
/// Takes 1 + D numbers from `uniforms` at 0.5, and else 1 + kFutures · (1 + D).
/// Cost: about kFutures times sample()'s, `bench/step/draw_bench`.
/// @param surprise  [0, 1]
/// Realtime-safe: yes. Thread-safe: yes.
void sample(const MixtureView& mixture, const Temperatures& temperatures,
            const Conditions& conditions, double surprise, Uniforms& uniforms,
            Frame& into) noexcept;

}  // namespace imps
