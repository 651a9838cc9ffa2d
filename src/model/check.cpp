#include <cmath>
#include <cstddef>
#include <string>
#include <utility>

#include <fmt/format.h>

#include <imps/model.h>

namespace imps {
namespace {

// A trained weight is of the order of 1. With weights below this, no sum in a step can leave the
// range of float, so a playing network never meets an infinity or a NaN.
constexpr float kLargestWeight = 1e30f;

Result<void> in_range(const char* what, int value, int least, int most) {
  if (value >= least && value <= most) return {};
  return Error{fmt::format("{}: {}, expected {} to {}", what, value, least, most)};
}

Result<void> check_tensor(const std::string& name, const std::vector<float>& values,
                          std::size_t rows, std::size_t columns) {
  if (values.size() != rows * columns) {
    return Error{fmt::format("tensor {}: {} values, expected {} × {} = {}", name, values.size(),
                             rows, columns, rows * columns)};
  }
  for (std::size_t k = 0; k < values.size(); ++k) {
    if (std::abs(values[k]) <= kLargestWeight) continue;  // false for NaN
    return Error{
        fmt::format("tensor {}: value {} at row {}, column {}, expected a number of at "
                    "most {:g} in size: the model is damaged or its training diverged",
                    name, values[k], k / columns, k % columns, kLargestWeight)};
  }
  return {};
}

}  // namespace

std::string_view size_name(const Sizes& sizes) noexcept {
  struct Named {
    std::string_view name;
    int layers;
    int units;
  };
  static constexpr Named kNames[] = {{"xxs", 2, 16}, {"xs", 2, 32}, {"s", 2, 64},
                                     {"m", 2, 128},  {"l", 2, 256}, {"xl", 3, 512}};
  for (const Named& named : kNames) {
    if (named.layers == sizes.layers && named.units == sizes.units) return named.name;
  }
  return "";
}

Result<void> check(const Weights& weights) {
  const Sizes& sizes = weights.sizes;
  for (const Result<void>& checked :
       {in_range("dimension", sizes.dimension, kMinDimension, kMaxDimension),
        in_range("layers", sizes.layers, 1, kMaxLayers),
        in_range("units", sizes.units, 1, kMaxUnits),
        in_range("mixtures", sizes.mixtures, 1, kMaxMixtures)}) {
    if (!checked) return checked;
  }
  const auto dimension = static_cast<std::size_t>(sizes.dimension);
  const auto units = static_cast<std::size_t>(sizes.units);
  const auto mixtures = static_cast<std::size_t>(sizes.mixtures);
  if (weights.lstm.size() != static_cast<std::size_t>(sizes.layers)) {
    return Error{fmt::format("{} LSTM layers, expected {}", weights.lstm.size(), sizes.layers)};
  }
  for (std::size_t l = 0; l < weights.lstm.size(); ++l) {
    const LstmWeights& layer = weights.lstm[l];
    const std::string name = fmt::format("lstm_{}/", l);
    const std::size_t in = l == 0 ? dimension : units;
    if (auto r = check_tensor(name + "kernel", layer.kernel, in, 4 * units); !r) return r;
    if (auto r = check_tensor(name + "recurrent_kernel", layer.recurrent_kernel, units, 4 * units);
        !r) {
      return r;
    }
    if (auto r = check_tensor(name + "bias", layer.bias, 1, 4 * units); !r) return r;
  }
  const auto check_dense = [&](const std::string& name, const DenseWeights& dense,
                               std::size_t out) -> Result<void> {
    if (auto r = check_tensor(name + "/kernel", dense.kernel, units, out); !r) return r;
    return check_tensor(name + "/bias", dense.bias, 1, out);
  };
  if (auto r = check_dense("mdn_mus", weights.mus, mixtures * dimension); !r) return r;
  if (auto r = check_dense("mdn_sigmas", weights.sigmas, mixtures * dimension); !r) return r;
  return check_dense("mdn_pi", weights.pi, mixtures);
}

}  // namespace imps
