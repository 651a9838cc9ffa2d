#include "interface/midi/sounding_notes.h"

namespace imps {

std::vector<MidiMessage> SoundingNotes::releases() const {
  using Kind = MidiMessage::Kind;
  std::vector<MidiMessage> all;
  for (int channel = 1; channel <= 16; ++channel) {
    for (int note = 0; note < 128; ++note) {
      const MidiMessage off = MidiMessage::of(Kind::note_off, channel, note);
      const auto& word = words_[first_of(off) + static_cast<std::size_t>(note) / kBits];
      if ((word.load(std::memory_order_relaxed) & bit_of(off)) != 0) all.push_back(off);
    }
  }
  const std::uint32_t used = channels_.load(std::memory_order_relaxed);
  for (int channel = 1; channel <= 16; ++channel) {
    if ((used >> (channel - 1) & 1U) == 0) continue;
    for (const int silencing : {controller::kSustain, controller::kAllNotesOff})
      all.push_back(MidiMessage::of(Kind::control_change, channel, silencing, 0));
  }
  return all;
}

}  // namespace imps
