#include "session/lateness.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <boost/histogram/axis/regular.hpp>
#include <boost/histogram/histogram.hpp>
#include <boost/histogram/make_histogram.hpp>

namespace imps {
namespace {

namespace histogram = boost::histogram;

constexpr unsigned kBins = 140;  // 7 decades
using Axis = histogram::axis::regular<double, histogram::axis::transform::log>;

auto make_bins() {
  // A fixed array of counters: filling it never allocates. Two more for what is below and above.
  return histogram::make_histogram_with(std::array<std::uint64_t, kBins + 2>{},
                                        Axis(kBins, 1e-6, 10.0));
}

}  // namespace

struct Lateness::Bins {
  decltype(make_bins()) histogram = make_bins();
  std::uint64_t count = 0;
  Duration worst{};
};

Lateness::Lateness() : bins_(std::make_unique<Bins>()) {}
Lateness::Lateness(const Lateness& other) : bins_(std::make_unique<Bins>(*other.bins_)) {}
Lateness& Lateness::operator=(const Lateness& other) {
  *bins_ = *other.bins_;
  return *this;
}
Lateness::~Lateness() = default;

void Lateness::add(Duration late) noexcept {
  const Duration delay = std::max(late, Duration{0});
  bins_->histogram(to_seconds(delay).count());
  ++bins_->count;
  bins_->worst = std::max(bins_->worst, delay);
}

std::uint64_t Lateness::count() const noexcept { return bins_->count; }
Duration Lateness::worst() const noexcept { return bins_->worst; }

Lateness::Counts Lateness::coarse() const noexcept {
  constexpr int kFine = static_cast<int>(kBins / kCoarse);
  Counts counts{};
  for (int i = -1; i <= static_cast<int>(kBins); ++i)
    counts[static_cast<std::size_t>(std::clamp(i, 0, static_cast<int>(kBins) - 1) / kFine)] +=
        bins_->histogram.at(i);
  return counts;
}

std::array<double, Lateness::kCoarse + 1> Lateness::coarse_edges() noexcept {
  std::array<double, kCoarse + 1> edges{};
  for (std::size_t k = 0; k < edges.size(); ++k)
    edges[k] = std::pow(10.0, -3.0 + 0.5 * static_cast<double>(k));
  return edges;
}

Duration Lateness::quantile(double fraction) const noexcept {
  if (bins_->count == 0) return Duration{0};
  const double wanted = fraction * static_cast<double>(bins_->count);
  const auto& axis = bins_->histogram.axis(0);
  double below = 0;
  for (int i = -1; i < static_cast<int>(kBins); ++i) {
    below += static_cast<double>(bins_->histogram.at(i));
    if (below >= wanted && below > 0) {
      const double edge = i < 0 ? 1e-6 : axis.value(i + 1);
      return std::min(to_duration(Seconds{edge}), bins_->worst);
    }
  }
  return bins_->worst;
}

LatenessSummary summary(const Lateness& lateness) noexcept {
  return {.count = lateness.count(),
          .median = lateness.quantile(0.5),
          .p99 = lateness.quantile(0.99),
          .p999 = lateness.quantile(0.999),
          .worst = lateness.worst(),
          .coarse = lateness.coarse()};
}

}  // namespace imps
