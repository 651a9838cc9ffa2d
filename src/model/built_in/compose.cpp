#include "model/built_in/compose.h"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <span>
#include <vector>

namespace imps {
namespace {

constexpr std::size_t kGates = 4;

/// Where a group's controls and units are in the whole.
struct Groups {
  std::size_t controls;  // of the whole
  std::size_t each;      // controls of a part
  std::size_t units;     // of a part's layer
  std::size_t count;

  [[nodiscard]] std::size_t whole_units() const noexcept { return count * units; }
  [[nodiscard]] std::size_t controls_of(std::size_t group) const noexcept {
    return std::min(each, controls - group * each);
  }
  /// The input, or output, of the whole that is the part's number `d`: 0 is dt.
  [[nodiscard]] std::size_t dimension_of(std::size_t group, std::size_t d) const noexcept {
    return d == 0 ? 0 : 1 + group * each + (d - 1) % controls_of(group);
  }
};

/// Adds a row of a part's kernel [·, 4·units] to a row of the whole's, at the group's units.
void add_gates(std::span<const float> from, std::span<float> to, const Groups& groups,
               std::size_t group) {
  for (std::size_t gate = 0; gate < kGates; ++gate)
    for (std::size_t unit = 0; unit < groups.units; ++unit)
      to[gate * groups.whole_units() + group * groups.units + unit] +=
          from[gate * groups.units + unit];
}

LstmWeights side_by_side(const LstmWeights& part, std::size_t layer, const Groups& groups) {
  const std::size_t from_width = kGates * groups.units;
  const std::size_t to_width = kGates * groups.whole_units();
  const std::size_t part_inputs = layer == 0 ? groups.each + 1 : groups.units;
  const std::size_t inputs = layer == 0 ? groups.controls + 1 : groups.whole_units();
  LstmWeights whole;
  whole.kernel.resize(inputs * to_width);
  whole.recurrent_kernel.resize(groups.whole_units() * to_width);
  whole.bias.resize(to_width);
  const auto row = [](auto& numbers, std::size_t width, std::size_t k) {
    return std::span(numbers).subspan(k * width, width);
  };
  for (std::size_t group = 0; group < groups.count; ++group) {
    for (std::size_t d = 0; d < part_inputs; ++d) {
      const std::size_t to = layer == 0 ? groups.dimension_of(group, d) : group * groups.units + d;
      add_gates(row(part.kernel, from_width, d), row(whole.kernel, to_width, to), groups, group);
    }
    for (std::size_t unit = 0; unit < groups.units; ++unit) {
      add_gates(row(part.recurrent_kernel, from_width, unit),
                row(whole.recurrent_kernel, to_width, group * groups.units + unit), groups, group);
    }
    add_gates(part.bias, whole.bias, groups, group);
  }
  return whole;
}

/// A layer of the head: `components` times a part's dimensions, or 1 for the logits.
DenseWeights joined(const DenseWeights& part, std::size_t components, bool is_logits,
                    const Groups& groups) {
  const std::size_t from_each = is_logits ? 1 : groups.each + 1;
  const std::size_t to_each = is_logits ? 1 : groups.controls + 1;
  const std::size_t from_width = components * from_each;
  const std::size_t to_width = components * to_each;
  DenseWeights whole;
  whole.kernel.resize(groups.whole_units() * to_width);
  whole.bias.resize(to_width);
  const float share = 1 / static_cast<float>(groups.count);
  for (std::size_t group = 0; group < groups.count; ++group) {
    const std::size_t outputs = is_logits ? 1 : groups.controls_of(group) + 1;
    for (std::size_t m = 0; m < components; ++m) {
      for (std::size_t d = 0; d < outputs; ++d) {
        const float times = d == 0 ? share : 1;  // dt and logits are of all groups
        const std::size_t from = m * from_each + d;
        const std::size_t to = m * to_each + groups.dimension_of(group, d);
        whole.bias[to] += times * part.bias[from];
        for (std::size_t unit = 0; unit < groups.units; ++unit)
          whole.kernel[(group * groups.units + unit) * to_width + to] +=
              times * part.kernel[unit * from_width + from];
      }
    }
  }
  return whole;
}

}  // namespace

Weights compose(const Weights& part, int dimension) {
  assert(dimension > part.sizes.dimension && dimension <= kMaxDimension);
  const auto controls = static_cast<std::size_t>(dimension - 1);
  const auto each = static_cast<std::size_t>(part.sizes.dimension - 1);
  const Groups groups{.controls = controls,
                      .each = each,
                      .units = static_cast<std::size_t>(part.sizes.units),
                      .count = (controls + each - 1) / each};
  const auto mixtures = static_cast<std::size_t>(part.sizes.mixtures);
  Weights whole;
  whole.sizes = part.sizes;
  whole.sizes.dimension = dimension;
  whole.sizes.units = static_cast<int>(groups.whole_units());
  for (std::size_t layer = 0; layer < part.lstm.size(); ++layer)
    whole.lstm.push_back(side_by_side(part.lstm[layer], layer, groups));
  whole.mus = joined(part.mus, mixtures, false, groups);
  whole.sigmas = joined(part.sigmas, mixtures, false, groups);
  whole.pi = joined(part.pi, mixtures, true, groups);
  return whole;
}

}  // namespace imps
