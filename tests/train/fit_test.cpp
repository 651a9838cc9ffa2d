#include "train/fit.h"

#include <cmath>

#include <gmock/gmock.h>

#include "tests/train/lesson.h"

namespace imps::train {
namespace {

using ::testing::ElementsAre;

/// A take of `rows` rows, dimension 3: dt 20 ms ± 1 ms, x_1 from 0 to 1, x_2 always 0.25.
Dataset steady(std::uint64_t rows) {
  std::vector<float> values;
  for (std::uint64_t row = 0; row < rows; ++row) {
    const float offset = static_cast<float>(row % 5) - 2;  // -2 … 2
    values.insert(values.end(), {0.02F + 0.0005F * offset,
                                 static_cast<float>(row) / static_cast<float>(rows - 1), 0.25F});
  }
  return Dataset::from_values(3, std::move(values), {{"a", 0, rows}});
}

TEST(Fit, SeesHowTheValuesLie) {
  const Dataset dataset = steady(1001);
  const auto shape = shape_of(test::takes_of(dataset), 3);
  ASSERT_TRUE(shape);
  EXPECT_NEAR(shape->quantile(1, 0), 0, 1e-6);
  EXPECT_NEAR(shape->quantile(1, 0.5), 5, 1e-3);
  EXPECT_NEAR(shape->quantile(1, 1), 10, 1e-6);
  EXPECT_EQ(shape->quantile(2, 0.3), 2.5F);
  // The middle half is 1 ms wide.
  EXPECT_NEAR(shape->dt_spread, 0.01 / 1.349, 1e-4);
  EXPECT_THAT(shape->moves, ElementsAre(true, true, false));
  EXPECT_EQ(shape->units[0], shape->dt_spread);
  EXPECT_EQ(shape->units[1], 1);
  EXPECT_LT(shape->units[2], 0.01) << "next to nothing";
}

TEST(Fit, OfLongDataLooksAtSomeOfEveryTake) {
  const Dataset dataset = steady(70'000);
  const auto shape = shape_of(test::takes_of(dataset), 3);
  ASSERT_TRUE(shape);
  EXPECT_LE(shape->sorted[0].size(), 20'000U);
  EXPECT_GE(shape->sorted[0].size(), 10'000U);
  EXPECT_NEAR(shape->quantile(1, 0.5), 5, 0.01);
  EXPECT_NEAR(shape->quantile(1, 1), 10, 0.01);
}

TEST(Fit, SeesAControlThatMovesOnce) {
  const std::uint64_t rows = 100'000;
  std::vector<float> values(2 * rows, 0.5F);
  values[2 * 77'777 + 1] = 0.51F;
  const Dataset dataset = Dataset::from_values(2, std::move(values), {{"a", 0, rows}});
  const auto shape = shape_of(test::takes_of(dataset), 2);
  ASSERT_TRUE(shape);
  EXPECT_THAT(shape->moves, ElementsAre(false, true));
  EXPECT_EQ(shape->units[1], 1);
}

TEST(Fit, BeginsWithComponentsSpreadOverTheDataAndDtInItsOwnUnits) {
  const Dataset dataset = steady(1001);
  const auto shape = shape_of(test::takes_of(dataset), 3);
  ASSERT_TRUE(shape);
  const Sizes sizes{.dimension = 3, .layers = 2, .units = 4, .mixtures = 2};
  const Weights plain = fresh_weights(sizes, 1);
  Weights fitted = plain;
  fit(fitted, *shape);
  EXPECT_TRUE(check(fitted));
  for (std::size_t m = 0; m < 2; ++m) {
    EXPECT_NEAR(fitted.mus.bias[m * 3], 0.2, 0.01) << "dt";
    EXPECT_NEAR(std::exp(fitted.sigmas.bias[m * 3]), m == 0 ? shape->dt_spread : 1, 1e-6);
    EXPECT_NEAR(fitted.mus.bias[m * 3 + 1], m == 0 ? 7.5 : 2.5, 0.1) << "x_1, the other way round";
    EXPECT_EQ(fitted.mus.bias[m * 3 + 2], 2.5F) << "x_2 has one value";
  }
  const Layout layout(sizes);
  const auto scales = parameter_scales(layout, *shape);
  Numbers<float> before(layout.count);
  Numbers<float> after(layout.count);
  flatten<float>(layout, plain, before);
  flatten<float>(layout, fitted, after);
  // Every weight is in the proportion in which it is to move; biases begin where the data are.
  std::size_t scaled = 0;
  for (std::size_t p = 0; p < layout.head_bias; ++p) {
    EXPECT_NEAR(after[p], before[p] * scales[p], 1e-4 * std::abs(after[p]) + 1e-9) << p;
    scaled += scales[p] != 1 ? 1 : 0;
  }
  EXPECT_EQ(scaled, 2U * 2U * 4) << "means of dt and x_2 of both components, from every unit";
}

}  // namespace
}  // namespace imps::train
