#include "interface/midi/through.h"

#include <algorithm>

namespace imps {

void Through::passed(const MidiMessage& message) noexcept {
  Channel& channel = channels_[static_cast<std::size_t>(message.channel() - 1)];
  channel.is_used = true;
  if (message.is_note_on()) channel.notes.set(static_cast<std::size_t>(message.first()));
  if (message.is_note_off()) channel.notes.reset(static_cast<std::size_t>(message.first()));
  if (message.kind() == MidiMessage::Kind::pitch_bend)
    channel.is_bent = message.bend() != MidiMessage::kBendMiddle;
  if (message.kind() != MidiMessage::Kind::control_change) return;
  const auto pedal = std::ranges::find(kPedals, message.first());
  if (pedal != kPedals.end())
    channel.pedals.set(static_cast<std::size_t>(pedal - kPedals.begin()), message.second() != 0);
}

std::bitset<16> Through::channels() const noexcept {
  std::bitset<16> used;
  for (std::size_t k = 0; k < channels_.size(); ++k)
    used.set(k, channels_[k].is_used);
  return used;
}

}  // namespace imps
