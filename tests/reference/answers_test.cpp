// Call-response and battle with real takes: the whole sequence, computed once more from the rules
// of doc/design.md with nothing but the network's step and its draws.
#include <algorithm>

#include <gtest/gtest.h>

#include "tests/reference/takes.h"
#include "tests/reference/uniformity.h"
#include "tests/support/reference.h"

namespace imps::test {
namespace {

using namespace std::chrono_literals;

struct Answer {
  TimePoint due;
  std::uint64_t number = 0;
  std::vector<double> controls;

  friend bool operator==(const Answer&, const Answer&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Answer& answer) {
    return out << answer.number << " due " << answer.due.time_since_epoch().count();
  }
};

/// A network that plays by itself, as the rules say.
class Voices {
 public:
  Voices(const Mdrnn& model, const PerformerSettings& settings)
      : model_(model), settings_(settings), heard_(model) {}

  /// The performer's frame, or one of the model's own, has sounded.
  void hear(double dt, const std::vector<double>& controls) {
    advance(model_, heard_, FrameView{dt, controls});
  }
  [[nodiscard]] MixtureView says() const { return heard_.mixture(); }

  struct Draw {
    double dt;
    Answer answer;
  };
  /// The next draw from what is heard now, its rest counted from `base`.
  Draw draw(TimePoint base) {
    Uniforms uniforms(settings_.seed, 0, number_);
    Frame frame;
    sample(heard_.mixture(), settings_.temperatures, uniforms, frame);
    const double dt = std::min(frame.dt, settings_.max_rest.count());
    const auto controls = std::as_const(frame).controls();
    return {dt,
            {base + to_duration(Seconds{dt * settings_.timescale}),
             number_++,
             {controls.begin(), controls.end()}}};
  }

