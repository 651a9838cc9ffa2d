#include "train/fit.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

namespace imps::train {
namespace {

constexpr std::uint64_t kSampledRows = 20'000;
constexpr std::uint64_t kRowsAtOnce = 4096;
// In ×10 units: half a millisecond, and a tenth of a second.
constexpr float kLeastSpread = 0.005F;
constexpr float kMostSpread = 1;
// The middle half of a normal distribution is so many standard deviations wide.
constexpr float kMiddleHalf = 1.349F;
/// In ×10 units, of a control that never moves: over so much its values are dithered, about.
constexpr float kConstantSpread = 0.005F;

/// [dimension]: whether any two rows differ.
Result<std::vector<bool>> movement_in(std::span<const Stretch> takes, std::size_t columns) {
  std::vector<bool> moves(columns, false);
  std::size_t still = columns;
  std::vector<float> first;
  std::vector<float> rows;
  for (const Stretch& take : takes) {
    for (std::uint64_t done = 0; done < take.rows && still > 0; done += kRowsAtOnce) {
      rows.resize(std::min(kRowsAtOnce, take.rows - done) * columns);
      if (auto read = take.dataset->read(take.first + done, rows); !read) return read.error();
      if (first.empty()) first.assign(rows.begin(), rows.begin() + std::ptrdiff_t(columns));
      for (std::size_t k = 0; k < rows.size(); ++k) {
        const std::size_t d = k % columns;
        if (moves[d] || rows[k] == first[d]) continue;
        moves[d] = true;
        --still;
      }
    }
  }
  return moves;
}

}  // namespace

float DataShape::quantile(std::size_t d, double part) const {
  const std::vector<float>& values = sorted[d];
  const auto at = static_cast<std::size_t>(part * static_cast<double>(values.size() - 1) + 0.5);
  return values[std::min(at, values.size() - 1)];
}

Result<DataShape> shape_of(std::span<const Stretch> takes, int dimension) {
  const auto columns = static_cast<std::size_t>(dimension);
  std::uint64_t rows = 0;
  for (const Stretch& take : takes)
    rows += take.rows;
  const std::uint64_t every = (rows + kSampledRows - 1) / kSampledRows;
  DataShape shape;
  shape.sorted.resize(columns);
  std::vector<float> row(columns);
  std::uint64_t next = 0;  // of the rows of all takes
  std::uint64_t before = 0;
  for (const Stretch& take : takes) {
    for (; next < before + take.rows; next += every) {
      if (auto read = take.dataset->read(take.first + next - before, row); !read)
        return read.error();
      for (std::size_t d = 0; d < columns; ++d)
        shape.sorted[d].push_back(row[d] * static_cast<float>(kScale));
    }
    before += take.rows;
  }
  for (auto& values : shape.sorted)
    std::sort(values.begin(), values.end());
  const float middle = shape.quantile(0, 0.75) - shape.quantile(0, 0.25);
  shape.dt_spread = std::clamp(middle / kMiddleHalf, kLeastSpread, kMostSpread);
  auto moves = movement_in(takes, columns);
  if (!moves) return moves.error();
  shape.moves = std::move(*moves);
  shape.units.assign(columns, 1.0F);
  shape.units[0] = shape.dt_spread;
  for (std::size_t d = 1; d < columns; ++d)
    if (!shape.moves[d]) shape.units[d] = kConstantSpread;
  return shape;
}

Numbers<float> parameter_scales(const Layout& layout, const DataShape& shape) {
  Numbers<float> scales(layout.count, 1.0F);
  for (std::size_t m = 0; m < layout.mixtures; ++m) {
    const std::size_t column = m * layout.dimension;
    for (std::size_t d = 0; d < layout.dimension; ++d) {
      for (std::size_t unit = 0; unit < layout.units; ++unit)
        scales[layout.head_kernel + unit * layout.outputs + column + d] = shape.units[d];
      scales[layout.head_bias + column + d] = shape.units[d];
    }
  }
  return scales;
}

void fit(Weights& weights, const DataShape& shape) {
  const auto dimension = static_cast<std::size_t>(weights.sizes.dimension);
  const auto mixtures = static_cast<std::size_t>(weights.sizes.mixtures);
  const auto units = static_cast<std::size_t>(weights.sizes.units);
  for (std::size_t m = 0; m < mixtures; ++m) {
    const std::size_t dt = m * dimension;
    for (std::size_t unit = 0; unit < units; ++unit)
      for (std::size_t d = 0; d < dimension; ++d)
        weights.mus.kernel[unit * mixtures * dimension + dt + d] *= shape.units[d];
    // elu(z) + 1 = exp(z) up to 1. The last component is wide enough for rests.
    const float narrow =
        mixtures > 1 ? 1 - static_cast<float>(m) / static_cast<float>(mixtures - 1) : 1;
    weights.sigmas.bias[dt] = narrow * std::log(shape.dt_spread);
    // Another place in the order of values for each dimension: no two components are alike.
    for (std::size_t d = 0; d < dimension; ++d) {
      const double part =
          (static_cast<double>((m + d) % mixtures) + 0.5) / static_cast<double>(mixtures);
      weights.mus.bias[dt + d] = shape.quantile(d, part);
      if (d > 0 && !shape.moves[d]) weights.sigmas.bias[dt + d] = std::log(shape.units[d]);
    }
  }
}

}  // namespace imps::train
