#include "session/cloud.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

#include <imps/model.h>

namespace imps {
namespace {

/// Most that is looked through for the heaviest.
constexpr std::size_t kMostLooked = 64;

}  // namespace

Cloud cloud_of(const Outlook& outlook) noexcept {
  const MixtureView& mixture = outlook.mixture;
  Cloud cloud;
  cloud.base = outlook.base;
  cloud.due = outlook.due;
  std::array<std::size_t, kMostLooked> order;
  const std::size_t all =
      std::min<std::size_t>(static_cast<std::size_t>(mixture.mixtures), kMostLooked);
  std::iota(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(all), std::size_t{0});
  cloud.mixtures = std::min(all, Cloud::kMostMixtures);
  std::partial_sort(
      order.begin(), order.begin() + static_cast<std::ptrdiff_t>(cloud.mixtures),
      order.begin() + static_cast<std::ptrdiff_t>(all),
      [&](std::size_t a, std::size_t b) { return mixture.logits[a] > mixture.logits[b]; });
  const auto dimension = static_cast<std::size_t>(mixture.dimension);
  cloud.controls = std::min(dimension - 1, Cloud::kMostControls);
  float sum = 0;
  for (std::size_t k = 0; k < all; ++k)
    sum += std::exp(mixture.logits[order[k]] - mixture.logits[order[0]]);
  for (std::size_t k = 0; k < cloud.mixtures; ++k) {
    const std::size_t m = order[k];
    const auto of = [&](std::size_t d) {
      const std::size_t at = m * dimension + d;
      return std::array{mixture.mus[at] / static_cast<float>(kScale),
                        mixture.sigmas[at] / static_cast<float>(kScale)};
    };
    cloud.weights[k] = std::exp(mixture.logits[m] - mixture.logits[order[0]]) / sum;
    cloud.dt[k] = of(0);
    for (std::size_t d = 0; d < cloud.controls; ++d)
      cloud.values[d][k] = of(d + 1);
  }
  return cloud;
}

}  // namespace imps
