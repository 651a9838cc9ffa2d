#include "evaluate/grid.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "dataset/resolution.h"

namespace imps::evaluate {
namespace {

Grid grid_of(const Resolution& control) noexcept {
  if (control.steps == 0) return {GridKind::ten_bit, 1024, 1024};
  // A controller that is divided by 128 ends one step below 1; only another one reaches it.
  const bool whole = control.greatest > 127.5F / 128;
  return {GridKind::seven_bit, static_cast<double>(control.steps),
          control.steps == 128 && whole ? 128 : 127};
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
  const RowRange all{&dataset, 0, dataset.rows()};
  const auto controls = find_resolutions({&all, 1}, dataset.dimension());
  if (!controls) return controls.error();
  std::vector<Grid> grids{{GridKind::milliseconds, 1000, Grid::kNoLast}};
  for (const Resolution& control : *controls)
    grids.push_back(grid_of(control));
  return grids;
}

}  // namespace imps::evaluate
