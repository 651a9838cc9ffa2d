// One instrument, two players: what is touched is the performer's, the rest the model's.
#include <array>
#include <deque>
#include <random>

#include <gmock/gmock.h>

#include "tests/support/models.h"
#include "tests/support/stage.h"

namespace imps {
namespace {

using namespace std::chrono_literals;
using test::Sent;
using test::Stage;
using testing::DoubleNear;
using testing::ElementsAre;
using testing::Ge;
using testing::IsEmpty;
using testing::SizeIs;

PerformerSettings duet() {
  return {.mode = Mode::duet,
          .temperatures = {.sigma = 0, .pi = 1},
          .release = Seconds{1},
          .glide = Seconds{0}};
}

TEST(Duet, BeginsWithTheFirstFrameWhenItsControlsAreLetGo) {
  Stage stage(test::constant_model(0.3, {0.8, 0.7}), duet());
  stage.advance(1min);
  EXPECT_THAT(stage.sent, IsEmpty());
  stage.play({0.2, 0.4});
  stage.advance(990ms);
  EXPECT_THAT(stage.predictions(), IsEmpty()) << "all is held";
  stage.advance(1s);
  ASSERT_THAT(stage.predictions(), SizeIs(Ge(2U)));
  EXPECT_EQ(stage.predictions()[0].at, TimePoint{61s}) << "what would have been due has passed";
  EXPECT_THAT(stage.predictions()[0].controls,
              ElementsAre(DoubleNear(0.8, 1e-6), DoubleNear(0.7, 1e-6)));
}

TEST(Duet, TheModelPlaysWhatIsNotTouchedAndTheHandStays) {
  Stage stage(test::constant_model(0.1, {0.8, 0.7}), duet());
  stage.play({0.2, 0.4});
  stage.advance(1500ms);
  stage.sent.clear();
  stage.touch({{0, 0.11}});
  stage.advance(500ms);
  const auto predictions = stage.predictions();
  ASSERT_THAT(predictions, SizeIs(5));
  for (const Sent& one : predictions) {
    EXPECT_EQ(one.controls[0], 0.11);
    EXPECT_FLOAT_EQ(static_cast<float>(one.controls[1]), 0.7F);
    EXPECT_FALSE(one.of.test(0)) << "it only stands there";
    EXPECT_TRUE(one.of.test(1));
  }
  const auto rows = stage.all(Sent::What::row_performer);
  ASSERT_THAT(rows, SizeIs(1));
  EXPECT_FLOAT_EQ(static_cast<float>(rows[0].controls[1]), 0.7F) << "where the model left it";
  EXPECT_TRUE(stage.model_is_speaking());
}

TEST(Duet, SaysWhoHasWhat) {
  Stage stage(test::constant_model(10, {0.8, 0.7}), duet());
  stage.play({0.2, 0.4});
  stage.advance(600ms);
  stage.touch({{1, 0.3}});
  stage.advance(2s);
  std::vector<std::pair<TimePoint, unsigned long>> owners;
  for (const Sent& one : stage.all(Sent::What::owner))
    owners.emplace_back(one.at, one.of.to_ulong());
  EXPECT_THAT(owners, ElementsAre(std::pair(TimePoint{0s}, 3UL), std::pair(TimePoint{1s}, 2UL),
                                  std::pair(TimePoint{1600ms}, 0UL)));
  EXPECT_EQ(stage.story(), "oiiMoo") << "the voice is the model's while it has a control";
}

TEST(Duet, TheModelsNoteEndsWhereItIsTouched) {
  Stage stage(test::constant_model(0.1, {0.8, 0.7}), duet());
  stage.play({0.2, 0.4});
  stage.advance(1500ms);
  stage.sent.clear();
  stage.touch({{1, 0.5}});
  ASSERT_FALSE(stage.sent.empty());
  EXPECT_EQ(stage.sent[0].what, Sent::What::let_go);
  EXPECT_EQ(stage.sent[0].of, ControlSet(2));
  stage.sent.clear();
  stage.touch({{1, 0.6}});
  EXPECT_THAT(stage.all(Sent::What::let_go), IsEmpty()) << "it is the performer's already";
}

TEST(Duet, KnowsWhatIsHeld) {
  // Two gestures that are as likely: both controls low, or both high.
  Weights weights = test::constant_weights(0.1, {0.2, 0.2}, 0.05);
  weights.sizes.mixtures = 2;
  const std::vector<float> low = weights.mus.bias;
  weights.mus.bias = {low[0], 2, 2, low[0], 8, 8};
  weights.sigmas.bias.insert(weights.sigmas.bias.end(), weights.sigmas.bias.begin(),
                             weights.sigmas.bias.end());
  weights.pi.bias = {0, 0};
  const auto units = static_cast<std::size_t>(weights.sizes.units);
  weights.mus.kernel.assign(units * 6, 0);
  weights.sigmas.kernel.assign(units * 6, 0);
  weights.pi.kernel.assign(units * 2, 0);
  auto made = Mdrnn::make(weights);
  ASSERT_TRUE(made) << made.error().message;
  const auto model = std::make_shared<const Mdrnn>(std::move(*made));
  for (const double held : {0.25, 0.75}) {
    Stage stage(model, duet());
    stage.play({0.5, 0.5});
    stage.advance(1500ms);
    stage.sent.clear();
    stage.touch({{0, held}});
    stage.advance(900ms);
    ASSERT_THAT(stage.predictions(), SizeIs(Ge(5U)));
    for (const Sent& one : stage.predictions())
      EXPECT_NEAR(one.controls[1], held < 0.5 ? 0.2 : 0.8, 1e-6);
  }
}

TEST(Duet, TimeThatHasPassedIsNotPlayedAgain) {
  auto settings = duet();
  settings.temperatures = {.sigma = 1, .pi = 1};
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    settings.seed = seed;
    // dt is 1.5 ± 1 s, of which the first second has passed when the controls are let go.
    Stage stage(test::constant_model(1.5, {0.8, 0.7}, 1), settings);
    stage.play({0.2, 0.4});
    stage.advance(20s);
    ASSERT_THAT(stage.predictions(), SizeIs(Ge(1U)));
    const Sent first = stage.predictions()[0];
    EXPECT_GT(first.due, TimePoint{1s}) << "a moment after, rather than all at once: seed " << seed;
  }
}

TEST(Duet, GlidesFromWhereItWasLeft) {
  auto settings = duet();
  settings.glide = Seconds{1};
  Stage stage(test::constant_model(0.25, {0.8, 1.0}), settings);
  stage.play({0.2, 0.0});
  stage.advance(2100ms);
  std::vector<double> way;
  for (const Sent& one : stage.predictions())
    way.push_back(one.controls[1]);
  ASSERT_THAT(way, SizeIs(Ge(5U)));
  EXPECT_NEAR(way[0], 0.0, 1e-9) << "due at once, so it has not moved yet";
  for (std::size_t k = 1; k < 5; ++k)
    EXPECT_NEAR(way[k], 0.25 * static_cast<double>(k), 1e-6);
}

TEST(Duet, PicksUpOnlyWhenItComesBy) {
  auto settings = duet();
  settings.pick_up.set(0);
  Stage stage(test::constant_model(0.25, {0.8, 0.7}), settings);
  stage.play({0.2, 0.4});
  stage.advance(10s);
  for (const Sent& one : stage.predictions()) {
    EXPECT_EQ(one.controls[0], 0.2) << "0.8 never comes by";
    EXPECT_FLOAT_EQ(static_cast<float>(one.controls[1]), 0.7F);
  }
  stage.touch({{0, 0.79}});
  stage.sent.clear();
  stage.advance(2s);
  EXPECT_FLOAT_EQ(static_cast<float>(stage.predictions().back().controls[0]), 0.8F) << "near";
  stage.touch({{0, 0.5}});
  stage.advance(2s);
  EXPECT_EQ(stage.predictions().back().controls[0], 0.5);
  // Another model wants it below: what it wants has passed by.
  stage.performer.set_model(test::constant_model(0.25, {0.1, 0.7}), stage.now);
  stage.advance(1s);
  EXPECT_FLOAT_EQ(static_cast<float>(stage.predictions().back().controls[0]), 0.1F);
}

TEST(Duet, AHandThatRestsOnAControlKeepsIt) {
  Stage stage(test::constant_model(0.1, {0.8, 0.7}), duet());
  stage.play({0.2, 0.4});
  stage.advance(500ms);
  stage.command("grip", 2.0);
  stage.advance(20s);
  EXPECT_EQ(stage.performer.held(), ControlSet(0b10));
  EXPECT_EQ(stage.predictions().back().controls[1], 0.4);
  stage.command("letgo", 2.0);
  stage.advance(900ms);
  EXPECT_TRUE(stage.performer.held().any()) << "it rests as long as any other";
  stage.advance(200ms);
  EXPECT_TRUE(stage.performer.held().none());
  // Without having moved, a hand takes what was the model's.
  stage.sent.clear();
  stage.command("grip", 1.0);
  ASSERT_FALSE(stage.sent.empty());
  EXPECT_EQ(stage.sent[0].what, Sent::What::let_go);
  EXPECT_EQ(stage.performer.held(), ControlSet(0b01));
  stage.advance(31s);
  EXPECT_TRUE(stage.performer.held().none())
      << "nobody has said for half a minute that it is there";
}

TEST(Duet, HandOverTakesEverythingAndGivesItBack) {
  Stage stage(test::constant_model(0.1, {0.8, 0.7}), duet());
  stage.play({0.2, 0.4});
  stage.advance(500ms);
  stage.command("handover");
  EXPECT_TRUE(stage.model_is_speaking());
  EXPECT_TRUE(stage.performer.held().none());
  stage.advance(150ms);
  EXPECT_THAT(stage.predictions(), SizeIs(1));
  stage.command("handover");
  stage.touch({{0, 0.3}});
  stage.advance(1min);
  EXPECT_THAT(stage.predictions(), SizeIs(1)) << "until it is handed over again";
  stage.command("handover");
  stage.advance(1s);
  EXPECT_THAT(stage.predictions(), SizeIs(Ge(5U)));
}

TEST(SharedHands, InCallAndResponseAnAnswerGoesOnUnderAHand) {
  auto settings = duet();
  settings.mode = Mode::call_response;
  settings.shared = true;
  Stage stage(test::constant_model(0.1, {0.8, 0.7}), settings);
  stage.play({0.2, 0.4});
  stage.advance(1s);
  EXPECT_TRUE(stage.model_is_speaking());
  stage.sent.clear();
  stage.touch({{0, 0.33}});
  stage.advance(500ms);
  EXPECT_TRUE(stage.model_is_speaking());
  ASSERT_THAT(stage.predictions(), SizeIs(5));
  EXPECT_EQ(stage.predictions()[0].controls[0], 0.33);
  stage.touch({{1, 0.1}});
  EXPECT_FALSE(stage.model_is_speaking()) << "who takes everything has the voice";
  EXPECT_TRUE(stage.performer.held().none());
}

TEST(SharedHands, InBattleAHandStaysWhereItIs) {
  auto settings = duet();
  settings.mode = Mode::battle;
  settings.shared = true;
  Stage stage(test::constant_model(0.1, {0.8, 0.7}), settings);
  stage.play({0.2, 0.4});
  stage.advance(1500ms);
  EXPECT_TRUE(stage.model_is_speaking());
  stage.sent.clear();
  for (int i = 0; i < 10; ++i) {
    stage.touch({{1, 0.01 * i}});
    stage.advance(50ms);
  }
  EXPECT_THAT(stage.predictions(), SizeIs(5)) << "it does not listen: its time goes on";
  EXPECT_EQ(stage.predictions().back().controls[1], 0.09);
}

/// What the log of a performance has: when each row came, and when the voice passed.
struct Logged {
  enum class What { performer, prediction, to_model };
  What what{};
  TimePoint at;
  std::vector<double> controls;
  ControlSet touched;
};

/// Looks at its performer a little late each time, as a loop does.
class LateLoop {
 public:
  explicit LateLoop(const PerformerSettings& settings)
      : performer_(model(), 4, settings, TimePoint{}) {}

