// The model that plays when there is no other: simple, for any dimension, and made of nobody's
// data.
#pragma once

#include <imps/model.h>

namespace imps {

/// Weights written down by hand rather than learned: the network keeps the last position of every
/// control, a slow average of each, and the performer's pace, and its five components stay, step
/// one way, step the other way, return to the average, and leap across it. doc/model.md, "The
/// built-in model". @param dimension  2–129 (asserted).
Weights built_in_weights(int dimension);

/// Changes with the weights, so that a replay knows whether it has the same ones.
inline constexpr int kBuiltInVersion = 1;

}  // namespace imps
