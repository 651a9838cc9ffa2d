#include <vector>

#include <gtest/gtest.h>

#include <imps/model.h>

#include "tests/support/scalar_mdrnn.h"

namespace imps {
namespace {

using test::flat;
using test::random_weights;

const std::vector<double> kControls = {0.25, 0.75};
const FrameView kFrame{0.1, kControls};

class State : public ::testing::Test {
 protected:
  Mdrnn model = Mdrnn::make(random_weights({3, 2, 13, 5}, 1)).value();
};

TEST_F(State, HasHeardNothingAtFirst) {
  const Mdrnn::State state(model);
  EXPECT_FALSE(state.has_mixture());
  EXPECT_EQ(state.values(), std::vector<float>(4 * 13));
  EXPECT_FALSE(Mdrnn::State().has_mixture());
  EXPECT_TRUE(Mdrnn::State().values().empty());
}

TEST_F(State, NamesTheShapeOfItsMixture) {
  Mdrnn::State state(model);
  advance(model, state, kFrame);
  ASSERT_TRUE(state.has_mixture());
  EXPECT_EQ(state.mixture().dimension, 3);
  EXPECT_EQ(state.mixture().mixtures, 5);
  EXPECT_EQ(state.mixture().mus.size(), 15u);
  EXPECT_EQ(state.mixture().sigmas.size(), 15u);
  EXPECT_EQ(state.mixture().logits.size(), 5u);
  EXPECT_EQ(model.dimension(), 3);
}

TEST_F(State, RemembersWhatItHeardUntilItIsReset) {
  Mdrnn::State state(model);
  advance(model, state, kFrame);
  const std::vector<float> first = flat(state.mixture());
  advance(model, state, kFrame);
  EXPECT_NE(flat(state.mixture()), first);
  state.reset();
  EXPECT_FALSE(state.has_mixture());
  EXPECT_EQ(state.values(), std::vector<float>(4 * 13));
  advance(model, state, kFrame);
  EXPECT_EQ(flat(state.mixture()), first);
}

TEST_F(State, GoesBackToACopyOfItself) {
  Mdrnn::State state(model);
  advance(model, state, kFrame);
  const Mdrnn::State kept = state;
  advance(model, state, kFrame);
  const std::vector<float> onward = flat(state.mixture());
  state = kept;
  EXPECT_EQ(state.values(), kept.values());
  advance(model, state, kFrame);
  EXPECT_EQ(flat(state.mixture()), onward);
  EXPECT_NE(state.values(), kept.values());
}

}  // namespace
}  // namespace imps
