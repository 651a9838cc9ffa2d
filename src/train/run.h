// One stage of a training run: passes, judgements, setbacks, the best weights.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <string>

#include <imps/model.h>
#include <imps/result.h>

#include "train/corpus.h"
#include "train/fit.h"
#include "train/learner.h"
#include "train/lessons.h"
#include "train/run_state.h"
#include "train/trainer.h"

namespace imps::train {

/// One network learns until its stage is over. Everything that it is made of outlives it.
class Run {
 public:
  /// @param first  the weights to begin with.
  /// @param stages  the run's, smallest first; it is the turn of the one numbered `stage`.
  /// @param since  from when on its time is counted, beyond that of the state it begins with
  Run(const Weights& first, const Split& split, const RunSettings& settings,
      std::span<const Stage> stages, std::size_t stage, const RunObserver& observer,
      const Movement& movement, std::chrono::steady_clock::time_point since);

  void precondition(const DataShape& shape) {
    learner_.precondition(parameter_scales(learner_.layout(), shape));
  }
  /// From the first weights on.
  void begin();
  /// The same, after the stage before: counts on, and keeps its best weights, in this size.
  void begin(const RunState& before);
  /// Goes on where a run of this stage stood.
  void resume(const RunState& state);
  /// Errors: unreadable data; divergence from the start on.
  Result<Ending> go();
  /// What came of it.
  Result<Outcome> outcome(Ending ending);
  /// For the next stage. Its `learner` and `good` are not kept.
  [[nodiscard]] const RunState& state() const noexcept { return state_; }
  /// Up to when state().seconds counts.
  [[nodiscard]] std::chrono::steady_clock::time_point counted_to() const noexcept { return began_; }
  [[nodiscard]] Weights best() const { return unflatten<float>(learner_.layout(), state_.best); }

 private:
  using Clock = std::chrono::steady_clock;

  static LearnerShape shape(const RunSettings& settings, const Recipe& recipe);
  static OptimiserSettings optimiser(const Recipe& recipe);

  [[nodiscard]] double seconds() const {
    return state_.seconds + std::chrono::duration<double>(Clock::now() - began_).count();
  }
  [[nodiscard]] double part_done() const;
  [[nodiscard]] double part_of_all() const;
  /// When the stage is over, in seconds of training; 0: no budget. The last one leaves time to be
  /// judged at the end.
  [[nodiscard]] double deadline() const {
    const double end =
        settings_.seconds * static_cast<double>(stage_ + 1) / static_cast<double>(stages_.size());
    return stage_ + 1 < stages_.size() ? end : end - time_to_judge();
  }
  [[nodiscard]] double time_to_judge() const;
  /// How many frames are looked at, of `most` at best, when there is a budget of time.
  [[nodiscard]] std::uint64_t affordable(std::uint64_t most) const;
  [[nodiscard]] double rate() const;
  [[nodiscard]] bool is_stopped() const { return observer_.stop != nullptr && *observer_.stop; }
  [[nodiscard]] bool is_out_of_patience() const {
    return recipe_.patience > 0 && state_.without_better >= recipe_.patience;
  }
  [[nodiscard]] std::optional<Ending> ending();
  [[nodiscard]] bool is_better_than_nothing();
  void pass();
  void count_batch(std::uint64_t batches_of_pass);
  void after(const Learner<float>::Step& step);
  Learner<float>::Step learn(const WindowList& windows, const Shuffle& shuffle);
  double fill(std::span<const Window> windows, const std::uint64_t* draw, Lesson<float>& lesson);
  double measure(const WindowList& windows, std::span<const float> parameters);
  void judge(bool ends_epoch);
  void set_back(const std::string& why);
  [[nodiscard]] bool is_time_to_keep() const;
  void keep();

  const Split& split_;
  const RunSettings& settings_;
  std::span<const Stage> stages_;
  const std::size_t stage_;
  const Recipe& recipe_;
  const RunObserver& observer_;
  Learner<float> learner_;
  Lessons lessons_;
  double part_before_ = 0;  // of the whole run, in the stages before this one
  double own_part_ = 1;
  const Numbers<float> first_;  // parameters
  RunState state_;              // but for its learner, which is learner_.state meanwhile
  Clock::time_point began_;
  Clock::time_point kept_ = Clock::now();
  double seconds_to_keep_;            // what writing a checkpoint takes
  double clock_ = 0;                  // seconds of training, the same for all processes
  std::uint64_t finally_judged_ = 0;  // frames
  double seconds_a_frame_ = 0;        // that is judged, here; at first a guess
  double shared_a_frame_ = 0;         // the first process's, the same for all
  std::mutex error_mutex_;
  std::optional<Error> error_;  // guarded while slices are filled
};

}  // namespace imps::train
