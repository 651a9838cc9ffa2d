#include "train/corpus.h"

#include <algorithm>

#include <Random123/philox.h>
#include <fmt/format.h>

#include <imps/random.h>

#include "dataset/cut.h"

namespace imps::train {
namespace {

constexpr std::uint32_t kOffsetAgent = 0x2000;
constexpr std::uint32_t kShuffleAgent = 0x2001;
constexpr int kRounds = 6;

std::uint64_t windows_in(const Stretch& take, std::uint64_t steps) noexcept {
  return imps::windows_in(take.rows, steps + 1);
}

}  // namespace

std::uint64_t windows_at_every_row(std::span<const Stretch> takes, int steps) {
  std::uint64_t count = 0;
  for (const Stretch& take : takes)
    count += windows_in(take, static_cast<std::uint64_t>(steps));
  return count;
}

Result<Split> split(std::span<const Stretch> takes, int steps) {
  std::vector<std::uint64_t> rows;
  for (const Stretch& take : takes)
    rows.push_back(take.rows);
  const std::uint64_t window_rows = static_cast<std::uint64_t>(steps) + 1;
  const Cut cut = find_cut(rows, window_rows);
  const bool by_windows = cut.by == Cut::By::windows;
  // The last training window foretells the cut's row, as Keras has it.
  const std::uint64_t shared = by_windows ? 1 : 0;
  // Judging goes by whole windows, if there are any.
  const std::uint64_t least_held_out = by_windows ? window_rows : 2;
  Split parts;
  for (std::size_t k = 0; k < takes.size(); ++k) {
    const Stretch& take = takes[k];
    const std::uint64_t before = k < cut.take ? take.rows : k == cut.take ? cut.row : 0;
    const std::uint64_t learnt = before + (k == cut.take ? shared : 0);
    const std::uint64_t held_out = take.rows - before;
    if (learnt > 1) parts.training.push_back({take.dataset, take.first, learnt});
    // IMPSY, too, judges by no take of just one window.
    const bool is_one_window = by_windows && take.rows == window_rows;
    if (held_out >= least_held_out && !is_one_window)
      parts.validation.push_back({take.dataset, take.first + before, held_out});
  }
  if (parts.training.empty() || parts.validation.empty()) {
    return Error{
        "too few rows: there must be at least two to learn from and two to judge by; record more "
        "and collate again"};
  }
  return parts;
}

WindowList WindowList::every_row(std::span<const Stretch> takes, int steps) {
  WindowList list;
  list.takes_.assign(takes.begin(), takes.end());
  list.steps_ = static_cast<std::uint64_t>(steps);
  std::uint64_t end = 0;
  for (const Stretch& take : takes) {
    end += windows_in(take, list.steps_);
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

WindowList WindowList::thinned(std::uint64_t most_frames) const {
  WindowList list = *this;
  const std::uint64_t frames = count() * steps_;
  list.stride_ = stride_ * std::max<std::uint64_t>((frames + most_frames - 1) / most_frames, 1);
  return list;
}

Window WindowList::at(std::uint64_t number) const {
  number *= stride_;
  const auto take = static_cast<std::size_t>(std::upper_bound(ends_.begin(), ends_.end(), number) -
                                             ends_.begin());
  const Stretch& stretch = takes_[take];
  const std::uint64_t in_take = number - (take > 0 ? ends_[take - 1] : 0);
  const auto window = [&](std::uint64_t from, std::uint64_t transitions) {
    return Window{stretch.dataset, stretch.first + from, static_cast<std::uint32_t>(transitions),
                  static_cast<std::uint32_t>(take)};
  };
  if (offsets_.empty()) return window(in_take, steps_);
  const std::uint64_t transitions = stretch.rows - 1;
  const std::uint64_t offset = offsets_[take];
  if (offset > 0 && in_take == 0) return window(0, offset);
  const std::uint64_t from = offset + (in_take - (offset > 0 ? 1 : 0)) * steps_;
  return window(from, std::min(steps_, transitions - from));
}

WindowList validation_windows(const Split& split, int steps) {
  const bool has_whole = windows_at_every_row(split.validation, steps) > 0;
  return has_whole ? WindowList::every_row(split.validation, steps)
                   : WindowList::end_to_end(split.validation, steps, 0, 0);
}

WindowList training_windows(const Split& split, const Recipe& recipe, std::uint64_t seed,
                            std::uint64_t pass) {
  return recipe.windows == Windows::every_row
             ? WindowList::every_row(split.training, recipe.steps)
             : WindowList::end_to_end(split.training, recipe.steps, seed, pass);
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
