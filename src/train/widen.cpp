#include "train/widen.h"

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

namespace imps::train {
namespace {

constexpr std::size_t kGates = 4;

/// For each gate the first rows and columns of `wide` [rows, gates, columns] become those of
/// `narrow`; below them, the old columns are 0.
void nest(std::span<const float> narrow, std::size_t narrow_rows, std::size_t narrow_columns,
          std::span<float> wide, std::size_t wide_rows, std::size_t wide_columns,
          std::size_t gates) {
  for (std::size_t row = 0; row < wide_rows; ++row) {
    for (std::size_t gate = 0; gate < gates; ++gate) {
      float* const to = &wide[(row * gates + gate) * wide_columns];
      if (row < narrow_rows)
        std::copy_n(&narrow[(row * gates + gate) * narrow_columns], narrow_columns, to);
      else
        std::fill_n(to, narrow_columns, 0.0F);
    }
  }
}

}  // namespace

Weights widened(const Weights& narrow, const Weights& wide) {
  Weights both = wide;
  const auto dimension = static_cast<std::size_t>(narrow.sizes.dimension);
  const auto units = static_cast<std::size_t>(narrow.sizes.units);
  const auto more = static_cast<std::size_t>(wide.sizes.units);
  for (std::size_t layer = 0; layer < both.lstm.size(); ++layer) {
    const LstmWeights& from = narrow.lstm[layer];
    LstmWeights& to = both.lstm[layer];
    nest(from.kernel, layer == 0 ? dimension : units, units, to.kernel,
         layer == 0 ? dimension : more, more, kGates);
    nest(from.recurrent_kernel, units, units, to.recurrent_kernel, more, more, kGates);
    nest(from.bias, 1, units, to.bias, 1, more, kGates);
  }
  for (const auto head : {&Weights::mus, &Weights::sigmas, &Weights::pi}) {
    const std::size_t columns = (narrow.*head).bias.size();
    nest((narrow.*head).kernel, units, columns, (both.*head).kernel, more, columns, 1);
    (both.*head).bias = (narrow.*head).bias;
  }
  return both;
}

}  // namespace imps::train
