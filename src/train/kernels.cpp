// The kernels in float, on vectors.
#include "train/kernels.h"

#include <array>
#include <cstddef>

#include <imps/model.h>

#include "model/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "train/kernels.cpp"
// The order is the one that Highway asks for.
// clang-format off
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
#include <hwy/contrib/math/math-inl.h>
// clang-format on

#include "model/functions-inl.h"

HWY_BEFORE_NAMESPACE();
namespace imps::HWY_NAMESPACE {
namespace {

using Mask = hn::Mask<D>;

HWY_INLINE std::size_t lanes() { return hn::Lanes(D()); }

/// Calls body(k, load, store) for every vector of `count` numbers, the last one partly: `load` and
/// `store` touch only numbers that are there (a missing one loads as 0).
template <class Body>
HWY_INLINE void for_each_vector(std::size_t count, const Body& body) {
  const D d;
  std::size_t k = 0;
  for (; k + lanes() <= count; k += lanes()) {
    body(
        k, [d](const float* from) HWY_ATTR { return hn::LoadU(d, from); },
        [d](V v, float* to) HWY_ATTR { hn::StoreU(v, d, to); });
  }
  if (k < count) {
    const Mask mask = hn::FirstN(d, count - k);
    body(
        k, [d, mask](const float* from) HWY_ATTR { return hn::MaskedLoad(mask, d, from); },
        [d, mask](V v, float* to) HWY_ATTR { hn::BlendedStore(v, mask, d, to); });
  }
}

HWY_INLINE V tanh_of(V x) {
  const Quotient q = tanh_quotient(x);
  return hn::Div(q.numerator, q.denominator);
}

HWY_INLINE V sigmoid_of(V x) {
  const V half = constant(0.5);
  return hn::MulAdd(tanh_of(hn::Mul(x, half)), half, half);
}

void gates_forward(const train::GatesForward<float>& job) {
  const std::size_t n = job.units;
  for (std::size_t r = 0; r < job.rows; ++r) {
    float* HWY_RESTRICT z = job.z + r * 4 * n;
    const float* HWY_RESTRICT c_before = job.c_before + r * n;
    float* HWY_RESTRICT c = job.c + r * n;
    float* HWY_RESTRICT tanh_c = job.tanh_c + r * n;
    float* HWY_RESTRICT h = job.h + r * n;
    for_each_vector(n, [=](std::size_t u, const auto& load, const auto& store) HWY_ATTR {
      const V i = sigmoid_of(load(z + u));
      const V f = sigmoid_of(load(z + n + u));
      const V g = tanh_of(load(z + 2 * n + u));
      const V o = sigmoid_of(load(z + 3 * n + u));
      const V cell = hn::MulAdd(f, load(c_before + u), hn::Mul(i, g));
      const V t = tanh_of(cell);
      store(i, z + u);
      store(f, z + n + u);
      store(g, z + 2 * n + u);
      store(o, z + 3 * n + u);
      store(cell, c + u);
      store(t, tanh_c + u);
      store(hn::Mul(o, t), h + u);
    });
  }
}

void gates_backward(const train::GatesBackward<float>& job) {
  const std::size_t n = job.units;
  for (std::size_t r = 0; r < job.rows; ++r) {
    float* HWY_RESTRICT gates = job.gates + r * 4 * n;
    const float* HWY_RESTRICT c_before = job.c_before + r * n;
    const float* HWY_RESTRICT tanh_c = job.tanh_c + r * n;
    const float* HWY_RESTRICT dh_above = job.dh_above + r * n;
    const float* HWY_RESTRICT dh_after = job.dh_after + r * n;
    float* HWY_RESTRICT dc = job.dc + r * n;
    for_each_vector(n, [=](std::size_t u, const auto& load, const auto& store) HWY_ATTR {
      const V i = load(gates + u);
      const V f = load(gates + n + u);
      const V g = load(gates + 2 * n + u);
      const V o = load(gates + 3 * n + u);
      const V t = load(tanh_c + u);
      const V dh = hn::Add(load(dh_above + u), load(dh_after + u));
      const V dho = hn::Mul(dh, o);
      const V dcell = hn::Add(load(dc + u), hn::NegMulAdd(hn::Mul(dho, t), t, dho));
      const V di = hn::Mul(hn::Mul(dcell, g), i);
      const V df = hn::Mul(hn::Mul(dcell, load(c_before + u)), f);
      const V dg = hn::Mul(dcell, i);
      const V d_o = hn::Mul(dho, t);
      store(hn::NegMulAdd(di, i, di), gates + u);
      store(hn::NegMulAdd(df, f, df), gates + n + u);
      store(hn::NegMulAdd(hn::Mul(dg, g), g, dg), gates + 2 * n + u);
      store(hn::NegMulAdd(d_o, o, d_o), gates + 3 * n + u);
      store(hn::Mul(dcell, f), dc + u);
    });
  }
}

/// log Σ exp(values[m]) for m < count, and the largest of them.
struct LogSum {
  V most;
  V log_of_sum;  ///< less `most`
};
HWY_INLINE LogSum log_sum(const V* values, std::size_t count) {
  V most = values[0];
  for (std::size_t m = 1; m < count; ++m)
    most = hn::Max(most, values[m]);
  V sum = hn::Zero(D());
  for (std::size_t m = 0; m < count; ++m)
    sum = hn::Add(sum, exp_of_nonpositive(hn::Sub(values[m], most)));
  return {most, hn::Log(D(), sum)};
}

void mixture_loss(const train::MixtureLoss<float>& job) {
  const std::size_t size = job.mixtures * job.dimension;
  const std::size_t stride = job.columns;
  const V one = constant(1.0);
  const V constant_part =
      constant(0.91893853320467274178 * static_cast<double>(job.dimension));  // ln(2π)/2 each
  for_each_vector(job.columns, [&](std::size_t k, const auto& load, const auto& store) HWY_ATTR {
    const V weight = load(job.weights + k);
    const Mask counts = hn::Gt(weight, hn::Zero(D()));
    V logits[kMaxMixtures];
    V joint[kMaxMixtures];
    for (std::size_t m = 0; m < job.mixtures; ++m)
      logits[m] = load(job.outputs + (2 * size + m) * stride + k);
    const LogSum prior = log_sum(logits, job.mixtures);
    for (std::size_t m = 0; m < job.mixtures; ++m) {
      V quadratic = hn::Zero(D());
      V log_sigma = hn::Zero(D());
      for (std::size_t d = 0; d < job.dimension; ++d) {
        float* const mu = job.outputs + (m * job.dimension + d) * stride + k;
        float* const z = job.outputs + (size + m * job.dimension + d) * stride + k;
        const V sum = load(z);
        // elu(z) + 1, whose slope is itself below 1 and 1 above.
        const V deviation =
            hn::Add(hn::Max(sum, hn::Zero(D())), exp_of_nonpositive(hn::Min(sum, hn::Zero(D()))));
        const V sigma = hn::Add(deviation, constant(1e-7));
        const V inverse = hn::Div(one, sigma);
        const V r = hn::Mul(hn::Sub(load(job.targets + d * stride + k), load(mu)), inverse);
        quadratic = hn::MulAdd(r, r, quadratic);
        log_sigma = hn::Add(log_sigma, hn::Log(D(), sigma));
        if (job.derivatives) {
          store(hn::Neg(hn::Mul(r, inverse)), mu);
          store(hn::Mul(hn::Mul(hn::NegMulAdd(r, r, one), inverse), hn::Min(deviation, one)), z);
        }
      }
      joint[m] = hn::NegMulAdd(quadratic, constant(0.5),
                               hn::Sub(hn::Sub(logits[m], prior.most), log_sigma));
    }
    const LogSum all = log_sum(joint, job.mixtures);
    const V loss =
        hn::Sub(hn::Add(constant_part, prior.log_of_sum), hn::Add(all.most, all.log_of_sum));
    store(hn::IfThenElseZero(counts, hn::Mul(weight, loss)), job.losses + k);
    if (!job.derivatives) return;
    for (std::size_t m = 0; m < job.mixtures; ++m) {
      const V part = exp_of_nonpositive(
          hn::Min(hn::Sub(hn::Sub(joint[m], all.most), all.log_of_sum), hn::Zero(D())));
      const V share = exp_of_nonpositive(
          hn::Min(hn::Sub(hn::Sub(logits[m], prior.most), prior.log_of_sum), hn::Zero(D())));
      const V weighted = hn::Mul(weight, part);
      for (std::size_t row = m * job.dimension; row < (m + 1) * job.dimension; ++row) {
        float* const mu = job.outputs + row * stride + k;
        float* const z = job.outputs + (size + row) * stride + k;
        store(hn::IfThenElseZero(counts, hn::Mul(weighted, load(mu))), mu);
        store(hn::IfThenElseZero(counts, hn::Mul(weighted, load(z))), z);
      }
      store(hn::IfThenElseZero(counts, hn::Mul(weight, hn::Sub(share, part))),
            job.outputs + (2 * size + m) * stride + k);
    }
  });
}

void adam_step(const train::AdamStep<float>& job) {
  const D d;
  const V scale = hn::Set(d, job.gradient_scale);
  const V rate = hn::Set(d, job.rate);
  const V to_first = hn::Set(d, 1 - job.beta1);
  const V to_second = hn::Set(d, 1 - job.beta2);
  const V epsilon = hn::Set(d, job.epsilon);
  const V decay = hn::Set(d, job.decay);
  const V average_part = hn::Set(d, job.average_part);
  for_each_vector(job.count, [&](std::size_t k, const auto& load, const auto& store) HWY_ATTR {
    const V own = job.scales != nullptr ? load(job.scales + k) : hn::Set(d, 1.0F);
    const V g = hn::Mul(hn::Mul(load(job.gradient + k), scale), own);
    V first = load(job.first + k);
    V second = load(job.second + k);
    first = hn::MulAdd(to_first, hn::Sub(g, first), first);
    second = hn::MulAdd(to_second, hn::Sub(hn::Mul(g, g), second), second);
    store(first, job.first + k);
    store(second, job.second + k);
    const V step = hn::Div(hn::Mul(hn::Mul(rate, own), first), hn::Add(hn::Sqrt(second), epsilon));
    const V parameters = hn::Sub(hn::Mul(load(job.parameters + k), decay), step);
    store(parameters, job.parameters + k);
    if (job.average != nullptr) {
      const V average = load(job.average + k);
      store(hn::MulAdd(average_part, hn::Sub(parameters, average), average), job.average + k);
    }
  });
}

}  // namespace
}  // namespace imps::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace imps {
namespace {

HWY_EXPORT(gates_forward);
HWY_EXPORT(gates_backward);
HWY_EXPORT(mixture_loss);
HWY_EXPORT(adam_step);

}  // namespace

namespace train {

void run(const GatesForward<float>& job) noexcept { HWY_DYNAMIC_DISPATCH(gates_forward)(job); }
void run(const GatesBackward<float>& job) noexcept { HWY_DYNAMIC_DISPATCH(gates_backward)(job); }
void run(const MixtureLoss<float>& job) noexcept { HWY_DYNAMIC_DISPATCH(mixture_loss)(job); }
void run(const AdamStep<float>& job) noexcept { HWY_DYNAMIC_DISPATCH(adam_step)(job); }

}  // namespace train
}  // namespace imps
#endif
