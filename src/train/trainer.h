// A training run: passes, judgements, the best weights.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <imps/model.h>
#include <imps/result.h>

#include "train/corpus.h"
#include "train/exchange.h"
#include "train/recipe.h"
#include "train/run_state.h"

namespace imps::train {

enum class Ending {
  finished,     ///< all epochs
  patience,     ///< no better validation for too long
  stopped,      ///< asked to
  out_of_time,  ///< the time budget
  diverged,     ///< again and again, with ever lower rates
};

struct Outcome {
  Weights best;  ///< of the lowest validation NLL
  Progress at_best;
  Progress at_end;
  double best_val_nll = 0;    ///< over every validation window (a sample of very many)
  double best_train_nll = 0;  ///< over windows end to end in the training rows, nothing added
  Ending ending = Ending::finished;
  int setbacks = 0;  ///< how often it went back to the last good point
};

/// A network of some size, and how it learns.
struct Stage {
  Sizes sizes;
  Recipe recipe;
};

struct RunSettings {
  Recipe recipe;
  /// The networks that training begins with, smallest first, before the one that is asked for: each
  /// is widened to the next when it is done. The larger network
  /// begins with all that the smaller one knows, and so never ends worse. Same dimension, layers,
  /// mixtures, steps.
  std::vector<Stage> smaller;
  std::uint64_t seed = 0;
  int threads = 1;
  double seconds = 0;  ///< time budget; 0: none
  /// When the budget's time began: making the first weights takes some of it, too.
  std::chrono::steady_clock::time_point began = std::chrono::steady_clock::now();
  bool has_epochs = false;           ///< the recipe's epochs count within a time budget, too
  double seconds_a_checkpoint = 20;  ///< at most; the first ones come sooner
  Exchange* exchange = nullptr;      ///< outlives the run
};

/// What a run tells; every function may be missing. Called by the training thread.
struct RunObserver {
  std::function<void(const Progress&)> judged;
  std::function<void(const std::string&)> told;              ///< a setback, in words
  std::function<void(const Layout&, const RunState&)> keep;  ///< time for a checkpoint
  const std::atomic<bool>* stop = nullptr;
};

/// Trains `first`, of the largest size, on split.training; smaller networks begin fresh.
/// Deterministic for the same seed, recipe, data and kind of processor, unless there is a time
/// budget; a run that goes on from a state that keep() was given ends as it would have without a
/// pause. Errors: unreadable data; divergence from the start on.
Result<Outcome> train(const Weights& first, const Split& split, const RunSettings& settings,
                      const RunObserver& observer, const RunState* resumed = nullptr);

/// What a run has before it, if nothing ends it early.
struct Plan {
  std::uint64_t passes_an_epoch = 1;
  std::uint64_t batches_an_epoch = 1;  ///< about: windows at random offsets vary a little
  std::uint64_t epochs = 1;
};
Plan plan_of(const Split& split, const Recipe& recipe);

}  // namespace imps::train
