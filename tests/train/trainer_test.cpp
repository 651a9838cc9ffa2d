#include "train/trainer.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <optional>
#include <vector>

#include <gtest/gtest.h>

#include "tests/train/lesson.h"
#include "train/learner.h"
#include "train/lessons.h"

namespace imps::train {
namespace {

constexpr Sizes kSmall{.dimension = 3, .layers = 1, .units = 12, .mixtures = 2};

Recipe quick(std::uint64_t epochs) {
  return {.steps = 20,
          .batch = 8,
          .slice = 2,
          .rate = 0.01,
          .warm_up = 10,
          .average_steps = 20,
          .mirror = 0,
          .shift = 0,
          .epoch_batches = 1,
          .epochs = epochs,
          .least_batches = 0,
          .patience = 0};
}

std::vector<float> numbers(const Weights& weights) {
  std::vector<float> all;
  for (const auto& layer : weights.lstm)
    for (const auto* part : {&layer.kernel, &layer.recurrent_kernel, &layer.bias})
      all.insert(all.end(), part->begin(), part->end());
  for (const auto* dense : {&weights.mus, &weights.sigmas, &weights.pi})
    for (const auto* part : {&dense->kernel, &dense->bias})
      all.insert(all.end(), part->begin(), part->end());
  return all;
}

struct Studio {
  Dataset dataset = test::swells(3, 4, 300);
  Split parts = *split(test::takes_of(dataset), 20);
  RunSettings settings{.recipe = quick(30), .seed = 5, .threads = 2};
  RunObserver observer;
  std::vector<Progress> told;
  std::vector<std::string> notes;

