// A network laid out for one pass: every weight once, in the order in which a step reads them.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include <imps/model.h>

namespace imps {

/// Floats on a cache line's boundary, so that every vector load is aligned.
class AlignedFloats {
 public:
  AlignedFloats() = default;
  explicit AlignedFloats(std::size_t size);

  [[nodiscard]] float* data() noexcept { return values_.get(); }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  struct Free {
    void operator()(float* values) const noexcept;
  };
  std::unique_ptr<float[], Free> values_;
  std::size_t size_ = 0;
};

inline constexpr std::size_t kGates = 4;

/// Columns come in groups of at most this many vectors, whose sums stay in registers from the first
/// row to the last. Eight hide the latency of a multiply-add, and one broadcast input serves many
/// columns. In a layer, a block is the four gates of one vector of units, and a group two blocks,
/// or one at the end.
inline constexpr std::size_t kWidestGroup = 8;
inline constexpr std::size_t kBlocksInGroup = kWidestGroup / kGates;

/// The head's vectors are shared out evenly: how many are in the group that follows `done` of them.
constexpr std::size_t head_group(std::size_t vectors, std::size_t done) noexcept {
  const std::size_t left = vectors - done;
  const std::size_t groups = (left + kWidestGroup - 1) / kWidestGroup;
  return (left + groups - 1) / groups;
}

/// One matrix with its bias in the stream of weights.
struct PackedMatrix {
  const float* weights = nullptr;  // [groups][bias, then rows][vectors of the group · lanes]
  std::size_t rows_own = 0;        // rows that meet a layer's own h
  std::size_t rows_below = 0;      // rows that meet what comes from below
};

struct StepKernel;

/// Everything that a step needs besides the state.
struct Plan {
  Sizes sizes;
  const StepKernel* kernel = nullptr;
  std::size_t lanes = 0;           // floats in a vector
  std::size_t padded_units = 0;    // units, up to a whole number of vectors
  std::size_t padded_outputs = 0;  // 2·M·D + M, up to a whole number of vectors
  bool prefetch = false;           // ask for weights before they are needed
  AlignedFloats weights;
  std::vector<PackedMatrix> layers;
  PackedMatrix head;
};

/// Lays out checked weights for `kernel`.
Plan make_plan(const Weights& weights, const StepKernel& kernel);

/// A step compiled for one instruction set.
struct StepKernel {
  std::string_view target;
  std::size_t lanes;  // floats in a vector
  /// input [dimension], scaled; h_old, h_new and c [layers][padded_units]; output [padded_outputs]:
  /// sigmas, mus, logits. All but the input are aligned to a vector.
  void (*step)(const Plan& plan, const float* input, const float* h_old, float* h_new, float* c,
               float* output) noexcept;
};

/// The kernel of the best instruction set that this processor has.
const StepKernel& step_kernel() noexcept;

}  // namespace imps
