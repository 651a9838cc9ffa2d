// A network becomes a wider one that says the same.
#pragma once

#include <imps/model.h>

namespace imps::train {

/// `wide` with `narrow` in it: the first units are those of `narrow`, and hear nothing of the new
/// ones; neither does the head, so the answers are those of `narrow`. The new units hear what
/// `wide` lets them hear: they begin to count as soon as training moves the weights behind them.
/// Same dimension, layers and mixtures; at least as many units.
/// Source: Chen, Goodfellow and Shlens, "Net2Net" (2016), with new units instead of copies.
Weights widened(const Weights& narrow, const Weights& wide);

}  // namespace imps::train