  static std::shared_ptr<const Mdrnn> model() {
    static const auto made =
        test::random_model({.dimension = 4, .layers = 1, .units = 8, .mixtures = 3}, 5);
    return made;
  }

  void wait_until(TimePoint at) {
    for (auto due = performer_.deadline(); due; due = performer_.deadline()) {
      now_ = std::max(now_, *due + std::chrono::microseconds(late_(chance_)));
      if (now_ >= at) break;
      keep(performer_.on_time(now_));
      performer_.think();
    }
    now_ = at;
  }

  void touch(std::size_t control, double value) {
    std::array<double, 3> frame{};
    frame.at(control) = value;
    const ControlSet touched(1UL << control);
    const auto actions = performer_.on(PerformerFrame{frame, true, touched}, now_);
    log.push_back({Logged::What::performer, now_, {frame.begin(), frame.end()}, touched});
    keep(actions);
    performer_.think();
  }

  std::vector<Logged> log;

 private:
  void keep(std::span<const Action> actions) {
    for (const Action& action : actions) {
      const auto* const row = std::get_if<WriteRow>(&action);
      const auto* const hand_over = std::get_if<HandOver>(&action);
      if (row != nullptr && row->voice == Voice::model)
        log.push_back(
            {Logged::What::prediction, row->at, {row->controls.begin(), row->controls.end()}, {}});
      if (hand_over != nullptr && hand_over->to == Voice::model)
        log.push_back({Logged::What::to_model, hand_over->at, {}, {}});
    }
  }

