// The alternative: the same network as a careful programmer writes it with Eigen.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include <imps/model.h>

namespace imps::bench {

/// A network that keeps its state and answers a frame with [mus | sigmas | logits].
class EigenMdrnn {
 public:
  virtual ~EigenMdrnn() = default;
  /// input [9], unscaled; the answer stays valid until the next call.
  virtual std::span<const float> step(std::span<const double> input) = 0;
};

/// The ways to write it that were tried: how the matrices lie in memory, and whether a layer
/// multiplies once, with [x, h], or twice. The benchmark takes the fastest for each size.
struct EigenVariant {
  std::string_view name;
  std::unique_ptr<EigenMdrnn> network;
};

/// All variants for `weights` of dimension 9 and a size with a name; none for others.
std::vector<EigenVariant> eigen_variants(const Weights& weights);

}  // namespace imps::bench
