#include "model/plan.h"

#include <algorithm>
#include <new>

namespace imps {
namespace {

// A cache line, and the longest vector there is.
constexpr std::align_val_t kAlignment{64};

// Weights that fit neither a core's own cache nor much less than the shared one come faster when
// they are asked for; smaller and larger ones do not (measured: doc/performance.md).
constexpr std::size_t kPrefetchFrom = std::size_t{1} << 20;
constexpr std::size_t kPrefetchTo = std::size_t{8} << 20;

std::size_t size(int n) { return static_cast<std::size_t>(n); }

std::size_t padded(std::size_t n, std::size_t lanes) { return (n + lanes - 1) / lanes * lanes; }

// Writes the stream of weights from its beginning to its end.
class Packer {
 public:
  Packer(const Weights& weights, Plan& plan)
      : weights_(weights), plan_(plan), to_(plan.weights.data()) {}

  void layer(const LstmWeights& from, std::size_t in) {
    const std::size_t units = size(weights_.sizes.units);
    plan_.layers.push_back({to_, units, in});
    const std::size_t n = plan_.lanes;
    for (std::size_t u = 0; u < plan_.padded_units;) {
      const bool whole = u + kBlocksInGroup * n <= plan_.padded_units;
      const std::size_t end = u + (whole ? kBlocksInGroup : 1) * n;
      gates(from.bias.data(), u, end);
      for (std::size_t k = 0; k < units; ++k)
        gates(from.recurrent_kernel.data() + k * kGates * units, u, end);
      for (std::size_t k = 0; k < in; ++k)
        gates(from.kernel.data() + k * kGates * units, u, end);
      u = end;
    }
  }

  void head() {
    const std::size_t units = size(weights_.sizes.units);
    const std::size_t mixtures = size(weights_.sizes.mixtures);
    const std::size_t values = mixtures * size(weights_.sizes.dimension);
    plan_.head = {to_, 0, units};
    const std::size_t vectors = plan_.padded_outputs / plan_.lanes;
    for (std::size_t done = 0; done < vectors;) {
      const std::size_t next = done + head_group(vectors, done);
      const auto row = [&](const float* sigmas, const float* mus, const float* pi) {
        for (std::size_t k = done * plan_.lanes; k < next * plan_.lanes; ++k) {
          *to_++ = k < values                  ? sigmas[k]
                   : k < 2 * values            ? mus[k - values]
                   : k < 2 * values + mixtures ? pi[k - 2 * values]
                                               : 0.0f;
        }
      };
      row(weights_.sigmas.bias.data(), weights_.mus.bias.data(), weights_.pi.bias.data());
      for (std::size_t k = 0; k < units; ++k) {
        row(weights_.sigmas.kernel.data() + k * values, weights_.mus.kernel.data() + k * values,
            weights_.pi.kernel.data() + k * mixtures);
      }
      done = next;
    }
  }

 private:
  // One row of a layer's matrix, or its bias: the columns of units [begin, end).
  void gates(const float* row, std::size_t begin, std::size_t end) {
    const std::size_t units = size(weights_.sizes.units);
    for (std::size_t block = begin; block < end; block += plan_.lanes) {
      for (std::size_t gate = 0; gate < kGates; ++gate) {
        // sigmoid(z) = (1 + tanh(z/2)) / 2: halved here, exactly, once and for all.
        const float scale = gate == 2 ? 1.0f : 0.5f;
        for (std::size_t unit = block; unit < block + plan_.lanes; ++unit)
          *to_++ = unit < units ? scale * row[gate * units + unit] : 0.0f;
      }
    }
  }

  const Weights& weights_;
  Plan& plan_;
  float* to_;
};

}  // namespace

AlignedFloats::AlignedFloats(std::size_t size)
    : values_(new(kAlignment) float[size]), size_(size) {}

void AlignedFloats::Free::operator()(float* values) const noexcept {
  ::operator delete[](values, kAlignment);
}

Plan make_plan(const Weights& weights, const StepKernel& kernel) {
  const Sizes& sizes = weights.sizes;
  const std::size_t units = size(sizes.units);
  const std::size_t dimension = size(sizes.dimension);
  Plan plan{.sizes = sizes, .kernel = &kernel, .lanes = kernel.lanes};
  plan.padded_units = padded(units, plan.lanes);
  plan.padded_outputs =
      padded(2 * size(sizes.mixtures) * dimension + size(sizes.mixtures), plan.lanes);
  const std::size_t rows = (1 + units + dimension) + (size(sizes.layers) - 1) * (1 + 2 * units);
  plan.weights =
      AlignedFloats(rows * kGates * plan.padded_units + (1 + units) * plan.padded_outputs);
  const std::size_t bytes = plan.weights.size() * sizeof(float);
  plan.prefetch = bytes >= kPrefetchFrom && bytes < kPrefetchTo;

  Packer packer(weights, plan);
  for (std::size_t l = 0; l < weights.lstm.size(); ++l)
    packer.layer(weights.lstm[l], l == 0 ? dimension : units);
  packer.head();
  return plan;
}

}  // namespace imps
