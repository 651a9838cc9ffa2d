#include "train/recipe.h"

namespace imps::train {

Recipe default_recipe(const Sizes& sizes) {
  Recipe recipe;
  // Larger networks want smaller steps.
  recipe.rate = sizes.units <= 32    ? 1.6e-2
                : sizes.units <= 64  ? 1e-2
                : sizes.units <= 128 ? 8e-3
                : sizes.units <= 256 ? 5e-3
                                     : 3e-3;
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
          .mirror = 0,
          .shift = 0,
          .long_dt = 0,
          .epoch_batches = 1,
          .epochs = 100,
          .least_batches = 0,
          .patience = 10};
}

}  // namespace imps::train
