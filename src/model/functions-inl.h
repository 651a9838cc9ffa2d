// The nonlinearities of a step on vectors of floats. Included once for each instruction set.
// No library function is called: the same instruction set gives the same bits.
#if defined(IMPS_MODEL_FUNCTIONS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef IMPS_MODEL_FUNCTIONS_INL_H
#undef IMPS_MODEL_FUNCTIONS_INL_H
#else
#define IMPS_MODEL_FUNCTIONS_INL_H
#endif

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace imps::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;

HWY_INLINE V constant(double value) { return hn::Set(D(), static_cast<float>(value)); }

/// tanh as a quotient: the true value is numerator / denominator, within 4e-7 (absolute) for every
/// finite x. The denominator is in [1, 130).
struct Quotient {
  V numerator;
  V denominator;
};

/// x·P(x²) / Q(x²), P and Q of degree 4, fitted to tanh on [-8.6, 8.6] for the least largest
/// absolute error (1.2e-8 before rounding); beyond 8.6, tanh differs from ±1 by less than 7e-8.
HWY_INLINE Quotient tanh_quotient(V x) {
  x = hn::Max(hn::Min(x, constant(8.6)), constant(-8.6));
  const V s = hn::Mul(x, x);
  const V s2 = hn::Mul(s, s);
  // Even and odd powers apart: half the latency of one chain.
  const V p_odd = hn::MulAdd(constant(2.0991328748267496e-05), s2, constant(0.1339968085827037));
  const V p_even =
      hn::MulAdd(hn::MulAdd(constant(1.3912338448561798e-08), s2, constant(0.0035180364825809036)),
                 s2, constant(0.9999999390162142));
  const V q_odd = hn::MulAdd(constant(0.0003322881346836993), s2, constant(0.467329897989234));
  const V q_even =
      hn::MulAdd(hn::MulAdd(constant(7.998630661037531e-07), s2, constant(0.02596162083357707)), s2,
                 constant(1.0));
  return {hn::Mul(x, hn::MulAdd(p_odd, s, p_even)), hn::MulAdd(q_odd, s, q_even)};
}

/// exp(x) for x ≤ 0, within 3e-7 (relative); 0 below -87.
HWY_INLINE V exp_of_nonpositive(V x) {
  const D d;
  const auto vanishes = hn::Lt(x, constant(-87.0));
  x = hn::Max(x, constant(-87.0));
  const V n = hn::Round(hn::Mul(x, constant(1.4426950408889634)));
  // ln 2 in two parts: n times the first is exact.
  V r = hn::NegMulAdd(n, constant(0.693359375), x);
  r = hn::NegMulAdd(n, constant(-2.12194440054690583e-4), r);
  // The series to r^6: the next term is below 2e-7 · r for |r| ≤ ln 2 / 2.
  V p = constant(1.0 / 720);
  p = hn::MulAdd(p, r, constant(1.0 / 120));
  p = hn::MulAdd(p, r, constant(1.0 / 24));
  p = hn::MulAdd(p, r, constant(1.0 / 6));
  p = hn::MulAdd(p, r, constant(0.5));
  p = hn::MulAdd(p, r, constant(1.0));
  p = hn::MulAdd(p, r, constant(1.0));
  const hn::RebindToSigned<D> di;
  const auto exponent = hn::ShiftLeft<23>(hn::Add(hn::ConvertTo(di, n), hn::Set(di, 127)));
  return hn::IfThenZeroElse(vanishes, hn::Mul(p, hn::BitCast(d, exponent)));
}

/// elu(z) + 1 + 1e-7: z + 1 + 1e-7 for z > 0, exp(z) + 1e-7 otherwise. Greater than 0.
HWY_INLINE V positive_deviation(V z) {
  const V below = exp_of_nonpositive(hn::Min(z, hn::Zero(D())));
  return hn::Add(hn::Add(hn::Max(z, hn::Zero(D())), below), constant(1e-7));
}

}  // namespace
}  // namespace imps::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
