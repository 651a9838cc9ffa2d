// What the model keeps to: bounds, steps, a scale, how often a control moves.
#include <algorithm>

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <imps/limit.h>

#include "tests/support/models.h"
#include "tests/support/stage.h"

namespace imps {
namespace {

using namespace std::chrono_literals;
using test::Sent;
using test::Stage;
using testing::Each;
using testing::Ge;
using testing::SizeIs;

std::shared_ptr<const Mdrnn> wild_model() {
  static const auto model =
      test::random_model({.dimension = 4, .layers = 1, .units = 8, .mixtures = 3}, 21);
  return model;
}

/// A battle by `model` of ten seconds or more, under these limits of dt and the controls.
std::vector<Sent> played(const std::vector<std::pair<int, std::string>>& limits,
                         std::shared_ptr<const Mdrnn> model = wild_model()) {
  Stage stage(
      std::move(model),
      {.mode = Mode::battle, .temperatures = {.sigma = 1, .pi = 1}, .start_now = true, .seed = 4});
  for (const auto& [control, text] : limits)
    stage.command(
        {.kind = Command::Kind::limit, .number = static_cast<double>(control), .text = text});
  stage.advance(10s);
  while (stage.predictions().size() < 300)
    stage.advance(10s);
  return stage.predictions();
}

std::vector<double> column(const std::vector<Sent>& predictions, std::size_t control) {
  std::vector<double> values;
  for (const Sent& one : predictions)
    values.push_back(one.controls.at(control));
  return values;
}

TEST(Limits, OfBoundsAreKeptWithoutPilingUpAtThem) {
  const auto values = column(played({{2, "0.3 to 0.6"}}), 1);
  EXPECT_THAT(values, Each(testing::AllOf(Ge(0.3), testing::Le(0.6))));
  const auto at_an_end =
      std::ranges::count_if(values, [](double x) { return x == 0.3 || x == 0.6; });
  EXPECT_EQ(at_an_end, 0) << "it is drawn there, rather than clamped";
}

TEST(Limits, HoldWhereNoOutputKnowsItAndSayItOnce) {
  // Without thru the outputs do not hear the performer: what a limit holds at their place is news.
  for (const bool thru : {false, true}) {
    Stage stage(wild_model(), {.mode = Mode::polyphony, .thru = thru, .seed = 4});
    stage.command({.kind = Command::Kind::limit, .number = 1, .text = "hold"});
    stage.command({.kind = Command::Kind::limit, .number = 2, .text = "hold 0.25"});
    for (int k = 0; k < 20; ++k) {
      stage.play({0.5, 0.25, 0.1});
      stage.advance(200ms);
    }
    stage.advance(10s);
    const auto predictions = stage.predictions();
    ASSERT_THAT(predictions.size(), Ge(2U));
    for (const std::size_t control : {0U, 1U}) {
      EXPECT_EQ(predictions[0].of.test(control), !thru);
      const auto times =
          std::ranges::count_if(predictions, [&](const Sent& one) { return one.of.test(control); });
      EXPECT_LE(times, 1) << "nothing is struck again for nothing";
    }
  }
}

TEST(Limits, OfAScalePlayItsNotes) {
  const auto limit = limit_from_text("scale D dorian");
  ASSERT_TRUE(limit);
  const std::vector<double> notes(
      limit->steps.begin(), limit->steps.begin() + static_cast<std::ptrdiff_t>(limit->step_count));
  const auto values = column(played({{1, "scale D dorian"}}), 0);
  EXPECT_THAT(values, Each(testing::AnyOfArray(notes)));
  EXPECT_NE(*std::ranges::min_element(values), *std::ranges::max_element(values));
}

TEST(Limits, ThatHoldAControlKeepItThere) {
  const auto predictions = played({{1, "hold"}, {2, "hold 0.125"}});
  EXPECT_THAT(column(predictions, 0), Each(0.5)) << "where it stood";
  EXPECT_THAT(column(predictions, 1), Each(0.125));
  EXPECT_TRUE(predictions[0].of.test(1)) << "it is sent there once,";
  EXPECT_FALSE(predictions[1].of.test(1)) << "and stays";
  EXPECT_FALSE(predictions[0].of.test(0));
}

TEST(Limits, OfSparsenessLetAControlRest) {
  const auto predictions = played({{3, "sparse 0.25"}});
  std::size_t moves = 0;
  for (std::size_t k = 1; k < predictions.size(); ++k) {
    const bool moved = predictions[k].controls[2] != predictions[k - 1].controls[2];
    EXPECT_TRUE(moved || !predictions[k].of.test(2)) << "no note is struck again for nothing";
    moves += moved ? 1 : 0;
  }
  // A quarter, within five standard deviations.
  const auto count = static_cast<double>(predictions.size());
  EXPECT_NEAR(static_cast<double>(moves) / count, 0.25, 5 * std::sqrt(0.25 * 0.75 / count));
}

TEST(Limits, OfDtAreKept) {
  const auto predictions = played({{0, "0.2 to 0.3"}});
  for (std::size_t k = 1; k < predictions.size(); ++k) {
    const Duration rest = predictions[k].due - predictions[k - 1].due;
    EXPECT_GE(rest, 199'999us);
    EXPECT_LE(rest, 300'001us);
  }
}

TEST(Limits, OfSigmaLeaveTheOthersWild) {
  // Means and spreads of one component: what has no spread stands at its mean.
  const auto predictions =
      played({{1, "sigma 0"}}, test::constant_model(0.05, {0.4, 0.6, 0.5}, 0.2));
  EXPECT_THAT(column(predictions, 0), Each(testing::DoubleNear(0.4, 1e-6)));
  const auto wild = column(predictions, 1);
  EXPECT_GT(*std::ranges::max_element(wild) - *std::ranges::min_element(wild), 0.4);
}

TEST(Limits, MayBeTakenAway) {
  Stage stage(wild_model(),
              {.mode = Mode::battle, .temperatures = {.sigma = 1, .pi = 1}, .start_now = true});
  const auto limit = [&stage](const char* text) {
    stage.command({.kind = Command::Kind::limit, .number = 1, .text = text});
  };
  limit("0.9 to 0.95");
  stage.advance(5s);
  EXPECT_THAT(column(stage.predictions(), 0), Each(Ge(0.9)));
  limit("");
  stage.sent.clear();
  stage.advance(20s);
  const auto values = column(stage.predictions(), 0);
  EXPECT_LT(*std::ranges::min_element(values), 0.8);
}

RC_GTEST_PROP(Limits, HoldWhateverHappens, ()) {
  const auto mode = static_cast<Mode>(*rc::gen::inRange(0, 5));
  Stage stage(wild_model(), {.mode = mode,
                             .temperatures = {.sigma = 2, .pi = 2},
                             .start_now = true,
                             .shared = *rc::gen::arbitrary<bool>(),
                             .release = Seconds{0.3},
                             .glide = Seconds{0}});
  stage.command({.kind = Command::Kind::limit, .number = 1, .text = "0.25 to 0.5"});
  stage.command({.kind = Command::Kind::limit, .number = 2, .text = "steps 5, 0.2 to 1"});
  const auto events = *rc::gen::container<std::vector<std::pair<int, int>>>(
      rc::gen::pair(rc::gen::inRange(0, 6), rc::gen::inRange(0, 1000)));
  for (const auto& [what, how] : events) {
    if (what == 0) stage.play({how / 1000.0, 1 - how / 1000.0, 0.5});
    if (what == 1) stage.touch({{static_cast<std::size_t>(how % 3), how / 1000.0}});
    if (what == 2) stage.command("timescale", 0.2 + how / 500.0);
    if (what == 3) stage.command(how % 2 == 0 ? "reset" : "handover");
    if (what > 3) stage.advance(std::chrono::milliseconds(how));
  }
  for (const Sent& one : stage.predictions()) {
    const double step = one.controls[1] * 4;
    RC_ASSERT(!one.of.test(0) || (one.controls[0] >= 0.25 && one.controls[0] <= 0.5));
    RC_ASSERT(!one.of.test(1) || (step == std::floor(step) && step >= 1));
  }
}

}  // namespace
}  // namespace imps
