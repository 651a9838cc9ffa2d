#include "core/elementary.h"

#include <bit>
#include <cstdint>
#include <limits>

namespace imps {
namespace {

// ln 2 in two parts; a whole number up to 2^11 times the first is exact.
constexpr double kLn2High = 0x1.62e42fefa38p-1;
constexpr double kLn2Low = 0x1.ef35793c7673p-45;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// 2^n for n in [-1022, 1023].
double power_of_two(int n) {
  return std::bit_cast<double>(static_cast<std::int64_t>(n + 1023) << 52);
}

}  // namespace

double exponential(double x) noexcept {
  if (x != x) return x;
  if (x > 709.782712893384) return kInfinity;
  if (x < -708.0) return 0.0;  // from here on results would be denormal
  const int n = static_cast<int>(x * 1.4426950408889634 + (x < 0 ? -0.5 : 0.5));
  const double high = x - n * kLn2High;
  const double r = high - n * kLn2Low;
  const double lost = (high - r) - n * kLn2Low;  // of the last subtraction
  // The series to r^13: for |r| ≤ ln 2 / 2 the next term is below 5e-18.
  double p = 1.0 / 6227020800;
  p = p * r + 1.0 / 479001600;
  p = p * r + 1.0 / 39916800;
  p = p * r + 1.0 / 3628800;
  p = p * r + 1.0 / 362880;
  p = p * r + 1.0 / 40320;
  p = p * r + 1.0 / 5040;
  p = p * r + 1.0 / 720;
  p = p * r + 1.0 / 120;
  p = p * r + 1.0 / 24;
  p = p * r + 1.0 / 6;
  p = p * r + 0.5;
  const double result = 1.0 + (r + (r * r * p + lost));
  // In two factors, since 2^1024 is none.
  return n > 1023 ? result * power_of_two(1023) * power_of_two(n - 1023) : result * power_of_two(n);
}

double logarithm(double x) noexcept {
  if (x != x || x == kInfinity) return x;
  if (x < 0) return kNan;
  if (x < std::numeric_limits<double>::min()) return -kInfinity;
  const auto bits = std::bit_cast<std::uint64_t>(x);
  int n = static_cast<int>(bits >> 52) - 1023;
  double m = std::bit_cast<double>((bits & 0x000fffffffffffffULL) | 0x3ff0000000000000ULL);
  if (m > 1.4142135623730951) {  // so that m is in [√½, √2]
    m *= 0.5;
    ++n;
  }
  // ln m = 2 artanh(s) = 2 (s + s³/3 + s⁵/5 + …); s² ≤ 0.0295, so the term after s²¹/21 is below
  // 1e-18 of the sum.
  const double f = m - 1.0;
  const double s = f / (2.0 + f);
  const double z = s * s;
  double p = 2.0 / 21;
  p = p * z + 2.0 / 19;
  p = p * z + 2.0 / 17;
  p = p * z + 2.0 / 15;
  p = p * z + 2.0 / 13;
  p = p * z + 2.0 / 11;
  p = p * z + 2.0 / 9;
  p = p * z + 2.0 / 7;
  p = p * z + 2.0 / 5;
  p = p * z + 2.0 / 3;
  // 2s = f − s·f, which keeps f, the large part, exact.
  const double small = s * (f - z * p);
  return n * kLn2High - ((small - n * kLn2Low) - f);
}

}  // namespace imps
