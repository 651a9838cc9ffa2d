// Draws that agree with conditions, against asking sample() until its frame fits.
#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <imps/conditions.h>

namespace imps::test {
namespace {

// A mixture that owns its numbers, in ×10 units.
struct Mixture {
  int dimension;
  std::vector<float> mus;
  std::vector<float> sigmas;
  std::vector<float> logits;

  [[nodiscard]] MixtureView view() const {
    return {dimension, static_cast<int>(logits.size()), mus, sigmas, logits};
  }
};

// dt and two controls; three components that overlap.
const Mixture kMixture{
    3, {2, 3, 7, 4, 6, 3, 1, 5, 5}, {1, 1, 1.5F, 2, 1, 2, 0.5F, 2, 0.7F}, {0, 0.5F, -0.5F}};

using Column = std::vector<double>;
/// dt and each control, one column each.
using Table = std::array<Column, 3>;

void add(Table& table, const Frame& frame) {
  table[0].push_back(frame.dt);
  table[1].push_back(frame.controls()[0]);
  table[2].push_back(frame.controls()[1]);
}

Table drawn(const Conditions& conditions, const Temperatures& temperatures, int count) {
  Table table;
  Frame frame;
  for (int n = 0; n < count; ++n) {
    Uniforms uniforms(1, 0, static_cast<std::uint64_t>(n));
    sample(kMixture.view(), temperatures, conditions, uniforms, frame);
    add(table, frame);
  }
  return table;
}

/// What sample() gives that `fits`, as often as asked.
Table rejected(const std::function<bool(const Frame&)>& fits, const Temperatures& temperatures,
               std::size_t count) {
  Table table;
  Frame frame;
  for (std::uint64_t n = 0; table[0].size() < count && n < 30'000'000; ++n) {
    Uniforms uniforms(2, 0, n);
    sample(kMixture.view(), temperatures, uniforms, frame);
    if (fits(frame)) add(table, frame);
  }
  EXPECT_EQ(table[0].size(), count) << "too few fit to compare with";
  return table;
}

/// The largest difference of the two distribution functions (Kolmogorov and Smirnov).
double distance(Column a, Column b) {
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  double largest = 0;
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.size() && j < b.size()) {
    const double at = std::min(a[i], b[j]);
    while (i < a.size() && a[i] <= at)
      ++i;
    while (j < b.size() && b[j] <= at)
      ++j;
    largest = std::max(largest, std::abs(static_cast<double>(i) / static_cast<double>(a.size()) -
                                         static_cast<double>(j) / static_cast<double>(b.size())));
  }
  return largest;
}

/// Of two samples of n and m from one distribution it is below this in 999 of 1000 cases; and what
/// is wrong by more than a hundredth is seen.
double usual(const Column& a, const Column& b) {
  const auto n = static_cast<double>(a.size());
  const auto m = static_cast<double>(b.size());
  return 1.95 * std::sqrt((n + m) / (n * m));
}

void expect_alike(const Table& a, const Table& b, const std::vector<std::size_t>& columns) {
  for (const std::size_t d : columns)
    EXPECT_LT(distance(a[d], b[d]), usual(a[d], b[d])) << "dimension " << d;
}

TEST(Conditions, ThatAreNoneGiveWhatSampleGives) {
  for (std::uint64_t n = 0; n < 200; ++n) {
    Uniforms one(3, 0, n);
    Uniforms other(3, 0, n);
    Frame a;
    Frame b;
    sample(kMixture.view(), {.sigma = 0.5}, one, a);
    sample(kMixture.view(), {.sigma = 0.5}, Conditions{}, other, b);
    EXPECT_EQ(a.dt, b.dt);
    EXPECT_TRUE(std::ranges::equal(a.controls(), b.controls()));
    EXPECT_EQ(one.next(), other.next());
  }
}

TEST(Conditions, WithAControlHeldGiveTheConditionalDistribution) {
  Conditions conditions;
  conditions.held.set(0);
  conditions.values[0] = 0.55;
  const Temperatures whole{.sigma = 1, .pi = 1};
  const Table ours = drawn(conditions, whole, 40'000);
  const Table theirs =
      rejected([](const Frame& frame) { return std::abs(frame.controls()[0] - 0.55) < 0.004; },
               whole, 40'000);
  expect_alike(ours, theirs, {0, 2});
  EXPECT_TRUE(std::ranges::all_of(ours[1], [](double x) { return x == 0.55; }));
  // It makes a difference: the test would see a hand that is not looked at.
  const Table deaf = drawn({}, whole, 40'000);
  EXPECT_GT(distance(deaf[2], theirs[2]), 3 * usual(deaf[2], theirs[2]));
}

TEST(Conditions, OnTimeThatHasPassedTruncateDt) {
  for (const double sigma : {1.0, 0.3}) {
    const Temperatures temperatures{.sigma = sigma, .pi = 0.7};
    const Conditions conditions{.dt_least = 0.35, .dt_most = 0.6};
    expect_alike(drawn(conditions, temperatures, 30'000),
                 rejected([](const Frame& frame) { return frame.dt >= 0.35 && frame.dt <= 0.6; },
                          temperatures, 30'000),
                 {0, 1, 2});
  }
}

TEST(Conditions, OfLimitsTruncateAndLeaveTheEndsAsTheyAre) {
  Conditions conditions;
  conditions.limited.set(0).set(1);
  conditions.limits[0] = {.least = 0.3, .most = 0.45};
  conditions.limits[1] = {.least = 0, .most = 0.4};  // what is clamped to 0 stays there
  const Temperatures temperatures{.sigma = 2, .pi = 1.5};
  expect_alike(drawn(conditions, temperatures, 30'000),
               rejected(
                   [](const Frame& frame) {
                     const auto x = frame.controls();
                     return x[0] >= 0.3 && x[0] <= 0.45 && x[1] <= 0.4;
                   },
                   temperatures, 30'000),
               {0, 1, 2});
}

TEST(Conditions, OfStepsConcentrateOnThem) {
  const std::array steps{0.1, 0.3, 0.35, 0.7, 0.9};
  Conditions conditions;
  conditions.limited.set(0);
  conditions.limits[0] = {.least = 0.2, .steps = steps};
  const Temperatures temperatures{.sigma = 1.3, .pi = 1};
  const Table ours = drawn(conditions, temperatures, 30'000);
  Table theirs = rejected(
      [&](const Frame& frame) {
        const double x = frame.controls()[0];
        return x > 0.2 &&
               std::ranges::any_of(steps, [x](double step) { return std::abs(x - step) < 0.002; });
      },
      temperatures, 30'000);
  for (double& x : theirs[1])
    x = *std::ranges::min_element(steps, {}, [x](double step) { return std::abs(step - x); });
  expect_alike(ours, theirs, {0, 1, 2});
}

TEST(Conditions, GiveOneDimensionASigmaTemperatureOfItsOwn) {
  Conditions conditions;
  conditions.limited.set(1);
  conditions.limits[1] = {.sigma = 0};
  Frame frame;
  for (std::uint64_t n = 0; n < 100; ++n) {
    Uniforms uniforms(1, 0, n);
    sample(kMixture.view(), {.sigma = 1}, conditions, uniforms, frame);
    const double x = frame.controls()[1];
    EXPECT_TRUE(x == 0.7F || std::abs(x - 0.3) < 1e-12 || std::abs(x - 0.5) < 1e-12 ||
                std::abs(x - 0.7) < 1e-12)
        << x;
  }
}

TEST(Conditions, HoldForAnyMixture) {
  EXPECT_TRUE(rc::check([] {
    const int dimension = *rc::gen::inRange(2, 9);
    const int mixtures = *rc::gen::inRange(1, 6);
    const auto count = static_cast<std::size_t>(dimension * mixtures);
    const auto numbers = [](std::size_t n, int least, int most, float unit) {
      std::vector<float> all;
      for (std::size_t k = 0; k < n; ++k)
        all.push_back(static_cast<float>(*rc::gen::inRange(least, most)) * unit);
      return all;
    };
    // Means far outside, and spreads from next to nothing.
    Mixture mixture{dimension, numbers(count, -3000, 3000, 0.01F), numbers(count, 1, 3000, 0.001F),
                    numbers(static_cast<std::size_t>(mixtures), -3000, 3000, 0.01F)};
    for (float& sigma : mixture.sigmas)
      if (*rc::gen::inRange(0, 4) == 0) sigma = 1e-7F;
    std::vector<double> steps;
    Conditions conditions;
    for (int k = 0; k < 128; ++k)
      if (k % 7 != 3) steps.push_back(k / 127.0);
    for (std::size_t k = 0; k + 1 < static_cast<std::size_t>(dimension); ++k) {
      const int kind = *rc::gen::inRange(0, 4);
      if (kind == 0) {
        conditions.held.set(k);
        conditions.values[k] = *rc::gen::inRange(0, 101) / 100.0;
      } else if (kind > 1) {
        conditions.limited.set(k);
        const int least = *rc::gen::inRange(0, 90);
        conditions.limits[k] = {.least = least / 100.0,
                                .most = *rc::gen::inRange(least + 2, 101) / 100.0};
        if (kind == 3) conditions.limits[k].steps = steps;
      }
    }
    conditions.dt_least = *rc::gen::inRange(0, 3000) / 1000.0;
    if (*rc::gen::inRange(0, 2) == 0)
      conditions.dt_most = conditions.dt_least + *rc::gen::inRange(1, 1000) / 1000.0;
    const Temperatures temperatures{.sigma = *rc::gen::element(0.0, 1e-300, 0.01, 1.0, 1e300),
                                    .pi = *rc::gen::element(1e-300, 0.01, 1.0, 1e300)};
    Uniforms uniforms(*rc::gen::arbitrary<std::uint64_t>(), 0, 0);
    Frame frame;
    sample(mixture.view(), temperatures, conditions, uniforms, frame);
    RC_ASSERT(frame.dimension() == dimension);
    RC_ASSERT(frame.dt >= std::max(conditions.dt_least, 0.001));
    RC_ASSERT(frame.dt <= std::max(conditions.dt_most, 0.001));
    for (std::size_t k = 0; k < frame.controls().size(); ++k) {
      const double x = frame.controls()[k];
      RC_ASSERT(x >= 0 && x <= 1);
      if (conditions.held.test(k)) RC_ASSERT(x == conditions.values[k]);
      if (!conditions.limited.test(k) || conditions.held.test(k)) continue;
      RC_ASSERT(x >= conditions.limits[k].least && x <= conditions.limits[k].most);
      if (!conditions.limits[k].steps.empty())
        RC_ASSERT(std::find(steps.begin(), steps.end(), x) != steps.end());
    }
  }));
}

}  // namespace
}  // namespace imps::test
