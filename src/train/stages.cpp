#include "train/stages.h"

#include <algorithm>
#include <cstdint>

namespace imps::train {
namespace {

constexpr int kLeastUnits = 32;

}  // namespace

Result<std::vector<Stage>> stages_of(const Sizes& sizes,
                                     const std::function<Result<Recipe>(const Sizes&)>& recipe_of,
                                     bool has_epochs) {
  std::vector<Stage> stages;
  Sizes next = sizes;
  for (;;) {
    auto recipe = recipe_of(next);
    if (!recipe) return recipe.error();
    const bool grows = recipe->grows > 0;
    stages.push_back({next, std::move(*recipe)});
    next.units /= 2;
    if (!grows || next.units < kLeastUnits) break;
  }
  std::reverse(stages.begin(), stages.end());
  if (!has_epochs) return stages;
  const std::uint64_t epochs = stages.back().recipe.epochs;
  if (epochs < stages.size()) stages.erase(stages.begin(), stages.end() - 1);
  const std::uint64_t each = epochs / stages.size();
  for (Stage& stage : stages)
    stage.recipe.epochs = each;
  stages.back().recipe.epochs = epochs - each * (stages.size() - 1);
  return stages;
}

}  // namespace imps::train
