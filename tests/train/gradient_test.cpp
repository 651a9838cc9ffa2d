// The backward pass against finite differences, and the fast engine against the plain one.
#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "tests/train/lesson.h"
#include "train/learner.h"

namespace imps::train {
namespace {

constexpr Sizes kSmall{.dimension = 3, .layers = 2, .units = 5, .mixtures = 3};

/// Every derivative of a slice's loss, by central differences.
std::vector<double> differences(Slice<double>& slice, Numbers<double>& parameters) {
  constexpr double kStep = 1e-5;
  std::vector<double> all;
  for (double& parameter : parameters) {
    const double before = parameter;
    parameter = before + kStep;
    const double above = slice.forward(parameters);
    parameter = before - kStep;
    const double below = slice.forward(parameters);
    parameter = before;
    all.push_back((above - below) / (2 * kStep));
  }
  return all;
}

void expect_near(const std::vector<double>& expected, std::span<const double> found,
                 double tolerance) {
  ASSERT_EQ(expected.size(), found.size());
  for (std::size_t k = 0; k < expected.size(); ++k) {
    EXPECT_NEAR(found[k], expected[k], tolerance * std::max(1.0, std::abs(expected[k])))
        << "parameter " << k;
  }
}

struct Parts {
  Layout layout;
  Numbers<double> parameters;
  Slice<double> slice;

