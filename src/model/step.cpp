// One step of the network: written once, compiled for every instruction set, chosen at run time.
#include <cstddef>

#include "model/plan.h"
#include "model/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "model/step.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "model/functions-inl.h"
#include "model/rows-inl.h"

HWY_BEFORE_NAMESPACE();
namespace imps::HWY_NAMESPACE {
namespace {

/// The gates of one block of units: c and h [lanes] become c' and h'. Of the sums, i, f and o are
/// already halved: sigmoid(z) = (1 + tanh(z/2)) / 2. The quotients are multiplied out, so that two
/// divisions do for five.
HWY_NOINLINE HWY_ATTR void gates(V i, V f, V g, V o, float* HWY_RESTRICT c, float* HWY_RESTRICT h) {
  const D d;
  const Quotient qi = tanh_quotient(i);
  const Quotient qf = tanh_quotient(f);
  const Quotient qg = tanh_quotient(g);
  const Quotient qo = tanh_quotient(o);
  const V half = constant(0.5);
  // c' = sigmoid(f)·c + sigmoid(i)·tanh(g)
  const V ig = hn::Mul(qi.denominator, qg.denominator);
  const V kept = hn::Mul(hn::Mul(hn::Add(qf.denominator, qf.numerator), hn::Load(d, c)), ig);
  const V fresh =
      hn::Mul(hn::Mul(hn::Add(qi.denominator, qi.numerator), qg.numerator), qf.denominator);
  const V cell = hn::Mul(half, hn::Div(hn::Add(kept, fresh), hn::Mul(ig, qf.denominator)));
  hn::Store(cell, d, c);
  // h' = sigmoid(o)·tanh(c')
  const Quotient qc = tanh_quotient(cell);
  const V above = hn::Mul(hn::Mul(half, hn::Add(qo.denominator, qo.numerator)), qc.numerator);
  hn::Store(hn::Div(above, hn::Mul(qo.denominator, qc.denominator)), d, h);
}

// One group of a layer: the gates of kBlocks vectors of units.
template <bool kPrefetch, std::size_t kBlocks>
HWY_INLINE const float* units(const float* w, const PackedMatrix& m, const float* h_old,
                              const float* below, float* c, float* h_new) {
  V sum[kBlocks * kGates];
  // A layer's own h is known before what comes from below: the processor begins with it while the
  // layer below is still at its gates.
  w = add_group<kPrefetch>(w, sum, Input{h_old, m.rows_own}, Input{below, m.rows_below});
  HWY_UNROLL(2)
  for (std::size_t b = 0; b < kBlocks; ++b) {
    const V* const gate = sum + b * kGates;
    gates(gate[0], gate[1], gate[2], gate[3], c + b * lanes(), h_new + b * lanes());
  }
  return w;
}

template <bool kPrefetch>
HWY_INLINE void layer(const PackedMatrix& m, std::size_t padded_units, const float* h_old,
                      const float* below, float* c, float* h_new) {
  const float* w = m.weights;
  std::size_t u = 0;
  for (; u + kBlocksInGroup * lanes() <= padded_units; u += kBlocksInGroup * lanes())
    w = units<kPrefetch, kBlocksInGroup>(w, m, h_old, below, c + u, h_new + u);
  for (; u < padded_units; u += lanes())
    w = units<kPrefetch, 1>(w, m, h_old, below, c + u, h_new + u);
}

template <std::size_t kVectors>
HWY_INLINE const float* outputs(const float* w, const PackedMatrix& m, const float* h, float* out) {
  V sum[kVectors];
  w = add_group<false>(w, sum, Input{h, m.rows_below});
  HWY_UNROLL(8)
  for (std::size_t v = 0; v < kVectors; ++v)
    hn::Store(sum[v], D(), out + v * lanes());
  return w;
}

HWY_INLINE const float* outputs(std::size_t vectors, const float* w, const PackedMatrix& m,
                                const float* h, float* out) {
  switch (vectors) {
    case 1:
      return outputs<1>(w, m, h, out);
    case 2:
      return outputs<2>(w, m, h, out);
    case 3:
      return outputs<3>(w, m, h, out);
    case 4:
      return outputs<4>(w, m, h, out);
    case 5:
      return outputs<5>(w, m, h, out);
    case 6:
      return outputs<6>(w, m, h, out);
    case 7:
      return outputs<7>(w, m, h, out);
    default:
      return outputs<kWidestGroup>(w, m, h, out);
  }
}

HWY_NOINLINE HWY_ATTR void head(const Plan& plan, const float* h, float* out) {
  const float* w = plan.head.weights;
  const std::size_t vectors = plan.padded_outputs / lanes();
  for (std::size_t done = 0; done < vectors;) {
    const std::size_t group = head_group(vectors, done);
    w = outputs(group, w, plan.head, h, out + done * lanes());
    done += group;
  }
  // Deviations come first, so that only their last vector is shared with means.
  const std::size_t deviations = static_cast<std::size_t>(plan.sizes.mixtures) *
                                 static_cast<std::size_t>(plan.sizes.dimension);
  const D d;
  std::size_t k = 0;
  for (; k + lanes() <= deviations; k += lanes())
    hn::Store(positive_deviation(hn::Load(d, out + k)), d, out + k);
  if (k < deviations) {
    const V z = hn::Load(d, out + k);
    hn::Store(hn::IfThenElse(hn::FirstN(d, deviations - k), positive_deviation(z), z), d, out + k);
  }
}

template <bool kPrefetch>
HWY_ATTR void run(const Plan& plan, const float* below, const float* h_old, float* h_new, float* c,
                  float* output) noexcept {
  for (const PackedMatrix& m : plan.layers) {
    layer<kPrefetch>(m, plan.padded_units, h_old, below, c, h_new);
    below = h_new;
    h_old += plan.padded_units;
    h_new += plan.padded_units;
    c += plan.padded_units;
  }
  head(plan, below, output);
}

void step(const Plan& plan, const float* input, const float* h_old, float* h_new, float* c,
          float* output) noexcept {
  (plan.prefetch ? run<true> : run<false>)(plan, input, h_old, h_new, c, output);
}

const StepKernel& kernel() {
  static const StepKernel it{hwy::TargetName(HWY_TARGET), HWY_LANES(float), step};
  return it;
}

}  // namespace
}  // namespace imps::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace imps {
namespace {

HWY_EXPORT(kernel);

}  // namespace

const StepKernel& step_kernel() noexcept { return HWY_DYNAMIC_DISPATCH(kernel)(); }

std::string_view simd_target() noexcept { return step_kernel().target; }

}  // namespace imps
#endif
