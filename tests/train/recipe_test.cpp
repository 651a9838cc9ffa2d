#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "train/recipe_json.h"

namespace imps::train {
namespace {

using Json = nlohmann::ordered_json;

TEST(Recipe, SurvivesJson) {
  for (const Recipe& recipe : {impsy_recipe(), default_recipe({4, 2, 64, 5}, 10'000)}) {
    Recipe read;
    ASSERT_TRUE(change_recipe(recipe_json(recipe), read));
    EXPECT_EQ(read, recipe);
  }
}

TEST(Recipe, RefusesWhatItDoesNotKnowAndWhatMakesNoSense) {
  for (const char* text :
       {R"({"rte":0.1})", R"({"rate":"fast"})", R"({"rate":-1})", R"({"rate":null})",
        R"({"batch":0})", R"({"batch":1.5})", R"({"dropout":1})", R"({"schedule":"never"})", "[]",
        R"({"windows":3})", R"({"epochs":1e30})"}) {
    Recipe recipe;
    EXPECT_FALSE(change_recipe(Json::parse(text), recipe)) << text;
  }
}

TEST(Recipe, OfImpsyIsWhatImpsyDoes) {
  const Recipe recipe = impsy_recipe();
  EXPECT_EQ(recipe.windows, Windows::every_row);
  EXPECT_EQ(recipe.steps, 50);
  EXPECT_EQ(recipe.batch, 64);
  EXPECT_EQ(recipe.rate, 1e-3);
  EXPECT_EQ(recipe.clip, 0);
  EXPECT_EQ(recipe.patience, 10);
}

}  // namespace
}  // namespace imps::train
