// Polyphony and user-only with real takes: how many predictions come, when, and whether they are
// drawn from what the model's own mixtures say.
#include <algorithm>
#include <set>

#include <gmock/gmock.h>

#include "tests/reference/takes.h"
#include "tests/reference/uniformity.h"
#include "tests/support/reference.h"

namespace imps::test {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::Ge;
using ::testing::Le;

constexpr std::uint64_t kSeed = 20190117;

/// What the network says after each frame of a take, computed beside the performer.
class Mixtures {
 public:
  Mixtures(const Mdrnn& model, const Take& take) : model_(model), state_(model), take_(take) {}

  /// After frame k; ask for them in order.
  MixtureView after(std::size_t k) {
    const TimePoint before = k == 0 ? TimePoint{} : take_[k - 1].at;
    const double dt = to_seconds(take_[k].at - before).count();
    advance(model_, state_, FrameView{dt, take_[k].controls});
    return state_.mixture();
  }

 private:
  const Mdrnn& model_;
  Mdrnn::State state_;
  const Take& take_;
};

std::vector<std::vector<double>> rows_of(const Stage& stage, Sent::What what) {
  std::vector<std::vector<double>> rows;
  for (const Sent& row : stage.all(what))
    rows.push_back(row.controls);
  return rows;
}

std::vector<std::vector<double>> rows_of(const Take& take) {
  std::vector<std::vector<double>> rows;
  for (const TakeFrame& frame : take)
    rows.push_back(frame.controls);
  return rows;
}

struct PolyphonyCase {
  const char* name;
  const char* take;
  Temperatures temperatures;
  double timescale;
};
void PrintTo(const PolyphonyCase& one, std::ostream* out) { *out << one.name; }

class PolyphonyWithARealTake : public ::testing::TestWithParam<PolyphonyCase> {};

TEST_P(PolyphonyWithARealTake, AnswersEveryFrameWithADrawFromTheModelsOwnMixture) {
  IMPS_NEEDS_REFERENCE(reference);
  const auto& [name, take_name, temperatures, timescale] = GetParam();
  const auto model = real_model(reference);
  const Take played = take(reference, take_name);
  // Short enough that 64 places always suffice: what is dropped would be the long ones.
  constexpr double kMaxRest = 0.5;
  Stage stage(model, {.mode = Mode::polyphony,
                      .temperatures = temperatures,
                      .timescale = timescale,
                      .max_rest = Seconds{kMaxRest},
                      .seed = kSeed});
  perform(played, to_duration(Seconds{kMaxRest * timescale}), stage);

  auto predictions = stage.predictions();
  ASSERT_EQ(stage.performer.counts().overflowed, 0U);
  ASSERT_EQ(predictions.size(), played.size());
  EXPECT_TRUE(std::is_sorted(predictions.begin(), predictions.end(),
                             [](const Sent& a, const Sent& b) { return a.due < b.due; }))
      << "they sound in the order of their due times";
  std::sort(predictions.begin(), predictions.end(),
            [](const Sent& a, const Sent& b) { return a.number < b.number; });

  Mixtures mixtures(*model, played);
  Uniformity uniformity(4, temperatures, kMaxRest);
  for (std::size_t k = 0; k < played.size(); ++k) {
    const Sent& prediction = predictions[k];
    ASSERT_EQ(prediction.number, k);
    EXPECT_EQ(prediction.at, prediction.due);
    EXPECT_THAT(prediction.controls, Each(AllOf(Ge(0.0), Le(1.0))));

    // Due is the frame's time + dt · timescale to the microsecond, with the dt that was drawn.
    const MixtureView mixture = mixtures.after(k);
    Uniforms uniforms(kSeed, 0, k);
    Frame drawn;
    sample(mixture, temperatures, uniforms, drawn);
    const double dt = std::min(drawn.dt, kMaxRest);
    ASSERT_EQ(prediction.due - played[k].at, to_duration(Seconds{dt * timescale})) << k;

    // Whether that draw is one from this mixture is not for sample() to say. A dt on its bound is
    // told apart from one beside it by what was drawn; its size is the due time's.
    std::vector<double> frame{to_seconds(prediction.due - played[k].at).count() / timescale};
    if (dt == kMaxRest || dt == 0.001) frame[0] = dt;
    frame.insert(frame.end(), prediction.controls.begin(), prediction.controls.end());
    uniformity.add(mixture, frame);
  }
  EXPECT_EQ(uniformity.fault(), "");
  EXPECT_GT(uniformity.judged(), 2 * played.size()) << "most coordinates are within their bounds";
  EXPECT_EQ(rows_of(stage, Sent::What::row_performer), rows_of(played));
}

INSTANTIATE_TEST_SUITE_P(
    Takes, PolyphonyWithARealTake,
    ::testing::Values(
        PolyphonyCase{"AtTheDefaultTemperatures", "4d-12ksmall/2019-01-17", {0.01, 1}, 1},
        PolyphonyCase{"AsTheMixturesThemselvesSay", "4d-12ksmall/2019-01-19", {1, 1}, 1},
        PolyphonyCase{"WithWarmerWeightsAndHalfTheTime", "4d-12ksmall/2019-01-20", {0.25, 3}, 0.5},
        PolyphonyCase{"WithColderWeightsAndAnotherTake", "4d/2019-02-09", {0.04, 0.5}, 1}),
    [](const auto& one) { return one.param.name; });

TEST(PolyphonyWithARealTake, DropsTheOldestWhenMoreThan64WaitAndPlaysEveryOther) {
  IMPS_NEEDS_REFERENCE(reference);
  const auto model = real_model(reference);
  const Take played = take(reference, "4d-12ksmall/2019-01-18");
  const PerformerSettings settings{.mode = Mode::polyphony, .timescale = 100, .seed = kSeed};
  Stage stage(model, settings);
  perform(played, 500s, stage);

  // The same, by a list that is searched from end to end.
  struct One {
    TimePoint due;
    std::uint64_t number;
    bool operator<(const One& other) const {
      return due != other.due ? due < other.due : number < other.number;
    }
  };
  std::set<One> waiting;
  std::vector<std::uint64_t> expected;
  const auto sound_until = [&](TimePoint at) {
    while (!waiting.empty() && waiting.begin()->due <= at) {
      expected.push_back(waiting.begin()->number);
      waiting.erase(waiting.begin());
    }
  };
  std::uint64_t dropped = 0;
  Mixtures mixtures(*model, played);
  for (std::size_t k = 0; k < played.size(); ++k) {
    sound_until(played[k].at);
    Uniforms uniforms(kSeed, 0, k);
    Frame drawn;
    sample(mixtures.after(k), settings.temperatures, uniforms, drawn);
    if (waiting.size() == 64) {
      const auto oldest =
          std::min_element(waiting.begin(), waiting.end(),
                           [](const One& a, const One& b) { return a.number < b.number; });
      waiting.erase(oldest);
      ++dropped;
    }
    waiting.insert({played[k].at + to_duration(Seconds{std::min(drawn.dt, 5.0) * 100}), k});
  }
  sound_until(TimePoint::max());

  std::vector<std::uint64_t> sounded;
  for (const Sent& prediction : stage.predictions())
    sounded.push_back(prediction.number);
  EXPECT_GT(dropped, 0U);
  EXPECT_EQ(stage.performer.counts().overflowed, dropped);
  EXPECT_EQ(sounded.size() + dropped, played.size());
  EXPECT_EQ(sounded, expected);
}

TEST(UserOnlyWithARealTake, LogsEveryFrameAndDoesNothingElse) {
  IMPS_NEEDS_REFERENCE(reference);
  for (const bool with_model : {true, false}) {
    const Take played = take(reference, "4d/2019-02-16");
    Performer performer(with_model ? real_model(reference) : nullptr, 4, {.mode = Mode::user_only},
                        TimePoint{});
    std::size_t rows = 0;
    for (const TakeFrame& frame : played) {
      EXPECT_FALSE(performer.deadline());
      const auto actions = performer.on(PerformerFrame{frame.controls}, frame.at);
      ASSERT_EQ(actions.size(), 1U);
      const auto* const row = std::get_if<WriteRow>(actions.data());
      ASSERT_NE(row, nullptr);
      EXPECT_EQ(row->at, frame.at);
      EXPECT_EQ(row->voice, Voice::performer);
      EXPECT_TRUE(std::equal(row->controls.begin(), row->controls.end(), frame.controls.begin(),
                             frame.controls.end()));
      ++rows;
    }
    EXPECT_EQ(rows, played.size());
    EXPECT_EQ(performer.counts().predictions, 0U);
  }
}

}  // namespace
}  // namespace imps::test
