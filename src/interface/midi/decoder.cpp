#include "interface/midi/decoder.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace imps {
namespace {

using Kind = MidiMapping::Kind;
using namespace controller;

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
    if (const auto raw = halves_[at][static_cast<std::size_t>(number)].take_upper(value))
      moved(Kind::control_change_fine, channel, number, *raw);
  } else if (number < 2 * kFine) {
    Halves& halves = halves_[at][static_cast<std::size_t>(number - kFine)];
    if (const auto raw = halves.take_lower(value))
      moved(Kind::control_change_fine, channel, number - kFine, *raw);
  }
  if (const auto change = parameters_.on(message))
    moved(Kind::nrpn, channel, change->number, change->raw);
}

bool MidiDecoder::waits() const noexcept {
  return parameters_.waits() || std::ranges::any_of(halves_, [](const auto& of_channel) {
           return std::ranges::any_of(of_channel, [](const Halves& one) { return one.waits(); });
         });
}

std::span<const ControlUpdate> MidiDecoder::settle() noexcept {
  updates_.clear();
  for (std::size_t at = 0; at < halves_.size(); ++at) {
    const int channel = static_cast<int>(at) + 1;
    for (std::size_t number = 0; number < halves_[at].size(); ++number) {
      if (const auto raw = halves_[at][number].settle())
        moved(Kind::control_change_fine, channel, static_cast<int>(number), *raw);
    }
    if (const auto change = parameters_.settle(channel))
      moved(Kind::nrpn, channel, change->number, change->raw);
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
