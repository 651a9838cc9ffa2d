#include "train/trainer.h"

#include <algorithm>
#include <cstddef>
#include <optional>

#include <fmt/format.h>

#include "dataset/resolution.h"
#include "train/fit.h"
#include "train/run.h"
#include "train/widen.h"

namespace imps::train {
namespace {

// Rows in which the controls' steps are looked for. The models depend on it.
constexpr std::uint64_t kSampledRows = 100'000;
constexpr std::uint64_t kFewestRows = 20;  // of each take
// Fewer values than these may lie on a controller's by chance, as 0 and 1 do.
constexpr std::uint64_t kFewestMoves = 8;
// Who moves a control over so much of its range has it all.
constexpr float kWholeRange = 0.9F;
// A control that never moves has no step to be seen. Some of one keeps its density within bounds.
constexpr float kStepOfConstant = 0.1F;

/// How controls move. Their steps are how far values are spread by dither, for a recipe that asks
/// for 1. In a corpus of several instruments, some are continuous and some are not: then each take
/// is looked at by itself, and has a step only where it is seen to move in steps.
Result<Movement> movement_of(const std::vector<Stretch>& takes, const DataShape& shape) {
  const int dimension = static_cast<int>(shape.sorted.size());
  const auto of_all = find_resolutions(takes, dimension, kSampledRows);
  if (!of_all) return of_all.error();
  const std::uint64_t rows_a_take = std::max(kSampledRows / takes.size(), kFewestRows);
  Movement movement;
  movement.moves.assign(shape.moves.begin() + 1, shape.moves.end());
  for (std::size_t d = 1; d < shape.sorted.size(); ++d) {
    const Movement::Room room{shape.sorted[d].front() / static_cast<float>(kScale),
                              shape.sorted[d].back() / static_cast<float>(kScale)};
    const bool is_part = room.greatest - room.least < kWholeRange;
    movement.rooms.push_back(is_part ? room : Movement::Room{});
  }
  for (const Stretch& take : takes) {
    const auto of_take = find_resolutions({&take, 1}, dimension, rows_a_take);
    if (!of_take) return of_take.error();
    for (std::size_t k = 0; k < of_all->size(); ++k) {
      const Resolution& all = (*of_all)[k];
      const Resolution& own = (*of_take)[k];
      const float part = movement.moves[k] ? 1 : kStepOfConstant;
      const int number = all.steps > 0 ? all.steps : own.moves >= kFewestMoves ? own.steps : 0;
      movement.steps.push_back(number > 0 ? part / static_cast<float>(number) : 0);
    }
  }
  return movement;
}

}  // namespace

Plan plan_of(const Split& split, const Recipe& recipe) {
  const auto rounded_up = [](std::uint64_t n, std::uint64_t by) { return (n + by - 1) / by; };
  const auto batch = static_cast<std::uint64_t>(recipe.batch);
  const std::uint64_t windows = training_windows(split, recipe, 0, 0).count();
  const std::uint64_t a_pass = std::max<std::uint64_t>(rounded_up(windows, batch), 1);
  Plan plan;
  plan.passes_an_epoch = std::max<std::uint64_t>(rounded_up(recipe.epoch_batches, a_pass), 1);
  plan.batches_an_epoch = plan.passes_an_epoch * a_pass;
  plan.epochs = std::max(recipe.epochs, rounded_up(recipe.least_batches, plan.batches_an_epoch));
  return plan;
}

Result<Outcome> train(const Weights& first, const Split& split, const RunSettings& settings,
                      const RunObserver& observer, const RunState* resumed) {
  const auto shape = shape_of(split.training, first.sizes.dimension);
  if (!shape) return shape.error();
  const auto movement = movement_of(split.training, *shape);
  if (!movement) return movement.error();

  std::vector<Stage> stages = settings.smaller;
  stages.push_back({first.sizes, settings.recipe});
  const auto fresh = [&](std::size_t k) {
    return k + 1 == stages.size() ? first : fresh_weights(stages[k].sizes, settings.seed);
  };
  std::size_t k = resumed == nullptr ? 0 : static_cast<std::size_t>(resumed->stage);
  Weights weights = fresh(k);
  const bool fits = settings.recipe.fit_dt > 0;
  if (fits && k == 0) fit(weights, *shape);
  std::optional<RunState> before;
  auto since = settings.began;
  for (;; ++k) {
    Run run(weights, split, settings, stages, k, observer, *movement, since);
    if (fits) run.precondition(*shape);
    if (before)
      run.begin(*before);
    else if (resumed != nullptr)
      run.resume(*resumed);
    else
      run.begin();
    const auto ending = run.go();
    if (!ending) return ending.error();
    const bool is_last = k + 1 == stages.size();
    if (is_last || *ending == Ending::stopped || *ending == Ending::diverged) {
      auto outcome = run.outcome(*ending);
      for (std::size_t larger = k + 1; outcome && larger < stages.size(); ++larger)
        outcome->best = widened(outcome->best, fresh(larger));
      return outcome;
    }
    before = run.state();
    since = run.counted_to();
    weights = widened(run.best(), fresh(k + 1));
    if (observer.told) {
      observer.told(fmt::format(
          "{} units have {}; {} go on from there", stages[k].sizes.units,
          *ending == Ending::out_of_time ? "had their share of the time" : "learnt what they can",
          stages[k + 1].sizes.units));
    }
  }
}

}  // namespace imps::train
