#include "evaluate/grid.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "dataset/rows.h"

namespace imps::evaluate {
namespace {

// How far from its place, in steps, a value may be that was written with four decimals.
constexpr double kSlack = 0.0101;

struct Control {
  bool in_127ths = true;
  bool in_128ths = true;
  double greatest = 0;
};

bool is_step(double value, double steps) noexcept {
  const double place = value * steps;
  return std::abs(place - std::round(place)) <= kSlack;
}

}  // namespace

std::string_view words(GridKind kind) noexcept {
  switch (kind) {
    case GridKind::milliseconds:
      return "1 ms";
    case GridKind::seven_bit:
      return "7-bit";
    case GridKind::ten_bit:
      return "10-bit";
  }
  return "";
}

std::int64_t Grid::bin(double value) const noexcept {
  const double place = std::floor(value * steps + 0.5);
  return static_cast<std::int64_t>(std::clamp(place, 0.0, static_cast<double>(last)));
}

Interval Grid::interval(std::int64_t bin) const noexcept {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const auto place = static_cast<double>(bin);
  return {bin <= 0 ? -kInfinity : (place - 0.5) / steps,
          bin >= last ? kInfinity : (place + 0.5) / steps};
}

Result<std::vector<Grid>> find_grids(const Dataset& dataset) {
  const auto dimension = static_cast<std::size_t>(dataset.dimension());
  std::vector<Control> controls(dimension);
  const auto read = for_each_row(dataset, 0, dataset.rows(), [&](std::span<const float> row) {
    for (std::size_t d = 1; d < dimension; ++d) {
      const auto value = static_cast<double>(row[d]);
      Control& control = controls[d];
      control.in_127ths = control.in_127ths && is_step(value, 127);
      control.in_128ths = control.in_128ths && is_step(value, 128);
      control.greatest = std::max(control.greatest, value);
    }
  });
  if (!read) return read.error();
  std::vector<Grid> grids{{GridKind::milliseconds, 1000, Grid::kNoLast}};
  for (std::size_t d = 1; d < dimension; ++d) {
    const Control& control = controls[d];
    if (control.in_127ths) {
      grids.push_back({GridKind::seven_bit, 127, 127});
    } else if (control.in_128ths) {
      // A controller that is divided by 128 ends one step below 1; only another one reaches it.
      const bool whole = control.greatest > 127.5 / 128;
      grids.push_back({GridKind::seven_bit, 128, whole ? 128 : 127});
    } else {
      grids.push_back({GridKind::ten_bit, 1024, 1024});
    }
  }
  return grids;
}

}  // namespace imps::evaluate
