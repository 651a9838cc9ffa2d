#include "evaluate/windows.h"

#include <algorithm>
#include <cassert>
#include <optional>
#include <vector>

#include "dataset/cut.h"
#include "evaluate/part.h"
#include "evaluate/workers.h"
#include "model/density.h"

namespace imps::evaluate {
namespace {

constexpr std::uint64_t kWindowsAtOnce = 64;

/// Windows that begin at rows following each other.
struct Job {
  std::uint64_t first_row = 0;  ///< in the dataset
  std::uint64_t windows = 0;
  bool validates = false;
};

std::vector<Job> divide(const Dataset& dataset, std::uint64_t training) {
  std::vector<Job> jobs;
  std::uint64_t number = 0;
  for (const Take& take : dataset.takes()) {
    const std::uint64_t windows = windows_in_take(take.rows, kWindowRows);
    for (std::uint64_t k = 0; k < windows;) {
      std::uint64_t count = std::min(kWindowsAtOnce, windows - k);
      const bool validates = number >= training;
      if (!validates) count = std::min(count, training - number);
      jobs.push_back({take.first + k, count, validates});
      k += count;
      number += count;
    }
  }
  return jobs;
}

/// Σ −log p over the windows and steps of `job`.
Result<double> loss_of(const Mdrnn& model, const Dataset& dataset, const Job& job) {
  const auto dimension = static_cast<std::size_t>(model.dimension());
  std::vector<float> read(static_cast<std::size_t>(job.windows + kWindowSteps) * dimension);
  if (const auto done = dataset.read(job.first_row, read); !done) return done.error();
  const std::vector<double> rows(read.begin(), read.end());
  std::vector<double> targets(rows);
  for (double& value : targets)
    value *= kScale;

  Mdrnn::State state(model);
  double sum = 0;
  for (std::size_t window = 0; window < job.windows; ++window) {
    state.reset();
    for (std::size_t step = window; step < window + kWindowSteps; ++step) {
      const std::span<const double> row(rows.data() + step * dimension, dimension);
      advance(model, state, {row[0], row.subspan(1)});
      sum -= log_density(state.mixture(), {targets.data() + (step + 1) * dimension, dimension});
    }
  }
  return sum;
}

}  // namespace

Result<ImpsyLoss> impsy_loss(const Mdrnn& model, const Dataset& dataset, unsigned threads) {
  assert(model.dimension() == dataset.dimension());
  const WindowCounts counts = count_windows(rows_of_takes(dataset), kWindowRows);
  const std::vector<Job> jobs = divide(dataset, counts.training);
  std::vector<std::optional<Result<double>>> found(jobs.size());
  work_through(jobs.size(), threads,
               [&](std::size_t k) { found[k] = loss_of(model, dataset, jobs[k]); });

  ImpsyLoss loss{{0, counts.training}, {0, counts.validation}};
  for (std::size_t k = 0; k < jobs.size(); ++k) {
    if (!*found[k]) return found[k]->error();
    (jobs[k].validates ? loss.validation : loss.training).nll += **found[k];
  }
  for (WindowLoss* const part : {&loss.training, &loss.validation})
    if (part->windows > 0) part->nll /= static_cast<double>(part->windows * kWindowSteps);
  return loss;
}

Result<double> window_loss(const Mdrnn& model, const Dataset& dataset, std::uint64_t first_row) {
  assert(model.dimension() == dataset.dimension());
  auto sum = loss_of(model, dataset, {.first_row = first_row, .windows = 1});
  if (sum) *sum /= kWindowSteps;
  return sum;
}

}  // namespace imps::evaluate
