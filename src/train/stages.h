// Which networks a run trains one after another.
#pragma once

#include <functional>
#include <vector>

#include <imps/model.h>
#include <imps/result.h>

#include "train/recipe.h"
#include "train/trainer.h"

namespace imps::train {

/// The networks of a run for one of `sizes`, smallest first, it itself last. As long as a recipe
/// `grows`, a network of half the units comes before it, down to 32.
/// @param recipe_of  the recipe for a network of these sizes; its Error is passed on.
/// @param has_epochs  a number of epochs was asked for: the stages share the last recipe's.
Result<std::vector<Stage>> stages_of(const Sizes& sizes,
                                     const std::function<Result<Recipe>(const Sizes&)>& recipe_of,
                                     bool has_epochs);

}  // namespace imps::train
