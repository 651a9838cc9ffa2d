// A group of columns: bias plus rows, with the sums in registers. Included once for each
// instruction set.
#if defined(IMPS_MODEL_ROWS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef IMPS_MODEL_ROWS_INL_H
#undef IMPS_MODEL_ROWS_INL_H
#else
#define IMPS_MODEL_ROWS_INL_H
#endif

#include <algorithm>
#include <cstddef>

#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include "model/plan.h"

HWY_BEFORE_NAMESPACE();
namespace imps::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;

HWY_INLINE std::size_t lanes() { return hn::Lanes(D()); }

// AVX-512 and NEON have 32 registers for vectors, the others 16.
constexpr std::size_t kRegisters = HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_NEON ? 32 : 16;

// How many rows are summed side by side, so that half of the registers hold sums.
template <std::size_t kVectors>
inline constexpr std::size_t kSplit = std::clamp<std::size_t>(kRegisters / 2 / kVectors, 1, 4);

// Where to look ahead: 4 KiB, in floats.
constexpr std::size_t kAhead = 1024;

// One row: its weights times `x`, added to `sums`.
template <bool kPrefetch, std::size_t kVectors>
HWY_INLINE void add_row(const float* HWY_RESTRICT w, V x, V (&sums)[kVectors]) {
  HWY_UNROLL(8)
  for (std::size_t v = 0; v < kVectors; ++v) {
    if constexpr (kPrefetch) hwy::Prefetch(w + v * lanes() + kAhead);
    sums[v] = hn::MulAdd(x, hn::Load(D(), w + v * lanes()), sums[v]);
  }
}

template <bool kPrefetch, std::size_t kVectors>
HWY_INLINE const float* add_rows(const float* HWY_RESTRICT w, const float* HWY_RESTRICT input,
                                 std::size_t rows, V (&sums)[kSplit<kVectors>][kVectors]) {
  std::size_t row = 0;
  for (; row + kSplit<kVectors> <= rows; row += kSplit<kVectors>) {
    HWY_UNROLL(4)
    for (std::size_t s = 0; s < kSplit<kVectors>; ++s) {
      add_row<kPrefetch>(w, hn::Set(D(), input[row + s]), sums[s]);
      w += kVectors * lanes();
    }
  }
  for (; row < rows; ++row) {
    add_row<kPrefetch>(w, hn::Set(D(), input[row]), sums[0]);
    w += kVectors * lanes();
  }
  return w;
}

/// Numbers that meet as many rows of a matrix.
struct Input {
  const float* values;
  std::size_t rows;
};

/// sum = bias + each input times its rows, in the order of the inputs. Returns where the group's
/// weights end.
template <bool kPrefetch, std::size_t kVectors, class... Inputs>
HWY_INLINE const float* add_group(const float* HWY_RESTRICT w, V (&sum)[kVectors],
                                  Inputs... inputs) {
  V sums[kSplit<kVectors>][kVectors];
  HWY_UNROLL(8)
  for (std::size_t v = 0; v < kVectors; ++v) {
    sums[0][v] = hn::Load(D(), w + v * lanes());
    HWY_UNROLL(4)
    for (std::size_t s = 1; s < kSplit<kVectors>; ++s)
      sums[s][v] = hn::Zero(D());
  }
  w += kVectors * lanes();
  ((w = add_rows<kPrefetch, kVectors>(w, inputs.values, inputs.rows, sums)), ...);
  HWY_UNROLL(8)
  for (std::size_t v = 0; v < kVectors; ++v) {
    sum[v] = sums[0][v];
    HWY_UNROLL(4)
    for (std::size_t s = 1; s < kSplit<kVectors>; ++s)
      sum[v] = hn::Add(sum[v], sums[s][v]);
  }
  return w;
}

}  // namespace
}  // namespace imps::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
