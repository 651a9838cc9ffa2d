#include "interface/midi/encoder.h"

#include <algorithm>
#include <bitset>
#include <cmath>
#include <utility>

namespace imps {
namespace {

using Kind = MidiMapping::Kind;
using namespace controller;

constexpr int kLoudest = 127;
constexpr double kOpen = 0.5;  // of a gate

bool is_same_destination(const MidiMapping& a, const MidiMapping& b) noexcept {
  return a.kind == b.kind && a.channel == b.channel && a.number == b.number;
}

}  // namespace

int raw_of(const MidiMapping& mapping, double value) noexcept {
  double share = std::clamp(value, 0.0, 1.0);
  if (mapping.curve != 1) share = std::pow(share, 1 / mapping.curve);
  return static_cast<int>(std::floor(mapping.least + share * (mapping.most - mapping.least) + 0.5));
}

MidiEncoder::MidiEncoder(std::vector<MidiMapping> mappings) : mappings_(std::move(mappings)) {
  lasts_.resize(mappings_.size());
  notes_.resize(mappings_.size());
  find_destinations();
}

void MidiEncoder::find_destinations() {
  last_of_.clear();
  for (const MidiMapping& mapping : mappings_) {
    const auto same = std::find_if(mappings_.begin(), mappings_.end(), [&](const auto& other) {
      return is_same_destination(other, mapping);
    });
    last_of_.push_back(static_cast<std::size_t>(same - mappings_.begin()));
  }
}

// ---- notes

int MidiEncoder::velocity_for(std::size_t control, const Sound& sound) const noexcept {
  const MidiMapping& note = mappings_[control];
  for (std::size_t k = 0; k < std::min(mappings_.size(), sound.controls.size()); ++k) {
    const MidiMapping& mapping = mappings_[k];
    if (mapping.kind == Kind::velocity && mapping.channel == note.channel)
      return std::max(1, raw_of({.most = kLoudest, .curve = mapping.curve}, sound.controls[k]));
  }
  if (control < sound.velocities.size() && sound.velocities[control] > 0)
    return std::min(sound.velocities[control], kLoudest);
  return std::clamp(note.velocity.value_or(kLoudest), 1, kLoudest);
}

bool MidiEncoder::is_held(int channel, int note) const noexcept {
  for (std::size_t k = 0; k < mappings_.size(); ++k)
    if (notes_[k] && notes_[k]->note == note && mappings_[k].channel == channel) return true;
  return false;
}

void MidiEncoder::end_note(std::size_t control, const Send& send) {
  const int channel = mappings_[control].channel;
  if (const auto held = std::exchange(notes_[control], std::nullopt);
      held && !is_held(channel, held->note))
    send(MidiMessage::of(MidiMessage::Kind::note_off, channel, held->note));
}

void MidiEncoder::strike(std::size_t control, int note, int velocity, TimePoint now,
                         const Send& send) {
  const MidiMapping& mapping = mappings_[control];
  end_note(control, send);
  send(MidiMessage::of(MidiMessage::Kind::note_on, mapping.channel, note, velocity));
  notes_[control] = Held{.note = note, .ends = std::nullopt};
  if (mapping.length) notes_[control]->ends = now + to_duration(*mapping.length);
}

void MidiEncoder::play_note(std::size_t control, const Sound& sound, TimePoint now,
                            const Send& send) {
  const MidiMapping& mapping = mappings_[control];
  const int note = raw_of(mapping, sound.controls[control]);
  if (mapping.gate == 0) {
    if (sound.touched.test(control)) strike(control, note, velocity_for(control, sound), now, send);
    return;
  }
  const auto gate = static_cast<std::size_t>(mapping.gate - 1);
  if (!sound.touched.test(control) && !sound.touched.test(gate)) return;
  const bool is_open = gate < sound.controls.size() && sound.controls[gate] >= kOpen;
  if (!is_open) {
    end_note(control, send);
  } else if (!notes_[control] || notes_[control]->note != note) {
    strike(control, note, velocity_for(control, sound), now, send);
  }
}

std::optional<TimePoint> MidiEncoder::deadline() const noexcept {
  std::optional<TimePoint> soonest;
  for (const auto& held : notes_)
    if (held && held->ends && (!soonest || *held->ends < *soonest)) soonest = held->ends;
  return soonest;
}

void MidiEncoder::on_time(TimePoint now, const Send& send) {
  for (std::size_t k = 0; k < notes_.size(); ++k)
    if (notes_[k] && notes_[k]->ends && *notes_[k]->ends <= now) end_note(k, send);
}

// ---- all else

template <class Wanted, class Act>
void MidiEncoder::for_channels(Wanted wanted, Act act) const {
  std::bitset<17> done;
  for (const MidiMapping& mapping : mappings_) {
    const auto channel = static_cast<std::size_t>(mapping.channel);
    if (!wanted(mapping.kind) || done.test(channel)) continue;
    done.set(channel);
    act(mapping.channel);
  }
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

void MidiEncoder::play(const Sound& sound, TimePoint now, const Send& send) {
  for (std::size_t k = 0; k < std::min(mappings_.size(), sound.controls.size()); ++k) {
    const MidiMapping& mapping = mappings_[k];
    if (mapping.kind == Kind::note)
      play_note(k, sound, now, send);
    else if (sound.touched.test(k))
      send_once(lasts_[last_of_[k]], raw_of(mapping, sound.controls[k]), mapping, send);
  }
}

void MidiEncoder::release(const Send& send) {
  for (std::size_t k = 0; k < mappings_.size(); ++k)
    end_note(k, send);
  std::fill(lasts_.begin(), lasts_.end(), std::nullopt);
}

ControlSet MidiEncoder::notes() const noexcept {
  ControlSet notes;
  for (std::size_t k = 0; k < mappings_.size(); ++k)
    if (mappings_[k].kind == Kind::note) notes.set(k);
  return notes;
}

void MidiEncoder::let_go(const ControlSet& controls, const Send& send) {
  for (std::size_t k = 0; k < mappings_.size(); ++k)
    if (controls.test(k)) end_note(k, send);
}

void MidiEncoder::panic(const Send& send) {
  release(send);
  for_channels([](Kind kind) { return kind != Kind::none; },
               [&](int channel) {
                 for (const MidiMessage& message : MidiMessage::silence(channel))
                   send(message);
               });
}

void MidiEncoder::farewell(const Send& send) {
  release(send);
  for_channels([](Kind kind) { return kind == Kind::note; },
               [&](int channel) {
                 send(MidiMessage::of(MidiMessage::Kind::control_change, channel, kAllNotesOff, 0));
               });
}

void MidiEncoder::remap(std::vector<MidiMapping> mappings, const Send& send) {
  for (std::size_t k = 0; k < mappings_.size(); ++k)
    if (k >= mappings.size() || mappings[k] != mappings_[k]) end_note(k, send);
  mappings_ = std::move(mappings);
  notes_.resize(mappings_.size());
  lasts_.assign(mappings_.size(), std::nullopt);
  find_destinations();
}

}  // namespace imps
