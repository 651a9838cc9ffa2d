#include "interface/midi/decoder.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace imps {
namespace {

using Kind = MidiMapping::Kind;
using namespace controller;

constexpr int kNoParameter = 0x3fff;
constexpr int kNoKey = -1;

bool has_number(Kind kind) noexcept {
  return kind == Kind::control_change || kind == Kind::control_change_fine || kind == Kind::nrpn ||
         kind == Kind::poly_pressure;
}

double share_of(const MidiMapping& mapping, int raw) noexcept {
  if (mapping.kind == Kind::velocity) return raw / 127.0;
  if (mapping.least == mapping.most) return raw >= mapping.most ? 1 : 0;
  const auto [low, high] = std::minmax(mapping.least, mapping.most);
  const int above = std::clamp(raw, low, high) - mapping.least;
  return above == 0 ? 0 : static_cast<double>(above) / (mapping.most - mapping.least);  // never -0
}

double value_of(const MidiMapping& mapping, int raw) noexcept {
  const double share = share_of(mapping, raw);
  return mapping.curve == 1 ? share : std::pow(share, mapping.curve);
}

}  // namespace

MidiDecoder::MidiDecoder(std::vector<MidiMapping> mappings)
    : mappings_(std::move(mappings)), keys_(mappings_.size(), kNoKey) {
  updates_.reserve(mappings_.size());
  chosen_.fill({kNoParameter >> 7, kNoParameter & 0x7f});
}

ControlSet MidiDecoder::remap(std::vector<MidiMapping> mappings) {
  std::vector<int> keys(mappings.size(), kNoKey);
  ControlSet left;
  for (std::size_t k = 0; k < keys_.size(); ++k) {
    if (keys_[k] == kNoKey) continue;
    const bool is_same = k < mappings.size() && mappings[k].kind == Kind::note &&
                         mappings[k].channel == mappings_[k].channel;
    if (is_same)
      keys[k] = keys_[k];
    else
      left.set(k);
  }
  mappings_ = std::move(mappings);
  keys_ = std::move(keys);
  updates_.clear();
  updates_.reserve(mappings_.size());
  return left;
}

bool MidiDecoder::Halves::take_upper(int value) noexcept {
  upper = value;
  // Two upper halves in a row: this device has only those, or not always the others.
  if (waits > 0) has_lower = false;
  waits = has_lower ? 1 : 0;
  return waits == 0;
}

void MidiDecoder::Halves::take_lower() noexcept {
  has_lower = true;
  waits = 0;
}

bool MidiDecoder::Halves::grow_late() noexcept {
  if (waits == 1) {
    waits = 2;
    return false;
  }
  return std::exchange(waits, 0) == 2;
}

void MidiDecoder::moved(Kind kind, int channel, int number, int raw) noexcept {
  for (std::size_t k = 0; k < mappings_.size(); ++k) {
    const MidiMapping& mapping = mappings_[k];
    if (mapping.kind == kind && mapping.channel == channel &&
        (!has_number(kind) || mapping.number == number))
      updates_.push_back({.control = k, .value = value_of(mapping, raw)});
  }
}

void MidiDecoder::note_on(int channel, int note, int velocity) noexcept {
  moved(Kind::note, channel, 0, note);
  for (ControlUpdate& update : updates_) {
    update.velocity = velocity;
    keys_[update.control] = note;
  }
  moved(Kind::velocity, channel, 0, velocity);
}

ControlSet MidiDecoder::let_go(const MidiMessage& message) noexcept {
  ControlSet controls;
  const bool ends_all = message.kind() == MidiMessage::Kind::control_change &&
                        (message.first() == kAllSoundOff || message.first() >= kAllNotesOff);
  if (!message.is_note_off() && !ends_all) return controls;
  for (std::size_t k = 0; k < mappings_.size(); ++k) {
    if (keys_[k] == kNoKey || mappings_[k].channel != message.channel()) continue;
    if (!ends_all && keys_[k] != message.first()) continue;
    keys_[k] = kNoKey;
    controls.set(k);
  }
  return controls;
}

