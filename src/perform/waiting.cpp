#include "perform/waiting.h"

#include <algorithm>
#include <utility>

namespace imps {
namespace {

std::span<const float> copy(std::span<const float> from, float*& to) {
  float* const begin = to;
  to = std::copy(from.begin(), from.end(), to);
  return {begin, from.size()};
}

}  // namespace

Waiting::Waiting(const Sizes& sizes) : entries_(kCapacity) {
  const auto components = static_cast<std::size_t>(sizes.mixtures);
  const std::size_t gaussians = components * static_cast<std::size_t>(sizes.dimension);
  const std::size_t stride = 2 * gaussians + components;
  numbers_.resize(kCapacity * stride);
  for (std::size_t i = 0; i < kCapacity; ++i) {
    const float* const own = numbers_.data() + i * stride;
    entries_[i].mixture = {.dimension = sizes.dimension,
                           .mixtures = sizes.mixtures,
                           .mus = {own, gaussians},
                           .sigmas = {own + gaussians, gaussians},
                           .logits = {own + 2 * gaussians, components}};
  }
}

Waiting::Entry& Waiting::add(const MixtureView& mixture, std::uint64_t number,
                             bool& dropped) noexcept {
  dropped = count_ == kCapacity;
  if (dropped) {
    std::size_t oldest = 0;
    for (std::size_t i = 1; i < count_; ++i) {
      if (entries_[i].prediction.number < entries_[oldest].prediction.number) oldest = i;
    }
    remove(oldest);
  }
  Entry& entry = entries_[count_++];
  // The entry's spans say where its own numbers are; entries swap them when one is removed.
  auto* to = const_cast<float*>(entry.mixture.mus.data());  // NOLINT: into numbers_, which is ours
  entry.mixture.mus = copy(mixture.mus, to);
  entry.mixture.sigmas = copy(mixture.sigmas, to);
  entry.mixture.logits = copy(mixture.logits, to);
  entry.prediction.number = number;
  return entry;
}

std::size_t Waiting::first_index() const noexcept {
  std::size_t first = 0;
  for (std::size_t i = 1; i < count_; ++i) {
    const auto& a = entries_[i].prediction;
    const auto& b = entries_[first].prediction;
    if (a.due < b.due || (a.due == b.due && a.number < b.number)) first = i;
  }
  return first;
}

const Waiting::Entry* Waiting::first() const noexcept {
  return count_ == 0 ? nullptr : &entries_[first_index()];
}

void Waiting::drop_first() noexcept {
  if (count_ > 0) remove(first_index());
}

void Waiting::remove(std::size_t index) noexcept {
  --count_;
  if (index != count_) std::swap(entries_[index], entries_[count_]);
}

}  // namespace imps
