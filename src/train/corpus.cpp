#include "train/corpus.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <Random123/philox.h>
#include <fmt/format.h>

#include <imps/random.h>

namespace imps::train {
namespace {

constexpr std::uint32_t kOffsetAgent = 0x2000;
constexpr std::uint32_t kShuffleAgent = 0x2001;
constexpr int kRounds = 6;
constexpr double kTrainingPart = 0.9;

/// Rows [0, rows) of the takes, all together, and the rest.
void cut_rows(std::span<const Stretch> takes, std::uint64_t rows, Split& into) {
  for (const Stretch& take : takes) {
    const std::uint64_t here = std::min(rows, take.rows);
    rows -= here;
    if (here > 1) into.training.push_back({take.dataset, take.first, here});
    if (take.rows - here > 1)
      into.validation.push_back({take.dataset, take.first + here, take.rows - here});
  }
}

}  // namespace

std::uint64_t windows_at_every_row(std::span<const Stretch> takes, int steps) {
  std::uint64_t count = 0;
  const auto length = static_cast<std::uint64_t>(steps);
  for (const Stretch& take : takes)
    count += take.rows > length ? take.rows - length : 0;
  return count;
}

Result<Split> split(std::span<const Stretch> takes, int steps) {
  Split parts;
  const std::uint64_t windows = windows_at_every_row(takes, steps);
  // As Keras rounds: floor(n · (1 − 0.1)).
  const auto training =
      static_cast<std::uint64_t>(std::floor(static_cast<double>(windows) * kTrainingPart));
  if (training == 0 || training == windows) {
    std::uint64_t rows = 0;
    for (const Stretch& take : takes)
      rows += take.rows;
    cut_rows(takes, rows - std::max<std::uint64_t>(rows / 10, std::min<std::uint64_t>(rows, 2)),
             parts);
  } else {
    std::uint64_t left = training;
    bool held_out = false;
    for (const Stretch& take : takes) {
      const auto length = static_cast<std::uint64_t>(steps);
      const std::uint64_t here = take.rows > length ? take.rows - length : 0;
      if (held_out) {
        if (here > 0) parts.validation.push_back(take);
        continue;
      }
      if (left >= here) {
        left -= here;
        if (take.rows > 1) parts.training.push_back(take);
        held_out = left == 0;
        continue;
      }
      // The first validation window begins at row `left`, which training may still predict.
      parts.validation.push_back({take.dataset, take.first + left, take.rows - left});
      if (left > 0) parts.training.push_back({take.dataset, take.first, left + 1});
      held_out = true;
    }
  }
  if (parts.training.empty() || parts.validation.empty()) {
    return Error{
        "too few rows: there must be at least two to learn from and two to judge by; record more "
        "and collate again"};
  }
  return parts;
}

WindowList WindowList::every_row(std::span<const Stretch> takes, int steps, std::uint64_t stride) {
  WindowList list;
  list.takes_.assign(takes.begin(), takes.end());
  list.steps_ = static_cast<std::uint64_t>(steps);
  list.stride_ = stride;
  std::uint64_t end = 0;
  for (const Stretch& take : takes) {
    const std::uint64_t here = take.rows > list.steps_ ? take.rows - list.steps_ : 0;
    end += (here + stride - 1) / stride;
    list.ends_.push_back(end);
  }
  return list;
}

WindowList WindowList::end_to_end(std::span<const Stretch> takes, int steps, std::uint64_t seed,
                                  std::uint64_t pass) {
  WindowList list;
  list.takes_.assign(takes.begin(), takes.end());
  list.steps_ = static_cast<std::uint64_t>(steps);
  std::uint64_t end = 0;
  Uniforms uniforms(seed, kOffsetAgent, pass);
  for (const Stretch& take : takes) {
    const std::uint64_t transitions = take.rows - 1;
    auto offset = static_cast<std::uint64_t>(uniforms.next() * static_cast<double>(steps));
    if (offset >= transitions) offset = 0;
    list.offsets_.push_back(static_cast<std::uint32_t>(offset));
    end += (offset > 0 ? 1 : 0) + (transitions - offset + list.steps_ - 1) / list.steps_;
    list.ends_.push_back(end);
  }
  return list;
}

Window WindowList::at(std::uint64_t number) const {
  const auto take = static_cast<std::size_t>(std::upper_bound(ends_.begin(), ends_.end(), number) -
                                             ends_.begin());
  const Stretch& stretch = takes_[take];
  const std::uint64_t in_take = number - (take > 0 ? ends_[take - 1] : 0);
  if (offsets_.empty()) {
    return {stretch.dataset, stretch.first + in_take * stride_, static_cast<std::uint32_t>(steps_)};
  }
  const std::uint64_t transitions = stretch.rows - 1;
  const std::uint64_t offset = offsets_[take];
  if (offset > 0 && in_take == 0)
    return {stretch.dataset, stretch.first, static_cast<std::uint32_t>(offset)};
  const std::uint64_t from = offset + (in_take - (offset > 0 ? 1 : 0)) * steps_;
  return {stretch.dataset, stretch.first + from,
          static_cast<std::uint32_t>(std::min(steps_, transitions - from))};
}

Shuffle::Shuffle(std::uint64_t count, std::uint64_t seed, std::uint64_t pass) noexcept
    : count_(count), seed_(seed), pass_(pass) {
  while ((std::uint64_t{1} << (2 * half_bits_)) < count)
    ++half_bits_;
}

std::uint64_t Shuffle::operator[](std::uint64_t k) const noexcept {
  const std::uint64_t mask = (std::uint64_t{1} << half_bits_) - 1;
  const r123::Philox4x32::key_type key{
      {static_cast<std::uint32_t>(seed_), static_cast<std::uint32_t>(seed_ >> 32)}};
  do {
    std::uint64_t left = k >> half_bits_;
    std::uint64_t right = k & mask;
    for (int round = 0; round < kRounds; ++round) {
      const r123::Philox4x32::ctr_type counter{
          {static_cast<std::uint32_t>(right), static_cast<std::uint32_t>(pass_),
           kShuffleAgent + (static_cast<std::uint32_t>(pass_ >> 32) << 16),
           static_cast<std::uint32_t>(round)}};
      const auto drawn = r123::Philox4x32{}(counter, key);
      const std::uint64_t next = left ^ (drawn[0] & mask);
      left = right;
      right = next;
    }
    k = (left << half_bits_) | right;
  } while (k >= count_);
  return k;
}

}  // namespace imps::train
