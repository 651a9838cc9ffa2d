// All of a training run that changes: what a checkpoint holds.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include <imps/model.h>
#include <imps/result.h>

#include "train/learner.h"

namespace imps::train {

/// What is told of a run each time it is judged.
struct Progress {
  std::uint64_t epoch = 0;    ///< epochs that are done
  bool ends_epoch = false;    ///< not in the middle of a long one
  std::uint64_t batches = 0;  ///< steps that are done
  double part = 0;            ///< of the whole run, in [0, 1], if it is not stopped early
  double train_nll = 0;       ///< nats a frame, the mean since the last report
  double val_nll = 0;         ///< nats a frame, in IMPSY's windows, of the weights as saved
  double best_val_nll = 0;
  bool best = false;         ///< this one
  double rate = 0;           ///< the learning rate
  double norm = 0;           ///< of the gradient, the mean since the last report
  double seconds = 0;        ///< of training so far
  std::uint64_t frames = 0;  ///< transitions learnt from
};

/// Where a run stands.
struct RunState {
  LearnerState<float> learner;
  LearnerState<float> good;  ///< as last judged: where a setback leads
  Numbers<float> best;       ///< parameters of the lowest validation NLL; empty before the first
  std::uint64_t stage = 0;   ///< which of the run's networks learns now: doc/training.md
  std::uint64_t stage_began = 0;     ///< batches that were done then
  double stage_seconds = 0;          ///< of training, then
  std::uint64_t planned = 0;         ///< batches of this stage, about
  std::uint64_t planned_epochs = 0;  ///< at the end of this stage, exactly
  std::uint64_t done = 0;            ///< batches
  std::uint64_t epoch = 0;
  std::uint64_t epoch_began = 0;  ///< batches that were done then
  std::uint64_t pass = 0;
  std::uint64_t batch = 0;      ///< of this pass, the next one
  std::uint64_t judged_at = 0;  ///< batches that were done then
  std::uint64_t frames = 0;
  std::uint64_t since_report = 0;
  double nll_sum = 0;   ///< since the last report
  double norm_sum = 0;  ///< since the last report
  double slowed = 1;    ///< the rate's factor after setbacks
  double seconds = 0;   ///< of training, all sittings together
  double clock = 0;     ///< the same, as all processes have agreed on
  int setbacks = 0;
  int without_better = 0;  ///< epochs
  int bettered = 0;        ///< judgements of this epoch
  double least_train_nll = 1e300;
  double to_beat = 1e300;  ///< the validation NLL that patience waits to see bettered
  Progress at_best;
  Progress last;
};

/// Writes `state`, with `job` (any text of the caller's) beside it: aside, synced, then renamed, so
/// that a whole file is there at every moment. Blocks.
Result<void> save_checkpoint(const std::filesystem::path& path, const Layout& layout,
                             const RunState& state, const std::string& job);

struct Checkpoint {
  Sizes sizes;
  RunState state;
  std::string job;
};

/// Reads a checkpoint whole or not at all.
Result<Checkpoint> load_checkpoint(const std::filesystem::path& path);
/// The same from memory, without the digest in its end.
Result<Checkpoint> parse_checkpoint(std::span<const std::byte> bytes);

}  // namespace imps::train