  Parts(const Sizes& sizes, const Extent& extent)
      : layout(sizes), parameters(layout.count), slice(layout, extent) {
    flatten<double>(layout, fresh_weights(sizes, 3), parameters);
  }
};

TEST(Backward, AgreesWithFiniteDifferencesForEveryParameter) {
  const Extent extent{.rows = 3, .steps = 4};
  Parts parts(kSmall, extent);
  test::fill_lesson(parts.slice.lesson, parts.layout, extent, 7);
  const auto expected = differences(parts.slice, parts.parameters);
  parts.slice.forward_and_backward(parts.parameters);
  expect_near(expected, parts.slice.gradients(), 1e-6);
}

TEST(Backward, AgreesWithFiniteDifferencesInOneLayerAndInFour) {
  for (const int layers : {1, 4}) {
    const Sizes sizes{.dimension = 2, .layers = layers, .units = 3, .mixtures = 1};
    const Extent extent{.rows = 2, .steps = 5};
    Parts parts(sizes, extent);
    test::fill_lesson(parts.slice.lesson, parts.layout, extent, 8);
    const auto expected = differences(parts.slice, parts.parameters);
    parts.slice.forward_and_backward(parts.parameters);
    expect_near(expected, parts.slice.gradients(), 1e-6);
  }
}

TEST(Backward, LeavesOutFramesThatDoNotCount) {
  const Extent extent{.rows = 3, .steps = 4};
  Parts parts(kSmall, extent);
  test::fill_lesson(parts.slice.lesson, parts.layout, extent, 9, 3);
  const auto expected = differences(parts.slice, parts.parameters);
  parts.slice.forward_and_backward(parts.parameters);
  expect_near(expected, parts.slice.gradients(), 1e-6);
}

TEST(Backward, GoesThroughTheSameMasksAsForward) {
  const Extent extent{.rows = 3, .steps = 4};
  Parts parts(kSmall, extent);
  test::fill_lesson(parts.slice.lesson, parts.layout, extent, 10);
  parts.slice.lesson.drops = true;
  for (std::size_t k = 0; k < parts.slice.lesson.kept.size(); ++k)
    parts.slice.lesson.kept[k] = k % 3 == 0 ? 0 : 1.5;
  const auto expected = differences(parts.slice, parts.parameters);
  parts.slice.forward_and_backward(parts.parameters);
  expect_near(expected, parts.slice.gradients(), 1e-6);
}

TEST(Backward, OfAnEmptySliceIsZero) {
  const Extent most{.rows = 3, .steps = 4};
  Parts parts(kSmall, most);
  test::fill_lesson(parts.slice.lesson, parts.layout, most, 10);
  parts.slice.forward_and_backward(parts.parameters);
  parts.slice.lesson.extent.rows = 0;
  EXPECT_EQ(parts.slice.forward_and_backward(parts.parameters), 0);
  for (const double value : parts.slice.gradients())
    ASSERT_EQ(value, 0);
}

// The float kernels run on vectors, the double ones number by number: widths beside every vector
// length show what a wrong tail would do. 2e-4 of the largest derivative: a sum over 60 frames of
// products of a dozen floats, each good to 4e-7.
class FastEngine : public testing::TestWithParam<Sizes> {};

TEST_P(FastEngine, AgreesWithThePlainOne) {
  const Sizes sizes = GetParam();
  const Layout layout(sizes);
  const Weights weights = fresh_weights(sizes, 4);
  const Extent extent{.rows = 6, .steps = 10};
  Numbers<double> plain_parameters(layout.count);
  Numbers<float> fast_parameters(layout.count);
  flatten<double>(layout, weights, plain_parameters);
  flatten<float>(layout, weights, fast_parameters);
  Slice<double> plain(layout, extent);
  Slice<float> fast(layout, extent);
  test::fill_lesson(plain.lesson, layout, extent, 11, 7);
  test::fill_lesson(fast.lesson, layout, extent, 11, 7);
  const double expected = plain.forward_and_backward(plain_parameters);
  EXPECT_NEAR(fast.forward_and_backward(fast_parameters), expected, 1e-5 * std::abs(expected));
  double most = 0;
  for (const double value : plain.gradients())
    most = std::max(most, std::abs(value));
  for (std::size_t k = 0; k < layout.count; ++k)
    ASSERT_NEAR(fast.gradients()[k], plain.gradients()[k], 2e-4 * most) << "parameter " << k;
}

INSTANTIATE_TEST_SUITE_P(
    Sizes, FastEngine,
    testing::Values(Sizes{.dimension = 2, .layers = 1, .units = 1, .mixtures = 1},
                    Sizes{.dimension = 3, .layers = 2, .units = 7, .mixtures = 2},
                    Sizes{.dimension = 4, .layers = 2, .units = 16, .mixtures = 5},
                    Sizes{.dimension = 9, .layers = 3, .units = 33, .mixtures = 5},
                    Sizes{.dimension = 17, .layers = 1, .units = 64, .mixtures = 16}),
    [](const auto& test) {
      return "Dimension" + std::to_string(test.param.dimension) + "Units" +
             std::to_string(test.param.units);
    });

TEST(Learner, LearnsTheSameBitsWithAnyNumberOfThreads) {
  const Sizes sizes{.dimension = 4, .layers = 2, .units = 24, .mixtures = 5};
  const Weights weights = fresh_weights(sizes, 5);
  std::vector<Numbers<float>> found;
  for (const int threads : {1, 2, 3, 5}) {
    Learner<float> learner(weights,
                           {.batch = {.rows = 20, .steps = 6}, .slice_rows = 4, .threads = threads},
                           {.clip = 1, .average_steps = 10});
    for (std::uint64_t batch = 0; batch < 4; ++batch) {
      const auto step = learner.learn(
          [&](std::size_t slice, Lesson<float>& lesson) {
            return test::fill_lesson(lesson, learner.layout(), {.rows = 4, .steps = 6},
                                     batch * 10 + slice, 5);
          },
          0.01);
      ASSERT_TRUE(step.taken);
    }
    found.push_back(learner.state.parameters);
  }
  for (const auto& parameters : found)
    EXPECT_EQ(parameters, found.front());
}

TEST(Learner, TakesNoStepWhenANumberIsNotFinite) {
  const Sizes sizes{.dimension = 2, .layers = 1, .units = 4, .mixtures = 2};
  Learner<float> learner(fresh_weights(sizes, 6),
                         {.batch = {.rows = 2, .steps = 3}, .slice_rows = 2, .threads = 1}, {});
  const Numbers<float> before = learner.state.parameters;
  const auto step = learner.learn(
      [&](std::size_t, Lesson<float>& lesson) {
        const double weight =
            test::fill_lesson(lesson, learner.layout(), {.rows = 2, .steps = 3}, 1);
        lesson.targets[0] = std::numeric_limits<float>::infinity();
        return weight;
      },
      0.01);
  EXPECT_FALSE(step.taken);
  EXPECT_EQ(learner.state.parameters, before);
  EXPECT_EQ(learner.state.steps, 0U);
}

}  // namespace
}  // namespace imps::train
