// How late things were, as a distribution: kept while playing, told at the end and on request.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include <imps/time.h>

namespace imps {

/// A histogram of delays on a logarithmic axis: 20 bins a decade from 1 µs to 10 s, so that a
/// quantile is right to 12 %.
/// add() is realtime-safe. Thread-safe: no; copies are for other threads.
class Lateness {
 public:
  Lateness();
  Lateness(const Lateness&);
  Lateness& operator=(const Lateness&);
  ~Lateness();

  /// For pictures: two bins a decade, from 1 µs to 10 s. What is outside is in the outermost.
  static constexpr std::size_t kCoarse = 14;
  using Counts = std::array<std::uint64_t, kCoarse>;
  [[nodiscard]] Counts coarse() const noexcept;
  /// Where the coarse bins begin, and where the last one ends, in milliseconds.
  static std::array<double, kCoarse + 1> coarse_edges() noexcept;

  /// Early is as good as on time.
  void add(Duration late) noexcept;

  [[nodiscard]] std::uint64_t count() const noexcept;
  /// The delay that `fraction` of all stay below, to a bin's upper edge (and never above worst());
  /// zero when nothing was added. @param fraction  [0, 1].
  [[nodiscard]] Duration quantile(double fraction) const noexcept;
  [[nodiscard]] Duration worst() const noexcept;

 private:
  struct Bins;
  std::unique_ptr<Bins> bins_;
};

/// What is told of a Lateness.
struct LatenessSummary {
  std::uint64_t count = 0;
  Duration median{};
  Duration p99{};
  Duration p999{};
  Duration worst{};
  Lateness::Counts coarse{};
};
LatenessSummary summary(const Lateness& lateness) noexcept;

}  // namespace imps
