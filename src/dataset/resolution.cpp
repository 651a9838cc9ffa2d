#include "dataset/resolution.h"

#include <algorithm>
#include <cmath>

namespace imps {
namespace {

constexpr std::array kSteps{127, 128};
// How far from its place, in steps, a value may be that was written with four decimals.
constexpr float kSlack = 0.0101F;

}  // namespace

void ResolutionFinder::see(float value) noexcept {
  for (std::size_t k = 0; k < kSteps.size(); ++k) {
    const float place = value * static_cast<float>(kSteps[k]);
    fits_[k] = fits_[k] && std::abs(place - std::round(place)) <= kSlack;
  }
}

int ResolutionFinder::steps() const noexcept {
  for (std::size_t k = 0; k < kSteps.size(); ++k)
    if (fits_[k]) return kSteps[k];
  return 0;
}

Result<std::vector<Resolution>> find_resolutions(std::span<const RowRange> ranges, int dimension,
                                                 std::uint64_t most_rows) {
  const auto controls = static_cast<std::size_t>(dimension) - 1;
  std::vector<ResolutionFinder> finders(controls);
  std::vector<Resolution> found(controls);
  std::vector<float> before(controls, NAN);
  const auto see = [&](std::span<const float> row) {
    for (std::size_t k = 0; k < controls; ++k) {
      // NaN, before the first row, differs from all and is below none.
      if (row[k + 1] < before[k] || row[k + 1] > before[k]) ++found[k].moves;
      before[k] = row[k + 1];
      finders[k].see(row[k + 1]);
      found[k].greatest = std::max(found[k].greatest, row[k + 1]);
    }
  };
  for (const RowRange& range : ranges) {
    const std::uint64_t rows = std::min(range.rows, most_rows);
    if (auto read = for_each_row(*range.dataset, range.first, range.first + rows, see); !read)
      return read.error();
    most_rows -= rows;
  }
  for (std::size_t k = 0; k < controls; ++k)
    found[k].steps = finders[k].steps();
  return found;
}

}  // namespace imps
