#include "train/recipe.h"

#include <algorithm>

namespace imps::train {
namespace {

constexpr double kLeastBatches = 2'000;
constexpr double kEnough = 20'000;

}  // namespace

Recipe default_recipe(const Sizes& sizes, std::uint64_t rows) {
  Recipe recipe;
  // Larger networks want smaller steps, and so do networks that are small for their controls.
  const double by_size = sizes.units <= 32    ? 1.6e-2
                         : sizes.units <= 128 ? 1.2e-2
                         : sizes.units <= 256 ? 5e-3
                                              : 3e-3;
  const double by_controls = 2e-3 * sizes.units / (sizes.dimension - 1);
  recipe.rate = std::min(by_size, by_controls);
  // The larger the network, the sooner it knows few rows by heart: the rate is to have come down by
  // then.
  const double passes = 48'000.0 / sizes.units;
  const double batches = passes * static_cast<double>(rows) / (recipe.batch * recipe.steps);
  recipe.least_batches = static_cast<std::uint64_t>(std::clamp(batches, kLeastBatches, kEnough));
  // Where that is soon, what a smaller network has found is a better beginning than chance.
  recipe.grows = batches < kEnough ? 1 : 0;
  return recipe;
}

Recipe impsy_recipe() {
  return {.name = "impsy",
          .windows = Windows::every_row,
          .steps = 50,
          .batch = 64,
          .slice = 8,
          .rate = 1e-3,
          .schedule = Schedule::constant,
          .warm_up = 0,
          .last_rate = 1,
          .beta2 = 0.999,
          .clip = 0,
          .average_steps = 0,
          .dither = 0,
          .dither_anew = 0,
          .mirror = 0,
          .shift = 0,
          .fit_dt = 0,
          .long_dt = 0,
          .epoch_batches = 1,
          .epochs = 100,
          .least_batches = 0,
          .patience = 10};
}

}  // namespace imps::train
