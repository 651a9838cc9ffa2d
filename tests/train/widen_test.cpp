#include "train/widen.h"

#include <vector>

#include <gtest/gtest.h>

#include "tests/train/lesson.h"
#include "train/layout.h"
#include "train/learner.h"

namespace imps::train {
namespace {

constexpr Extent kExtent{.rows = 8, .steps = 30};

Learner<double> learner_of(const Weights& weights) {
  return {weights, {.batch = kExtent, .slice_rows = 8, .threads = 1}, {}};
}

Learner<double>::Fill fill(const Layout& layout) {
  return [&layout](std::size_t, Lesson<double>& lesson) {
    return test::fill_lesson(lesson, layout, kExtent, 3);
  };
}

TEST(WidenedNetwork, SaysWhatTheNarrowOneSays) {
  for (const int more : {7, 8, 20}) {
    const Sizes sizes{.dimension = 4, .layers = 3, .units = 7, .mixtures = 3};
    Sizes larger = sizes;
    larger.units = more;
    const Weights narrow = fresh_weights(sizes, 1);
    const Weights wide = widened(narrow, fresh_weights(larger, 2));
    ASSERT_TRUE(check(wide));
    Learner<double> one = learner_of(narrow);
    Learner<double> other = learner_of(wide);
    // Sums of zeros in another order: the last bits may differ.
    EXPECT_NEAR(one.measure(1, fill(one.layout()), one.state.parameters),
                other.measure(1, fill(other.layout()), other.state.parameters), 1e-12)
        << more << " units";
  }
}

TEST(WidenedNetwork, CanLearnWithItsNewUnits) {
  const Sizes sizes{.dimension = 3, .layers = 2, .units = 4, .mixtures = 2};
  Sizes larger = sizes;
  larger.units = 8;
  Learner<double> learner = learner_of(widened(fresh_weights(sizes, 1), fresh_weights(larger, 2)));
  learner.learn(fill(learner.layout()), 1e-3);
  const auto gradient = learner.gradient();
  const Layout& layout = learner.layout();
  for (std::size_t unit = 4; unit < 8; ++unit)
    for (std::size_t k = 0; k < layout.outputs; ++k)
      EXPECT_NE(gradient[layout.head_kernel + unit * layout.outputs + k], 0);
}

}  // namespace
}  // namespace imps::train
