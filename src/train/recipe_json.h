// Recipes in JSON: between the programs, in checkpoints and on model cards.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include <imps/result.h>

#include "train/recipe.h"

namespace imps::train {

/// Every field, by its name here.
nlohmann::ordered_json recipe_json(const Recipe& recipe);

/// Replaces the fields of `recipe` that are in `fields`. Refuses what it does not know, what is of
/// the wrong type, and values that make no sense, with the field.
Result<void> change_recipe(const nlohmann::ordered_json& fields, Recipe& recipe);

}  // namespace imps::train