  Performer performer_;
  TimePoint now_;
  std::mt19937 chance_{1};
  std::uniform_int_distribution<int> late_{0, 5000};
};

TEST(Duet, ComesOutTheSameFromItsRowsAlone) {
  for (const Mode mode : {Mode::duet, Mode::call_response, Mode::battle}) {
    const PerformerSettings settings{.mode = mode,
                                     .temperatures = {.sigma = 1, .pi = 1},
                                     .shared = true,
                                     .release = Seconds{0.2},
                                     .glide = Seconds{0.1},
                                     .pick_up = ControlSet(2),
                                     .seed = 3};
    LateLoop live(settings);
    std::mt19937 chance(2);
    TimePoint at;
    for (int n = 0; n < 400; ++n) {
      at += std::chrono::milliseconds(chance() % 120);
      live.wait_until(at);
      live.touch(chance() % 3, static_cast<double>(chance() % 1000) / 1000);
    }
    live.wait_until(at + 5s);

    // Again, looked at only when something was written.
    Performer again(LateLoop::model(), 4, settings, TimePoint{});
    std::size_t predictions = 0;
    std::deque<std::vector<double>> here;
    const auto look = [&](TimePoint now) {
      for (const Action& action : again.on_time(now))
        if (const auto* row = std::get_if<WriteRow>(&action))
          here.emplace_back(row->controls.begin(), row->controls.end());
    };
    for (const Logged& one : live.log) {
      if (one.what == Logged::What::performer) {
        again.on(PerformerFrame{one.controls, true, one.touched}, one.at);
        continue;
      }
      if (one.what == Logged::What::to_model) {
        look(one.at);
        continue;
      }
      if (here.empty()) look(one.at);
      ASSERT_FALSE(here.empty()) << name(mode) << ": prediction " << predictions;
      ASSERT_EQ(here.front(), one.controls) << name(mode) << ": prediction " << predictions;
      here.pop_front();
      ++predictions;
    }
    EXPECT_TRUE(here.empty()) << name(mode);
    EXPECT_GT(predictions, 50U) << name(mode);
  }
}

}  // namespace
}  // namespace imps
