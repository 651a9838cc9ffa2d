// Functions whose results must not depend on a system's maths library: what is drawn and logged
// today is replayed elsewhere, bit for bit.
#pragma once

namespace imps {

/// e to the power x, within 1 ulp or so. Overflow gives infinity, underflow 0, NaN gives NaN.
/// Uses only arithmetic that IEEE 754 rounds exactly. Realtime-safe and thread-safe: yes.
double exponential(double x) noexcept;

/// The natural logarithm, within 1 ulp or so. 0 gives minus infinity; below it, NaN. Numbers below
/// 2^-1022 count as 0, since threads that play flush them.
/// Uses only arithmetic that IEEE 754 rounds exactly. Realtime-safe and thread-safe: yes.
double logarithm(double x) noexcept;

}  // namespace imps
