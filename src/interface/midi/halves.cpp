#include "interface/midi/halves.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace imps {
namespace {

using namespace controller;

constexpr int kNoParameter = 0x3fff;

}  // namespace

std::optional<int> Halves::take_upper(int value) noexcept {
  upper_ = value;
  is_fresh_ = false;
  if (std::exchange(lower_waits_, false)) {
    waits_ = 0;
    return upper_ << 7 | lower_;
  }
  // Two upper halves in a row: this device has only those, or not always the others.
  if (waits_ > 0) has_lower_ = false;
  lower_ = 0;
  waits_ = has_lower_ ? 1 : 0;
  return waits_ == 0 ? std::optional(upper_ << 7) : std::nullopt;
}

std::optional<int> Halves::take_lower(int value) noexcept {
  has_lower_ = true;
  lower_ = value;
  if (std::exchange(is_fresh_, false) || lower_waits_) {
    lower_waits_ = true;
    waits_ = 1;
    return std::nullopt;
  }
  waits_ = 0;
  return upper_ << 7 | lower_;
}

std::optional<int> Halves::settle() noexcept {
  if (waits_ == 1) {
    waits_ = 2;
    return std::nullopt;
  }
  if (std::exchange(waits_, 0) != 2) return std::nullopt;
  lower_waits_ = false;
  return upper_ << 7 | lower_;
}

void Halves::forget() noexcept {
  is_fresh_ = true;
  lower_waits_ = false;
  upper_ = 0;
  lower_ = 0;
  waits_ = 0;
}

Parameters::Parameters() {
  for (OfChannel& one : channels_) {
    one.upper = kNoParameter >> 7;
    one.lower = kNoParameter & 0x7f;
  }
}

bool Parameters::is_value(const MidiMessage& message) noexcept {
  return message.kind() == MidiMessage::Kind::control_change &&
         (message.first() == kDataEntry || message.first() == kDataEntryFine);
}

std::optional<Parameters::Change> Parameters::on(const MidiMessage& message) noexcept {
  if (message.kind() != MidiMessage::Kind::control_change) return std::nullopt;
  OfChannel& one = channels_[static_cast<std::size_t>(message.channel() - 1)];
  const int value = message.second();
  switch (message.first()) {
    case kParameter:
    case kParameterFine:
      (message.first() == kParameter ? one.upper : one.lower) = value;
      one.is_chosen = one.number() != kNoParameter;
      one.value.forget();
      break;
    case kRegistered:
    case kRegisteredFine:
      one.is_chosen = false;  // what follows is for a registered parameter
      break;
    case kDataEntry:
    case kDataEntryFine:
      if (one.is_chosen) {
        const auto raw = message.first() == kDataEntry ? one.value.take_upper(value)
                                                       : one.value.take_lower(value);
        if (raw) return Change{one.number(), *raw};
      }
      break;
    default:
      break;
  }
  return std::nullopt;
}

std::optional<int> Parameters::chosen(int channel) const noexcept {
  const OfChannel& one = channels_[static_cast<std::size_t>(channel - 1)];
  return one.is_chosen ? std::optional(one.number()) : std::nullopt;
}

bool Parameters::waits() const noexcept {
  return std::ranges::any_of(channels_, [](const OfChannel& one) { return one.value.waits(); });
}

std::optional<Parameters::Change> Parameters::settle(int channel) noexcept {
  OfChannel& one = channels_[static_cast<std::size_t>(channel - 1)];
  const auto raw = one.value.settle();
  return raw ? std::optional(Change{one.number(), *raw}) : std::nullopt;
}

}  // namespace imps
