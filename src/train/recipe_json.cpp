#include "train/recipe_json.h"

#include <cmath>
#include <limits>
#include <type_traits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace imps::train {
namespace {

using Json = nlohmann::ordered_json;

/// Calls body(name, field, least, most) for every number of a recipe.
template <class AnyRecipe, class Body>
void for_each_number(AnyRecipe& r, const Body& body) {
  constexpr double kAny = 1e15;
  body("steps", r.steps, 1, 10'000);
  body("batch", r.batch, 1, 65'536);
  body("slice", r.slice, 1, 4096);
  body("rate", r.rate, 1e-12, 10);
  body("warm_up", r.warm_up, 0, kAny);
  body("last_rate", r.last_rate, 0, 1);
  body("beta2", r.beta2, 0, 0.999999);
  body("clip", r.clip, 0, kAny);
  body("weight_decay", r.weight_decay, 0, 1000);
  body("average_steps", r.average_steps, 0, kAny);
  body("dropout", r.dropout, 0, 0.95);
  body("dither", r.dither, 0, 100);
  body("dither_anew", r.dither_anew, 0, 1);
  body("mirror", r.mirror, 0, 1);
  body("shift", r.shift, 0, 1);
  body("fit_dt", r.fit_dt, 0, 1);
  body("grows", r.grows, 0, 1);
  body("long_dt", r.long_dt, 0, kAny);
  body("epoch_batches", r.epoch_batches, 1, kAny);
  body("epochs", r.epochs, 1, kAny);
  body("least_batches", r.least_batches, 0, kAny);
  body("most_batches", r.most_batches, 0, kAny);
  body("patience", r.patience, 0, 1e9);
}

}  // namespace

Json recipe_json(const Recipe& recipe) {
  Json json = {{"name", recipe.name},
               {"windows", recipe.windows == Windows::every_row ? "every_row" : "random_offsets"},
               {"schedule", recipe.schedule == Schedule::constant ? "constant" : "cosine"}};
  for_each_number(recipe,
                  [&](const char* name, const auto& value, double, double) { json[name] = value; });
  return json;
}

Result<void> change_recipe(const Json& fields, Recipe& recipe) {
  if (!fields.is_object()) return Error{"a recipe is an object of fields"};
  std::size_t used = 0;
  const auto choose = [&](const char* name, const char* other, const char* one, auto& field,
                          auto of_other, auto of_one) -> Result<void> {
    const auto found = fields.find(name);
    if (found == fields.end()) return {};
    ++used;
    if (*found == other)
      field = of_other;
    else if (*found == one)
      field = of_one;
    else
      return Error{
          fmt::format("{}: {}, expected \"{}\" or \"{}\"", name, found->dump(), other, one)};
    return {};
  };
  for (auto done : {choose("windows", "every_row", "random_offsets", recipe.windows,
                           Windows::every_row, Windows::random_offsets),
                    choose("schedule", "constant", "cosine", recipe.schedule, Schedule::constant,
                           Schedule::cosine)}) {
    if (!done) return done.error();
  }
  if (const auto found = fields.find("name"); found != fields.end()) {
    if (!found->is_string()) return Error{"name: expected a text"};
    recipe.name = found->get<std::string>();
    ++used;
  }
  std::string error;
  for_each_number(recipe, [&](const char* name, auto& field, double least, double most) {
    const auto found = fields.find(name);
    if (found == fields.end()) return;
    ++used;
    using Field = std::remove_reference_t<decltype(field)>;
    const double value = found->is_number() ? found->template get<double>() : NAN;
    if (!(value >= least && value <= most) ||
        (std::is_integral_v<Field> && value != std::floor(value))) {
      if (error.empty())
        error = fmt::format("{}: {}, expected {} from {:g} to {:g}", name, found->dump(),
                            std::is_integral_v<Field> ? "a whole number" : "a number", least, most);
      return;
    }
    field = static_cast<Field>(value);
  });
  if (!error.empty()) return Error{error};
  if (used == fields.size()) return {};
  const Json known = recipe_json(recipe);
  for (const auto& [name, value] : fields.items())
    if (!known.contains(name)) return Error{fmt::format("{}: no recipe has such a field", name)};
  return {};
}

}  // namespace imps::train
