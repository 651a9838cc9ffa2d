// Networks made for tests: ones that say what they are told, and ones with random weights.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <imps/model.h>

namespace imps::test {

/// A network that always predicts `dt` seconds and `controls`, whatever it hears: one component,
/// standard deviation `sigma` (in seconds and control units, before the temperature).
Weights constant_weights(double dt, const std::vector<double>& controls, double sigma = 0.1);
std::shared_ptr<const Mdrnn> constant_model(double dt, const std::vector<double>& controls,
                                            double sigma = 0.1);

/// Random weights, glorot-like, so that outputs depend on everything heard; mus around the middle.
Weights random_weights(const Sizes& sizes, std::uint64_t seed);
std::shared_ptr<const Mdrnn> random_model(const Sizes& sizes, std::uint64_t seed);

}  // namespace imps::test