 private:
  const Mdrnn& model_;
  const PerformerSettings& settings_;
  Mdrnn::State heard_;
  std::uint64_t number_ = 0;
};

std::vector<Answer> answers_of(const Stage& stage) {
  std::vector<Answer> answers;
  for (const Sent& prediction : stage.predictions())
    answers.push_back({prediction.due, prediction.number, prediction.controls});
  return answers;
}

std::vector<Answer> call_response(const Mdrnn& model, const PerformerSettings& settings,
                                  const Take& played, TimePoint end) {
  Voices voices(model, settings);
  std::vector<Answer> answers;
  TimePoint last;  // what the network heard last
  for (std::size_t k = 0; k < played.size(); ++k) {
    const TimePoint at = played[k].at;
    voices.hear(to_seconds(at - last).count(), played[k].controls);
    last = at;
    const TimePoint until = k + 1 < played.size() ? played[k + 1].at : end;
    const TimePoint begins = at + to_duration(settings.threshold);
    if (begins > until) continue;
    // The answer counts from the performer's last frame, and is not due before the hand-over.
    auto next = voices.draw(at);
    next.answer.due = std::max(next.answer.due, begins);
    while (next.answer.due <= until) {
      answers.push_back(next.answer);
      voices.hear(next.dt, next.answer.controls);
      last = next.answer.due;
      next = voices.draw(last);
    }
    // The one that is pending was never heard: `voices` has not heard it, its number is used up.
  }
  return answers;
}

struct AnswerCase {
  const char* name;
  const char* take;
  Duration threshold;
  Temperatures temperatures;
  double timescale;
};
void PrintTo(const AnswerCase& one, std::ostream* out) { *out << one.name; }

class CallResponseWithARealTake : public ::testing::TestWithParam<AnswerCase> {};

TEST_P(CallResponseWithARealTake, AnswersEverySilenceAsIfComputedFrameByFrame) {
  IMPS_NEEDS_REFERENCE(reference);
  const AnswerCase& one = GetParam();
  const auto model = real_model(reference);
  const Take played = take(reference, one.take, 4000);
  const PerformerSettings settings{.mode = Mode::call_response,
                                   .threshold = to_seconds(one.threshold),
                                   .temperatures = one.temperatures,
                                   .timescale = one.timescale,
                                   .seed = 7};
  constexpr Duration kAfter = 3s;
  Stage stage(model, settings);
  perform(played, kAfter, stage);

  const std::size_t gaps = silences(played, one.threshold);
  ASSERT_GT(gaps, 0U) << "a take without a silence proves nothing";
  EXPECT_EQ(stage.all(Sent::What::to_model).size(), gaps + 1) << "and one after the last frame";
  EXPECT_EQ(stage.all(Sent::What::to_performer).size(), gaps);
  EXPECT_EQ(stage.performer.counts().cancelled, gaps) << "the performer overtakes one each time";
  EXPECT_EQ(stage.all(Sent::What::row_performer).size(), played.size());

  const auto expected = call_response(*model, settings, played, stage.now);
  const auto answers = answers_of(stage);
  ASSERT_EQ(answers.size(), expected.size());
  for (std::size_t k = 0; k < answers.size(); ++k)
    ASSERT_EQ(answers[k], expected[k]) << "answer " << k << " of " << answers.size();
  EXPECT_GT(answers.size(), gaps);
}

INSTANTIATE_TEST_SUITE_P(
    Takes, CallResponseWithARealTake,
    ::testing::Values(AnswerCase{"AtTheDefaults", "4d-12ksmall/2019-01-17", 100ms, {0.01, 1}, 1},
                      AnswerCase{"QuickOfTongue", "4d-12ksmall/2019-01-19", 60ms, {0.01, 1}, 1},
                      AnswerCase{"SlowInTime", "4d/2019-02-09", 100ms, {0.1, 1.5}, 3},
                      AnswerCase{"FastInTime", "4d/2019-02-16", 300ms, {1, 1}, 0.25},
                      AnswerCase{"AsTheFirstImpsDid", "4d/2019-01-23", 2000ms, {0.01, 1.5}, 1}),
    [](const auto& one) { return one.param.name; });

TEST(BattleWithARealTake, PlaysByItselfFromTheFirstFrameAndListensToNoOther) {
  IMPS_NEEDS_REFERENCE(reference);
  const auto model = real_model(reference);
  const Take played = take(reference, "4d-12ksmall/2019-01-18");
  const PerformerSettings settings{
      .mode = Mode::battle, .temperatures = {.sigma = 0.25, .pi = 1}, .timescale = 2, .seed = 11};
  Stage stage(model, settings);
  perform(played, 60s, stage);

  Voices voices(*model, settings);
  Uniformity uniformity(4, settings.temperatures, settings.max_rest.count());
  std::vector<Answer> expected;
  voices.hear(to_seconds(played.front().at.time_since_epoch()).count(), played.front().controls);
  auto next = voices.draw(played.front().at);
  while (next.answer.due <= stage.now) {
    std::vector<double> frame{next.dt};
    frame.insert(frame.end(), next.answer.controls.begin(), next.answer.controls.end());
    uniformity.add(voices.says(), frame);
    expected.push_back(next.answer);
    voices.hear(next.dt, next.answer.controls);
    next = voices.draw(next.answer.due);
  }

  EXPECT_GT(expected.size(), 300U);
  EXPECT_EQ(answers_of(stage), expected);
  EXPECT_EQ(uniformity.fault(), "") << "they are draws from what the network says after each";
  EXPECT_EQ(stage.all(Sent::What::row_performer).size(), played.size()) << "all of it is logged";
  EXPECT_EQ(stage.all(Sent::What::to_model).size(), 1U);
  EXPECT_EQ(stage.all(Sent::What::to_performer).size(), 0U);
}

TEST(PredictionsOfARealTake, AreTheSameWheneverTheyAreThoughtOf) {
  IMPS_NEEDS_REFERENCE(reference);
  const auto model = real_model(reference);
  const Take played = take(reference, "4d-12ksmall/2019-01-18");
  for (const Mode mode : {Mode::call_response, Mode::polyphony, Mode::battle}) {
    Stage ahead(model, {.mode = mode, .seed = 3});
    Stage lazy(model, {.mode = mode, .seed = 3});
    lazy.thinks = false;
    perform(played, 2s, ahead);
    perform(played, 2s, lazy);
    EXPECT_FALSE(answers_of(ahead).empty());
    EXPECT_EQ(answers_of(lazy), answers_of(ahead)) << name(mode);
  }
}

}  // namespace
}  // namespace imps::test
