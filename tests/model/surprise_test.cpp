// The choice among futures by how likely they are.
#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <imps/surprise.h>

#include "model/density.h"

namespace imps::test {
namespace {

// dt and two controls in ×10 units; three components that overlap.
const std::vector<float> kMus{2, 3, 7, 4, 6, 3, 1, 5, 5};
const std::vector<float> kSigmas{1, 1, 1.5F, 2, 1, 2, 0.5F, 2, 0.7F};
const std::vector<float> kLogits{0, 0.5F, -0.5F};
const MixtureView kThree{3, 3, kMus, kSigmas, kLogits};
constexpr Temperatures kAsItIs{.sigma = 1, .pi = 1};

Frame future(double surprise, std::uint64_t n, const Conditions& conditions = {},
             const Temperatures& temperatures = kAsItIs) {
  Uniforms uniforms(5, 0, n);
  Frame frame;
  sample(kThree, temperatures, conditions, surprise, uniforms, frame);
  return frame;
}

bool are_same(const Frame& a, const Frame& b) {
  return a.dt == b.dt && std::ranges::equal(a.controls(), b.controls());
}

double likelihood(const Frame& frame) {
  const auto x = frame.controls();
  return log_density(kThree, std::array{frame.dt * kScale, x[0] * kScale, x[1] * kScale});
}

double mean_likelihood(double surprise, const Conditions& conditions = {}) {
  constexpr std::uint64_t kDraws = 2000;
  double sum = 0;
  for (std::uint64_t n = 0; n < kDraws; ++n)
    sum += likelihood(future(surprise, n, conditions));
  return sum / kDraws;
}

TEST(Surprise, InTheMiddleIsSample) {
  for (std::uint64_t n = 0; n < 100; ++n) {
    Uniforms uniforms(5, 0, n);
    Frame frame;
    sample(kThree, kAsItIs, uniforms, frame);
    EXPECT_TRUE(are_same(future(0.5, n), frame));
  }
}

TEST(Surprise, AtItsEndsTakesTheLikeliestAndTheRarestOfSixteenDraws) {
  for (std::uint64_t n = 0; n < 100; ++n) {
    std::vector<Frame> all(kFutures);
    Uniforms uniforms(5, 0, n);
    for (Frame& one : all)
      sample(kThree, kAsItIs, uniforms, one);
    const auto rarer = [](const Frame& a, const Frame& b) { return likelihood(a) < likelihood(b); };
    EXPECT_TRUE(are_same(future(0, n), *std::ranges::max_element(all, rarer)));
    EXPECT_TRUE(are_same(future(1, n), *std::ranges::min_element(all, rarer)));
  }
}

TEST(Surprise, MakesWhatIsPlayedEvenlyRarer) {
  double before = mean_likelihood(0);
  for (const double surprise : {0.15, 0.3, 0.499, 0.501, 0.7, 0.85, 1.0}) {
    const double now = mean_likelihood(surprise);
    if (surprise == 0.501) {
      EXPECT_NEAR(now, before, 0.15) << "about the middle it is as in the middle";
    } else {
      EXPECT_LT(now, before) << surprise;
    }
    before = now;
  }
  EXPECT_NEAR(mean_likelihood(0.499), mean_likelihood(0.5), 0.15);
}

TEST(Surprise, KeepsToTheConditions) {
  constexpr std::array kSteps{0.25, 0.5, 0.75};
  Conditions conditions;
  conditions.held.set(0);
  conditions.values[0] = 0.9;
  conditions.limited.set(1);
  conditions.limits[1] = {.least = 0.2, .most = 0.6, .steps = kSteps};
  conditions.dt_least = 0.3;
  conditions.dt_most = 0.5;
  for (const double surprise : {0.0, 0.2, 0.9, 1.0}) {
    for (std::uint64_t n = 0; n < 200; ++n) {
      const Frame frame = future(surprise, n, conditions);
      EXPECT_EQ(frame.controls()[0], 0.9);
      EXPECT_TRUE(frame.controls()[1] == 0.25 || frame.controls()[1] == 0.5);
      EXPECT_TRUE(frame.dt >= 0.3 && frame.dt <= 0.5);
    }
  }
  EXPECT_GT(mean_likelihood(0, conditions), mean_likelihood(1, conditions));
}

TEST(Surprise, TakesAlwaysAsManyNumbers) {
  Uniforms used(3, 1, 4);
  Frame frame;
  sample(kThree, kAsItIs, {}, 0.8, used, frame);
  Uniforms fresh(3, 1, 4);
  for (int k = 0; k < 1 + kFutures * 4; ++k)
    fresh.next();
  EXPECT_EQ(used.next(), fresh.next());
}

// However wild a network is, and however far from it a frame.
RC_GTEST_PROP(Surprise, AlwaysGivesWhatCanBePlayed, ()) {
  const auto number = rc::gen::map(rc::gen::inRange(-1000, 1001), [](int n) {
    return static_cast<float>(std::copysign(std::pow(1.08, std::abs(n)) - 1, n));
  });
  const auto mus = *rc::gen::container<std::vector<float>>(6, number);
  auto sigmas = *rc::gen::container<std::vector<float>>(6, number);
  for (float& sigma : sigmas)
    sigma = std::abs(sigma) + 1e-30F;
  const auto logits = *rc::gen::container<std::vector<float>>(2, number);
  const double surprise = *rc::gen::inRange(0, 11) * 0.1;
  Uniforms uniforms(1, 0, *rc::gen::arbitrary<std::uint64_t>());
  Frame frame;
  sample({3, 2, mus, sigmas, logits}, kAsItIs, {}, surprise, uniforms, frame);
  RC_ASSERT(std::isfinite(frame.dt) && frame.dt >= 0.001);
  for (const double x : frame.controls())
    RC_ASSERT(x >= 0 && x <= 1);
}

}  // namespace
}  // namespace imps::test
