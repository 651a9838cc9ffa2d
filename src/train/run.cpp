#include "train/run.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include <fmt/format.h>

namespace imps::train {
namespace {

// How many transitions of the validation windows, which overlap, are looked at while training, and
// how many by IMPSY's recipe and at the end: all, where there are not more than in a large dataset.
constexpr std::uint64_t kJudgedFrames = 20'000;
constexpr std::uint64_t kFinallyJudgedFrames = 2'000'000;
// And how many the first weights are judged by.
constexpr std::uint64_t kFirstJudgedFrames = 2000;
// Batches from one judgement to the next in long epochs.
constexpr std::uint64_t kMostBetween = 500;
constexpr int kMostSetbacks = 6;
// A training NLL that is so much worse than it has been, in nats, is divergence: of few dimensions,
// and more for each one beyond them. What many controls do in windows that are mirrored is news at
// first.
constexpr double kRuin = 25;
constexpr int kFewDimensions = 9;
constexpr double kRuinOfEachBeyond = 5;
// What counts as better for patience, in nats: the last digits always move.
constexpr double kLeastGain = 1e-4;
constexpr double kSecondsToFirstCheckpoint = 1;
// Of the time, what checkpoints may take; and before one was written, what is supposed of it: how
// many times the parameters it has, and how quickly it is written.
constexpr double kKeepingPart = 0.05;
constexpr double kPartsOfCheckpoint = 9;
constexpr double kBytesASecond = 1e8;
// This part of every stage but the first ends without patience.
constexpr double kSettling = 0.5;
// Of a budget of time, what judging the result at the end may take, which is three measurements;
// and about what one in between costs, as part of what learning from as many frames does.
constexpr double kJudgingPart = 0.1;
constexpr double kMeasurements = 3;
constexpr double kForwardPart = 1.0 / 3;
// More slices than a batch ever has: numbers of draws never meet.
constexpr std::uint64_t kDrawsABatch = std::uint64_t{1} << 20;

}  // namespace

Run::Run(const Weights& first, const Split& split, const RunSettings& settings,
         std::span<const Stage> stages, std::size_t stage, const RunObserver& observer,
         const Movement& movement, std::chrono::steady_clock::time_point since)
    : split_(split),
      settings_(settings),
      stages_(stages),
      stage_(stage),
      recipe_(stages[stage].recipe),
      observer_(observer),
      learner_(first, shape(settings, recipe_), optimiser(recipe_), settings.exchange),
      lessons_(learner_.layout(), recipe_, movement, settings.seed),
      first_(learner_.state.parameters),
      began_(since),
      seconds_to_keep_(static_cast<double>(learner_.layout().count * sizeof(float)) *
                       kPartsOfCheckpoint / kBytesASecond) {
  for (const WindowList& windows : {validation_windows(split, recipe_.steps),
                                    WindowList::end_to_end(split.training, recipe_.steps, 0, 0)})
    finally_judged_ +=
        std::min(windows.count() * static_cast<std::uint64_t>(recipe_.steps), kFinallyJudgedFrames);
  // A stage's share is what it costs, about: its batches times its parameters.
  std::vector<double> costs;
  double all = 0;
  for (const Stage& one : stages) {
    const Plan plan = plan_of(split, one.recipe);
    costs.push_back(static_cast<double>(plan.epochs * plan.batches_an_epoch) *
                    static_cast<double>(Layout(one.sizes).count));
    all += costs.back();
  }
  for (std::size_t k = 0; k < stage; ++k)
    part_before_ += costs[k] / all;
  own_part_ = costs[stage] / all;
}

LearnerShape Run::shape(const RunSettings& settings, const Recipe& recipe) {
  const auto ranks =
      static_cast<std::size_t>(settings.exchange == nullptr ? 1 : settings.exchange->ranks());
  const auto slice = static_cast<std::size_t>(recipe.slice);
  const std::size_t slices = (static_cast<std::size_t>(recipe.batch) + slice - 1) / slice;
  return {.batch = {.rows = (slices + ranks - 1) / ranks * slice,
                    .steps = static_cast<std::size_t>(recipe.steps)},
          .slice_rows = slice,
          .threads = settings.threads};
}

OptimiserSettings Run::optimiser(const Recipe& recipe) {
  return {.beta2 = recipe.beta2,
          .weight_decay = recipe.weight_decay,
          .clip = recipe.clip,
          .average_steps = recipe.average_steps};
}

double Run::time_to_judge() const {
  return std::min(kJudgingPart * settings_.seconds,
                  shared_a_frame_ * static_cast<double>(finally_judged_));
}

std::uint64_t Run::affordable(std::uint64_t most) const {
  if (settings_.seconds <= 0) return most;
  const auto least = static_cast<std::uint64_t>(10 * recipe_.steps);
  // Where not one batch was done, nobody knows what a frame takes.
  if (shared_a_frame_ <= 0) return std::min(least, most);
  const double part = kJudgingPart / kMeasurements * settings_.seconds / shared_a_frame_;
  return std::clamp(static_cast<std::uint64_t>(std::min(part, 1e15)), std::min(least, most), most);
}

double Run::part_done() const {
  const double done = settings_.seconds > 0 ? clock_ - state_.stage_seconds
                                            : static_cast<double>(state_.done - state_.stage_began);
  const double planned = settings_.seconds > 0 ? deadline() - state_.stage_seconds
                                               : static_cast<double>(state_.planned);
  return planned > 0 ? std::clamp(done / planned, 0.0, 1.0) : 1;
}

double Run::part_of_all() const {
  if (settings_.seconds > 0) return std::min(1.0, clock_ / settings_.seconds);
  return part_before_ + own_part_ * part_done();
}

double Run::rate() const {
  double rate = recipe_.rate * state_.slowed;
  if (recipe_.schedule == Schedule::cosine) {
    const auto since = static_cast<double>(state_.done - state_.stage_began + 1);
    const double warm = since / std::max(1.0, recipe_.warm_up);
    const double cosine = 0.5 * (1 + std::cos(std::numbers::pi * part_done()));
    rate *= std::min(1.0, warm) * (recipe_.last_rate + (1 - recipe_.last_rate) * cosine);
  }
  return rate;
}

double Run::fill(std::span<const Window> windows, const std::uint64_t* draw,
                 Lesson<float>& lesson) {
  auto weight = lessons_.fill(windows, draw, lesson);
  if (weight) return *weight;
  const std::lock_guard lock(error_mutex_);
  error_ = weight.error();
  lesson.extent.rows = 0;
  return 0;
}

Learner<float>::Step Run::learn(const WindowList& windows, const Shuffle& shuffle) {
  const auto batch = static_cast<std::uint64_t>(recipe_.batch);
  const auto slice_rows = static_cast<std::uint64_t>(recipe_.slice);
  const std::uint64_t first_slice =
      settings_.exchange == nullptr
          ? 0
          : static_cast<std::uint64_t>(settings_.exchange->rank()) * learner_.slices();
  const std::uint64_t batch_end = std::min((state_.batch + 1) * batch, windows.count());
  return learner_.learn(
      [&](std::size_t slice, Lesson<float>& lesson) {
        const std::uint64_t number = first_slice + slice;
        const std::uint64_t first = state_.batch * batch + number * slice_rows;
        thread_local std::vector<Window> chosen;
        chosen.clear();
        for (std::uint64_t k = first; k < std::min(first + slice_rows, batch_end); ++k)
          chosen.push_back(windows.at(shuffle[k]));
        const std::uint64_t draw = state_.done * kDrawsABatch + number;
        return fill(chosen, &draw, lesson);
      },
      rate());
}

double Run::measure(const WindowList& windows, std::span<const float> parameters) {
  const auto rows = static_cast<std::uint64_t>(recipe_.slice);
  const auto lessons = static_cast<std::size_t>((windows.count() + rows - 1) / rows);
  const auto before = Clock::now();
  const double nll = learner_.measure(
      lessons,
      [&](std::size_t number, Lesson<float>& lesson) {
        thread_local std::vector<Window> chosen;
        chosen.clear();
        for (std::uint64_t k = number * rows; k < std::min((number + 1) * rows, windows.count());
             ++k)
          chosen.push_back(windows.at(k));
        return fill(chosen, nullptr, lesson);
      },
      parameters);
  const double frames = static_cast<double>(windows.count()) * static_cast<double>(recipe_.steps);
  if (frames > 0)
    seconds_a_frame_ = std::chrono::duration<double>(Clock::now() - before).count() / frames;
  return nll;
}

void Run::judge(bool ends_epoch) {
  Progress now;
  now.epoch = state_.epoch;
  now.ends_epoch = ends_epoch;
  now.batches = state_.done;
  now.part = part_of_all();
  const auto steps = static_cast<double>(std::max<std::uint64_t>(state_.since_report, 1));
  const bool has_learnt = state_.since_report > 0;
  now.train_nll = state_.nll_sum / steps;
  now.norm = state_.norm_sum / steps;
  const bool like_impsy = recipe_.windows == Windows::every_row;
  now.val_nll = measure(validation_windows(split_, recipe_.steps)
                            .thinned(affordable(like_impsy ? kFinallyJudgedFrames : kJudgedFrames)),
                        learner_.finished());
  now.rate = rate();
  now.frames = state_.frames;
  state_.nll_sum = state_.norm_sum = 0;
  state_.since_report = 0;
  const double best_before = state_.at_best.val_nll;
  now.best = std::isfinite(now.val_nll) && (state_.best.empty() || now.val_nll < best_before);
  now.best_val_nll = now.best ? now.val_nll : best_before;
  now.seconds = seconds();
  if (now.best) {
    const auto finished = learner_.finished();
    state_.best.assign(finished.begin(), finished.end());
    state_.at_best = now;
  }
  state_.judged_at = state_.done;
  if (now.best && !(now.val_nll > state_.to_beat - kLeastGain)) {
    state_.to_beat = now.val_nll;
    ++state_.bettered;
  }
  // A network that was widened is best before its rate has risen again, and may be better still
  // only when it has come down.
  if (stage_ > 0 && part_done() < kSettling) {
    state_.to_beat = now.val_nll;
    state_.bettered = 1;
  }
  if (ends_epoch) {
    state_.without_better = state_.bettered > 0 ? 0 : state_.without_better + 1;
    state_.bettered = 0;
  }
  state_.last = now;
  if (observer_.judged) observer_.judged(now);
  const int beyond = std::max(static_cast<int>(learner_.layout().dimension) - kFewDimensions, 0);
  const double ruin = kRuin + kRuinOfEachBeyond * beyond;
  const bool ruined = has_learnt && !(now.train_nll <= state_.least_train_nll + ruin);
  if (has_learnt) state_.least_train_nll = std::min(state_.least_train_nll, now.train_nll);
  if (ruined || !std::isfinite(now.val_nll)) {
    set_back(fmt::format("the NLL is {:.3g}, that of the validation rows {:.3g}", now.train_nll,
                         now.val_nll));
  } else {
    state_.good = learner_.state;
  }
}

void Run::set_back(const std::string& why) {
  ++state_.setbacks;
  state_.slowed *= 0.5;
  const std::uint64_t steps = learner_.state.steps;
  learner_.state = state_.good;
  if (observer_.told) {
    observer_.told(
        fmt::format("{} after {} batches: back to where {} were done, with half the learning rate",
                    why, steps, state_.good.steps));
  }
}

/// The first checkpoint comes early, the others twice as late each, up to what is set: a run that
/// is cut off loses at most half of what it has learnt, or what of it is learnt in twenty times as
/// long as writing takes; and a long one seldom stops to write.
bool Run::is_time_to_keep() const {
  using Seconds = std::chrono::duration<double>;
  const double later = std::max(kSecondsToFirstCheckpoint + Seconds(kept_ - began_).count(),
                                seconds_to_keep_ / kKeepingPart);
  return Seconds(Clock::now() - kept_).count() > std::min(settings_.seconds_a_checkpoint, later);
}

void Run::keep() {
  const auto before = Clock::now();
  kept_ = before;
  if (!observer_.keep) return;
  RunState state = state_;
  state.learner = learner_.state;
  state.seconds = seconds();
  observer_.keep(learner_.layout(), state);
  kept_ = Clock::now();
  seconds_to_keep_ = std::chrono::duration<double>(kept_ - before).count();
}

void Run::after(const Learner<float>::Step& step) {
  ++state_.done;
  if (!step.taken) {
    set_back(fmt::format("the loss is {:.3g}, its gradient {:.3g}", step.nll, step.norm));
    return;
  }
  state_.nll_sum += step.nll;
  state_.norm_sum += step.norm;
  ++state_.since_report;
  state_.frames +=
      static_cast<std::uint64_t>(recipe_.batch) * static_cast<std::uint64_t>(recipe_.steps);
}

/// The rest of a pass, or until the run ends.
void Run::pass() {
  const WindowList windows = training_windows(split_, recipe_, settings_.seed, state_.pass);
  const Shuffle shuffle(windows.count(), settings_.seed, state_.pass);
  const auto rows = static_cast<std::uint64_t>(recipe_.batch);
  const std::uint64_t batches = (windows.count() + rows - 1) / rows;
  while (!ending()) {
    const auto before = Clock::now();
    const auto step = learn(windows, shuffle);
    if (error_) return;
    if (seconds_a_frame_ == 0) {
      seconds_a_frame_ = kForwardPart *
                         std::chrono::duration<double>(Clock::now() - before).count() /
                         (static_cast<double>(recipe_.batch) * static_cast<double>(recipe_.steps));
    }
    after(step);
    count_batch(batches);
    if (is_time_to_keep()) keep();
    if (state_.batch == 0) return;
  }
}

/// Ends the pass, the epoch, and judges, where it is time.
void Run::count_batch(std::uint64_t batches_of_pass) {
  const bool ends_pass = ++state_.batch >= batches_of_pass;
  if (ends_pass) {
    state_.batch = 0;
    ++state_.pass;
  }
  const bool ends_epoch = ends_pass && state_.done - state_.epoch_began >= recipe_.epoch_batches;
  if (ends_epoch) {
    ++state_.epoch;
    state_.epoch_began = state_.done;
  }
  const bool is_long = state_.done - state_.judged_at >= kMostBetween &&
                       batches_of_pass - state_.batch >= kMostBetween / 2;
  if (ends_epoch || (is_long && !ends_pass)) judge(ends_epoch);
}

/// Why the run is over, if it is. Processes that train together agree on it.
std::optional<Ending> Run::ending() {
  bool stopped = is_stopped();
  clock_ = seconds();
  if (settings_.exchange != nullptr) {
    const bool leads = settings_.exchange->rank() == 0;
    std::array<double, 3> votes{stopped ? 1.0 : 0.0, leads ? clock_ : 0.0,
                                leads ? seconds_a_frame_ : 0.0};
    settings_.exchange->sum(std::span<double>(votes));
    stopped = votes[0] > 0;
    clock_ = votes[1];
    shared_a_frame_ = votes[2];
  } else {
    shared_a_frame_ = seconds_a_frame_;
  }
  if (stopped) return Ending::stopped;
  if (settings_.seconds > 0 && clock_ >= deadline()) return Ending::out_of_time;
  if (state_.setbacks > kMostSetbacks) return Ending::diverged;
  if (is_out_of_patience()) return Ending::patience;
  if (state_.epoch >= state_.planned_epochs) return Ending::finished;
  if (recipe_.most_batches > 0 && state_.done >= recipe_.most_batches) return Ending::finished;
  return std::nullopt;
}

void Run::begin() {
  const Plan plan = plan_of(split_, recipe_);
  state_.planned_epochs = state_.epoch + plan.epochs;
  state_.planned = plan.epochs * plan.batches_an_epoch;
  if (recipe_.most_batches > 0) {
    const std::uint64_t left = recipe_.most_batches - std::min(recipe_.most_batches, state_.done);
    state_.planned = std::min(state_.planned, left);
  }
  if (settings_.seconds > 0 && !settings_.has_epochs) state_.planned_epochs = UINT64_MAX;
  state_.good = learner_.state;
  if (stage_ > 0) return;
  // What the first epoch is not to be much worse than.
  const double untaught = measure(
      WindowList::end_to_end(split_.training, recipe_.steps, 0, 0).thinned(kFirstJudgedFrames),
      first_);
  if (std::isfinite(untaught)) state_.least_train_nll = untaught;
}

void Run::begin(const RunState& before) {
  state_ = before;
  state_.stage = stage_;
  state_.stage_began = state_.epoch_began = state_.judged_at = state_.done;
  state_.stage_seconds = clock_ = before.clock;
  state_.best = first_;
  if (state_.batch > 0) ++state_.pass;
  state_.batch = 0;
  state_.slowed = 1;
  state_.without_better = state_.bettered = 0;
  state_.to_beat = RunState{}.to_beat;
  state_.nll_sum = state_.norm_sum = 0;
  state_.since_report = 0;
  begin();
}

void Run::resume(const RunState& state) {
  state_ = state;
  learner_.state = state.learner;
}

/// Whether what has been learnt foresees more than the first weights do.
bool Run::is_better_than_nothing() {
  if (state_.stage > 0) return true;
  if (state_.best.empty()) return false;
  const WindowList windows = validation_windows(split_, recipe_.steps).thinned(kJudgedFrames);
  return state_.at_best.val_nll < measure(windows, first_);
}

Result<Ending> Run::go() {
  std::optional<Ending> end;
  while (!(end = ending())) {
    pass();
    if (error_) return *error_;
  }
  const bool is_over = *end == Ending::stopped || stage_ + 1 == stages_.size();
  if (state_.done == 0 && is_over && (*end == Ending::stopped || *end == Ending::out_of_time)) {
    return Error{*end == Ending::stopped
                     ? "stopped before the first batch was learnt: there is nothing to keep"
                     : fmt::format("{:g} s were over before the first batch was learnt: give more "
                                   "time (--for 1min), or take a smaller size",
                                   settings_.seconds)};
  }
  if (*end == Ending::stopped) keep();
  const bool in_vain = *end == Ending::diverged && !is_better_than_nothing();
  if (!in_vain && (state_.best.empty() || (*end != Ending::stopped && state_.since_report > 0)))
    judge(false);
  if (error_) return *error_;
  if (in_vain || state_.best.empty()) {
    return Error{
        "training diverged with every learning rate that was tried: look at the data with 'imps "
        "inspect'; --learning-rate 0.001 may help"};
  }
  state_.seconds = seconds();
  began_ = Clock::now();
  state_.clock = clock_;
  return *end;
}

Result<Outcome> Run::outcome(Ending ending) {
  Outcome outcome;
  outcome.best = best();
  outcome.at_best = state_.at_best;
  outcome.at_end = state_.last;
  outcome.at_end.seconds = state_.seconds;  // later than the last judgement
  outcome.ending = ending;
  outcome.setbacks = state_.setbacks;
  const std::uint64_t frames = affordable(kFinallyJudgedFrames);
  outcome.best_val_nll =
      measure(validation_windows(split_, recipe_.steps).thinned(frames), state_.best);
  outcome.best_train_nll = measure(
      WindowList::end_to_end(split_.training, recipe_.steps, 0, 0).thinned(frames), state_.best);
  if (error_) return *error_;
  return outcome;
}

}  // namespace imps::train
