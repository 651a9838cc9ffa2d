#include "interface/midi/encoder.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace imps {
namespace {

using Kind = MidiMapping::Kind;
using namespace controller;

constexpr int kLoudest = 127;
constexpr int kBendMiddle = 8192;

bool is_same_destination(const MidiMapping& a, const MidiMapping& b) noexcept {
  return a.kind == b.kind && a.channel == b.channel && a.number == b.number;
}

}  // namespace

int raw_of(const MidiMapping& mapping, double value) noexcept {
  const double clamped = std::clamp(value, 0.0, 1.0);
  return static_cast<int>(
      std::floor(mapping.least + clamped * (mapping.most - mapping.least) + 0.5));
}

MidiEncoder::MidiEncoder(std::vector<MidiMapping> mappings)
    : mappings_(std::move(mappings)), lasts_(mappings_.size()), notes_(mappings_.size()) {
  for (const MidiMapping& mapping : mappings_) {
    const auto same = std::find_if(mappings_.begin(), mappings_.end(), [&](const auto& other) {
      return is_same_destination(other, mapping);
    });
    last_of_.push_back(static_cast<std::size_t>(same - mappings_.begin()));
  }
}

int MidiEncoder::velocity_for(const MidiMapping& note,
                              std::span<const double> controls) const noexcept {
  for (std::size_t k = 0; k < std::min(mappings_.size(), controls.size()); ++k) {
    if (mappings_[k].kind == Kind::velocity && mappings_[k].channel == note.channel)
      return std::max(1, raw_of({.least = 0, .most = kLoudest}, controls[k]));
  }
  return std::clamp(note.velocity.value_or(kLoudest), 1, kLoudest);
}

bool MidiEncoder::is_held(int channel, int note) const noexcept {
  for (std::size_t k = 0; k < mappings_.size(); ++k)
    if (notes_[k] == note && mappings_[k].channel == channel) return true;
  return false;
}

void MidiEncoder::play_note(std::size_t control, int note, int velocity, const Send& send) {
  const int channel = mappings_[control].channel;
  if (const auto before = std::exchange(notes_[control], std::nullopt);
      before && !is_held(channel, *before))
    send(MidiMessage::of(MidiMessage::Kind::note_off, channel, *before));
  send(MidiMessage::of(MidiMessage::Kind::note_on, channel, note, velocity));
  notes_[control] = note;
}

void MidiEncoder::send_once(std::optional<int>& last, int raw, const MidiMapping& mapping,
                            const Send& send) {
  if (last == raw) return;
  last = raw;
  const auto control_change = [&](int number, int value) {
    send(MidiMessage::of(MidiMessage::Kind::control_change, mapping.channel, number, value));
  };
  switch (mapping.kind) {
    case Kind::control_change:
      control_change(mapping.number, raw);
      break;
    case Kind::control_change_fine:
      control_change(mapping.number, raw >> 7);
      control_change(mapping.number + kFine, raw & 0x7f);
      break;
    case Kind::nrpn:
      control_change(kParameter, mapping.number >> 7);
      control_change(kParameterFine, mapping.number & 0x7f);
      control_change(kDataEntry, raw >> 7);
      control_change(kDataEntryFine, raw & 0x7f);
      break;
    case Kind::pitch_bend:
      send(MidiMessage::pitch_bend(mapping.channel, raw));
      break;
    case Kind::channel_pressure:
      send(MidiMessage::of(MidiMessage::Kind::channel_pressure, mapping.channel, raw));
      break;
    case Kind::poly_pressure:
      send(MidiMessage::of(MidiMessage::Kind::poly_pressure, mapping.channel, mapping.number, raw));
      break;
    case Kind::program_change:
      send(MidiMessage::of(MidiMessage::Kind::program_change, mapping.channel, raw));
      break;
    case Kind::none:
    case Kind::note:
    case Kind::velocity:
      break;
  }
}

void MidiEncoder::play(std::span<const double> controls, const ControlSet& touched,
                       const Send& send) {
  for (std::size_t k = 0; k < std::min(mappings_.size(), controls.size()); ++k) {
    if (!touched.test(k)) continue;
    const MidiMapping& mapping = mappings_[k];
    const int raw = raw_of(mapping, controls[k]);
    if (mapping.kind == Kind::note)
      play_note(k, raw, velocity_for(mapping, controls), send);
    else
      send_once(lasts_[last_of_[k]], raw, mapping, send);
  }
}

void MidiEncoder::panic(const Send& send) {
  release(send);
  std::array<bool, 17> done{};
  for (const MidiMapping& mapping : mappings_) {
    if (mapping.kind == Kind::none ||
        std::exchange(done[static_cast<std::size_t>(mapping.channel)], true))
      continue;
    const auto control_change = [&](int number, int value) {
      send(MidiMessage::of(MidiMessage::Kind::control_change, mapping.channel, number, value));
    };
    control_change(kSustain, 0);
    send(MidiMessage::pitch_bend(mapping.channel, kBendMiddle));
    control_change(kAllSoundOff, 0);
    control_change(kAllNotesOff, 0);
  }
}

void MidiEncoder::release(const Send& send) {
  for (std::size_t k = 0; k < mappings_.size(); ++k) {
    const int channel = mappings_[k].channel;
    if (const auto note = std::exchange(notes_[k], std::nullopt); note && !is_held(channel, *note))
      send(MidiMessage::of(MidiMessage::Kind::note_off, channel, *note));
  }
  std::fill(lasts_.begin(), lasts_.end(), std::nullopt);
}

}  // namespace imps
