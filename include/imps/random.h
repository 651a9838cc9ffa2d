// Chance as an argument: every draw is a function of who draws, for which prediction, and how
// often.
#pragma once

#include <array>
#include <cstdint>

namespace imps {

/// The uniform numbers of one prediction.
///
/// A counter-based generator (Philox 4×32-10: Salmon, Moraes, Dror and Shaw, "Parallel random
/// numbers: as easy as 1, 2, 3", SC 2011): number k of (seed, agent, prediction) is always the
/// same, whatever was drawn before and in whatever order, so a recorded performance can be
/// replayed. Realtime-safe: yes. Thread-safe: yes, for distinct objects.
class Uniforms {
 public:
  Uniforms(std::uint64_t seed, std::uint32_t agent, std::uint64_t prediction) noexcept;

  /// The next number, in the open interval (0, 1), with 52 random bits.
  double next() noexcept;

 private:
  std::uint64_t seed_;
  std::uint32_t agent_;
  std::uint64_t prediction_;
  std::uint32_t block_ = 0;
  int used_ = 4;
  std::array<std::uint32_t, 4> words_{};
};

/// The standard normal's quantile: x with Φ(x) = p. `p` in (0, 1).
/// The same bits on every machine: it uses only arithmetic that IEEE 754 rounds exactly.
double normal_quantile(double p) noexcept;

}  // namespace imps