  Studio() {
    observer.judged = [this](const Progress& p) { told.push_back(p); };
    observer.told = [this](const std::string& text) { notes.push_back(text); };
  }
  Result<Outcome> run(const RunState* resumed = nullptr) {
    return train(fresh_weights(kSmall, 1), parts, settings, observer, resumed);
  }
};

TEST(Trainer, LearnsWhatRepeats) {
  Studio studio;
  studio.settings.recipe = quick(150);
  const auto outcome = studio.run();
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->ending, Ending::finished);
  EXPECT_LT(outcome->best_val_nll, studio.told.front().val_nll - 2);
  EXPECT_NEAR(outcome->at_best.val_nll, outcome->best_val_nll, 0.05);
}

template <class AnyStudio>
void expect_the_same_bits_with_any_number_of_threads() {
  std::optional<std::vector<float>> first;
  for (const int threads : {1, 2, 3}) {
    AnyStudio studio;
    studio.settings.threads = threads;
    const auto outcome = studio.run();
    ASSERT_TRUE(outcome);
    if (!first) first = numbers(outcome->best);
    EXPECT_EQ(numbers(outcome->best), *first);
  }
}

TEST(Trainer, EndsAtTheSameBitsWithAnyNumberOfThreads) {
  expect_the_same_bits_with_any_number_of_threads<Studio>();
}

TEST(Trainer, AnotherSeedGivesAnotherModel) {
  Studio one;
  Studio other;
  other.settings.seed = 6;
  EXPECT_NE(numbers(one.run()->best), numbers(other.run()->best));
}

TEST(Trainer, GoesOnFromACheckpointAsIfItHadNeverStopped) {
  Studio whole;
  const auto expected = whole.run();
  ASSERT_TRUE(expected);
  for (const std::size_t judgements : {1U, 3U}) {
    Studio first;
    std::atomic<bool> stop{false};
    std::optional<RunState> kept;
    first.observer.stop = &stop;
    first.observer.judged = [&](const Progress& p) {
      first.told.push_back(p);
      stop = first.told.size() == judgements;
    };
    first.observer.keep = [&](const Layout&, const RunState& state) { kept = state; };
    const auto cut = first.run();
    ASSERT_TRUE(cut);
    EXPECT_EQ(cut->ending, Ending::stopped);
    ASSERT_TRUE(kept);
    Studio second;
    const auto outcome = second.run(&*kept);
    ASSERT_TRUE(outcome);
    EXPECT_EQ(numbers(outcome->best), numbers(expected->best));
    EXPECT_EQ(outcome->best_val_nll, expected->best_val_nll);
    EXPECT_EQ(outcome->at_end.batches, expected->at_end.batches);
  }
}

TEST(Trainer, SavesTheBestWeightsAndNotTheLast) {
  Studio studio;
  // Few rows and a large network: it learns them by heart.
  studio.dataset = test::swells(3, 1, 60);
  studio.parts = *split(test::takes_of(studio.dataset), 20);
  studio.settings.recipe = quick(400);
  const auto outcome = studio.run();
  ASSERT_TRUE(outcome);
  double least = INFINITY;
  for (const Progress& p : studio.told)
    least = std::min(least, p.val_nll);
  EXPECT_EQ(outcome->at_best.val_nll, least);
  EXPECT_NEAR(outcome->best_val_nll, least, 1e-6);
}

TEST(Trainer, StopsWhenItGetsNoBetter) {
  Studio studio;
  studio.settings.recipe = quick(100'000);
  studio.settings.recipe.rate = 1e-9;
  studio.settings.recipe.average_steps = 0;
  studio.settings.recipe.patience = 3;
  const auto outcome = studio.run();
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->ending, Ending::patience);
}

TEST(Trainer, GoesBackToTheLastGoodPointWhenItDivergesAndSaysSo) {
  Studio calm;
  std::optional<RunState> kept;
  std::atomic<bool> stop{false};
  calm.observer.stop = &stop;
  calm.observer.judged = [&](const Progress&) { stop = true; };
  calm.observer.keep = [&](const Layout&, const RunState& state) { kept = state; };
  const auto before = calm.run();
  ASSERT_TRUE(before);
  ASSERT_TRUE(kept);

  Studio wild;
  wild.settings.recipe.rate = 1e30;
  const auto after = wild.run(&*kept);
  ASSERT_TRUE(after) << after.error().message;
  EXPECT_EQ(after->ending, Ending::diverged);
  EXPECT_EQ(numbers(after->best), numbers(before->best));
  ASSERT_FALSE(wild.notes.empty());
  EXPECT_NE(wild.notes.front().find("half the learning rate"), std::string::npos);
}

TEST(Trainer, ThatDivergesFromTheStartSaysWhatToDo) {
  Studio studio;
  studio.settings.recipe.rate = 1e30;
  const auto outcome = studio.run();
  ASSERT_FALSE(outcome);
  EXPECT_NE(outcome.error().message.find("--learning-rate"), std::string::npos);
}

TEST(Trainer, GoesBackAlsoFromAFirstEpochThatRuinsAll) {
  Studio studio;
  studio.settings.recipe.rate = 3;
  studio.settings.recipe.clip = 0;
  studio.settings.recipe.warm_up = 0;
  const auto outcome = studio.run();
  EXPECT_FALSE(studio.notes.empty()) << "it is said";
  if (outcome) {
    EXPECT_GT(outcome->setbacks, 0);
  }
}

TEST(Trainer, TakesWhateverADatasetMayHold) {
  const auto of = [](std::vector<float> values) {
    const std::uint64_t rows = values.size() / 3;
    return Dataset::from_values(3, std::move(values), {{"a", 0, rows}});
  };
  std::vector<float> constant;
  std::vector<float> gaps;
  std::vector<float> four;
  for (int row = 0; row < 200; ++row) {
    constant.insert(constant.end(), {0.02F, 0.5F, 0.5F});
    gaps.insert(gaps.end(), {row % 50 == 49 ? 40'000.0F : 0.02F, static_cast<float>(row) / 200, 1});
    if (row < 4) four.insert(four.end(), {0.1F, 0.2F, static_cast<float>(row) / 4});
  }
  for (auto& values : {constant, gaps, four}) {
    Studio studio;
    studio.dataset = of(values);
    studio.parts = *split(test::takes_of(studio.dataset), 20);
    const auto outcome = studio.run();
    ASSERT_TRUE(outcome) << outcome.error().message;
    EXPECT_TRUE(check(outcome->best));
    EXPECT_TRUE(std::isfinite(outcome->best_val_nll));
  }
}

/// A run that begins with 6 of its 12 units.
struct GrowingStudio : Studio {
  GrowingStudio() {
    Sizes half = kSmall;
    half.units /= 2;
    settings.smaller = {{half, quick(20)}};
  }
};

TEST(GrowingTrainer, NeverEndsWorseThanTheSmallNetworkAlone) {
  Studio small;
  GrowingStudio grown;
  const Stage& first = grown.settings.smaller.front();
  small.settings.recipe = first.recipe;
  const auto before = train(fresh_weights(first.sizes, small.settings.seed), small.parts,
                            small.settings, small.observer);
  ASSERT_TRUE(before);
  for (const double rate : {0.01, 1e-12, 10.0}) {
    grown.settings.recipe.rate = rate;
    const auto after = grown.run();
    ASSERT_TRUE(after) << after.error().message;
    EXPECT_EQ(after->best.sizes, kSmall);
    EXPECT_LE(after->best_val_nll, before->best_val_nll + 1e-6) << "rate " << rate;
    EXPECT_LE(after->at_best.val_nll, before->at_best.val_nll);
  }
}

TEST(GrowingTrainer, CountsItsEpochsOnAndTellsHowFarItIs) {
  GrowingStudio studio;
  const auto outcome = studio.run();
  ASSERT_TRUE(outcome);
  ASSERT_EQ(studio.told.size(), 50U);
  double part = 0;
  for (std::size_t k = 0; k < studio.told.size(); ++k) {
    EXPECT_EQ(studio.told[k].epoch, k + 1);
    EXPECT_GT(studio.told[k].part, part);
    part = studio.told[k].part;
  }
  EXPECT_NEAR(part, 1, 0.05);  // passes at random offsets vary by a batch
  ASSERT_EQ(studio.notes.size(), 1U);
  EXPECT_NE(studio.notes.front().find("12"), std::string::npos);
}

TEST(GrowingTrainer, GoesOnFromACheckpointOfEitherStage) {
  GrowingStudio whole;
  const auto expected = whole.run();
  ASSERT_TRUE(expected);
  for (const std::size_t judgements : {5U, 20U, 35U}) {
    GrowingStudio first;
    std::atomic<bool> stop{false};
    std::optional<RunState> kept;
    first.observer.stop = &stop;
    first.observer.judged = [&](const Progress& p) {
      first.told.push_back(p);
      stop = first.told.size() == judgements;
    };
    first.observer.keep = [&](const Layout&, const RunState& state) { kept = state; };
    const auto cut = first.run();
    ASSERT_TRUE(cut);
    EXPECT_EQ(cut->ending, Ending::stopped);
    EXPECT_EQ(cut->best.sizes, kSmall) << "of the size that was asked for, stopped or not";
    ASSERT_TRUE(kept);
    GrowingStudio second;
    const auto outcome = second.run(&*kept);
    ASSERT_TRUE(outcome);
    EXPECT_EQ(numbers(outcome->best), numbers(expected->best)) << judgements;
  }
}

TEST(GrowingTrainer, EndsAtTheSameBitsWithAnyNumberOfThreads) {
  expect_the_same_bits_with_any_number_of_threads<GrowingStudio>();
}

TEST(Trainer, CountsTheTimeThatWasSpentBeforeItAgainstItsBudgetAndKeepsNothingUnlearnt) {
  Studio studio;
  studio.settings.recipe.epochs = 1'000'000;
  studio.settings.seconds = 1000;
  studio.settings.began -= std::chrono::seconds(1001);
  const auto outcome = studio.run();
  ASSERT_FALSE(outcome);
  EXPECT_NE(outcome.error().message.find("before the first batch"), std::string::npos);
}

TEST(Trainer, StopsAtOnceWhenAskedAndKeepsNothingUnlearnt) {
  Studio studio;
  const std::atomic<bool> stop = true;
  studio.observer.stop = &stop;
  const auto outcome = studio.run();
  ASSERT_FALSE(outcome);
  EXPECT_NE(outcome.error().message.find("nothing to keep"), std::string::npos);
}

TEST(GrowingTrainer, GoesOnWhereASmallerNetworkHadNoTime) {
  GrowingStudio studio;
  studio.settings.has_epochs = true;
  studio.settings.seconds = 1000;
  // Of the time, only the last network's share is left, which has more than its epochs take.
  studio.settings.began -= std::chrono::seconds(700);
  const auto outcome = studio.run();
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_EQ(outcome->ending, Ending::finished);
  EXPECT_GT(outcome->at_end.batches, 0U);
  EXPECT_NE(studio.notes.front().find("had their share of the time"), std::string::npos);
}

TEST(GrowingTrainer, SharesATimeBudget) {
  GrowingStudio studio;
  for (Stage& stage : studio.settings.smaller)
    stage.recipe.epochs = 1'000'000;
  studio.settings.recipe.epochs = 1'000'000;
  studio.settings.seconds = 0.5;
  const auto outcome = studio.run();
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->ending, Ending::out_of_time);
  // The time is the clock's, so a run may also diverge and tell that it went back.
  EXPECT_EQ(
      std::ranges::count_if(
          studio.notes, [](const std::string& note) { return note.find("12 go on") != note.npos; }),
      1)
      << "the small network ended before all time was used up";
  EXPECT_EQ(outcome->best.sizes, kSmall);
}

/// NLL of a take of one window. On stage a state is never begun anew; in training it is, every 20
/// frames.
double carried_nll(const Weights& weights, const Dataset& take) {
  const std::size_t frames = take.rows() - 1;
  const LearnerShape shape{.batch = {.rows = 1, .steps = frames}, .slice_rows = 1, .threads = 1};
  Learner<float> learner(weights, shape, {});
  const Recipe recipe;
  const Lessons lessons(learner.layout(), recipe, {}, 0);
  const Window whole{&take, 0, static_cast<std::uint32_t>(frames)};
  return learner.measure(
      1,
      [&](std::size_t, Lesson<float>& lesson) {
        return *lessons.fill({&whole, 1}, nullptr, lesson);
      },
      learner.state.parameters);
}

TEST(Trainer, WhoseStateIsCarriedOnForesseesAsWellAsInWindows) {
  Studio studio;
  studio.settings.recipe = quick(150);
  const auto outcome = studio.run();
  ASSERT_TRUE(outcome);
  EXPECT_LT(carried_nll(outcome->best, test::swells(3, 1, 3001)), outcome->best_val_nll + 0.2);
}

TEST(Trainer, KnowsByHeartWhatNeverMovesHoweverLongItPlays) {
  const auto held = [](std::uint64_t rows) {
    std::vector<float> values;
    for (std::uint64_t row = 0; row < rows; ++row)
      values.insert(values.end(), {0.02F, 0.5F, 0.25F});
    return Dataset::from_values(3, std::move(values), {{"a", 0, rows}});
  };
  const Dataset dataset = held(1000);
  Studio studio;
  studio.parts = *split(test::takes_of(dataset), 20);
  studio.settings.recipe = quick(150);
  studio.settings.recipe.mirror = 0.2;
  studio.settings.recipe.shift = 0.1;
  const auto outcome = studio.run();
  ASSERT_TRUE(outcome);
  EXPECT_LT(carried_nll(outcome->best, held(3001)), outcome->best_val_nll + 0.2);
}

}  // namespace
}  // namespace imps::train