ControlSet MidiDecoder::held() const noexcept {
  ControlSet controls;
  for (std::size_t k = 0; k < keys_.size(); ++k)
    controls.set(k, keys_[k] != kNoKey);
  return controls;
}

void MidiDecoder::on_control_change(const MidiMessage& message) noexcept {
  const int channel = message.channel();
  const int number = message.first();
  const int value = message.second();
  const auto at = static_cast<std::size_t>(channel - 1);
  moved(Kind::control_change, channel, number, value);
  if (number < kFine) {
    if (halves_[at][static_cast<std::size_t>(number)].take_upper(value))
      moved(Kind::control_change_fine, channel, number, value << 7);
  } else if (number < 2 * kFine) {
    Halves& halves = halves_[at][static_cast<std::size_t>(number - kFine)];
    halves.take_lower();
    moved(Kind::control_change_fine, channel, number - kFine, halves.upper << 7 | value);
  }
  auto& [upper, lower] = chosen_[at];
  Parameter& parameter = parameters_[at];
  if (number == kParameter || number == kParameterFine) {
    (number == kParameter ? upper : lower) = value;
    const int chosen = upper << 7 | lower;
    parameter.number = chosen == kNoParameter ? -1 : chosen;
    parameter.halves.upper = 0;
    parameter.halves.waits = 0;
  } else if (number == kRegistered || number == kRegisteredFine) {
    parameter.number = -1;  // what follows is for a registered parameter
  } else if (parameter.number >= 0 && (number == kDataEntry || number == kDataEntryFine)) {
    if (number == kDataEntryFine) {
      parameter.halves.take_lower();
      moved(Kind::nrpn, channel, parameter.number, parameter.halves.upper << 7 | value);
    } else if (parameter.halves.take_upper(value)) {
      moved(Kind::nrpn, channel, parameter.number, value << 7);
    }
  }
}

bool MidiDecoder::waits() const noexcept {
  const auto one = [](const Halves& halves) { return halves.waits > 0; };
  return std::ranges::any_of(halves_,
                             [&](const auto& of) { return std::ranges::any_of(of, one); }) ||
         std::ranges::any_of(parameters_, [&](const Parameter& of) { return one(of.halves); });
}

std::span<const ControlUpdate> MidiDecoder::settle() noexcept {
  updates_.clear();
  for (std::size_t at = 0; at < halves_.size(); ++at) {
    const int channel = static_cast<int>(at) + 1;
    for (std::size_t number = 0; number < halves_[at].size(); ++number) {
      Halves& halves = halves_[at][number];
      if (halves.grow_late())
        moved(Kind::control_change_fine, channel, static_cast<int>(number), halves.upper << 7);
    }
    Parameter& parameter = parameters_[at];
    if (parameter.halves.grow_late())
      moved(Kind::nrpn, channel, parameter.number, parameter.halves.upper << 7);
  }
  sort_updates();
  return updates_;
}

void MidiDecoder::sort_updates() noexcept {
  std::sort(updates_.begin(), updates_.end(),
            [](const ControlUpdate& a, const ControlUpdate& b) { return a.control < b.control; });
}

std::span<const ControlUpdate> MidiDecoder::on(const MidiMessage& message) noexcept {
  updates_.clear();
  const int channel = message.channel();
  switch (message.kind()) {
    case MidiMessage::Kind::note_on:
      if (!message.is_note_on()) break;
      note_on(channel, message.first(), message.second());
      break;
    case MidiMessage::Kind::control_change:
      on_control_change(message);
      break;
    case MidiMessage::Kind::pitch_bend:
      moved(Kind::pitch_bend, channel, 0, message.bend());
      break;
    case MidiMessage::Kind::channel_pressure:
      moved(Kind::channel_pressure, channel, 0, message.first());
      break;
    case MidiMessage::Kind::poly_pressure:
      moved(Kind::poly_pressure, channel, message.first(), message.second());
      break;
    case MidiMessage::Kind::program_change:
      moved(Kind::program_change, channel, 0, message.first());
      break;
    case MidiMessage::Kind::note_off:
      break;
  }
  sort_updates();
  return updates_;
}

}  // namespace imps
