#include "interface/midi/sounding_notes.h"

namespace imps {

template <class BitsOf>
std::vector<MidiMessage> SoundingNotes::releases_of(BitsOf bits_of) const {
  using Kind = MidiMessage::Kind;
  std::vector<MidiMessage> all;
  for (int channel = 1; channel <= 16; ++channel) {
    for (int note = 0; note < 128; ++note) {
      const MidiMessage off = MidiMessage::of(Kind::note_off, channel, note);
      if ((bits_of(word_of(off)) & bit_of(off)) != 0) all.push_back(off);
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

std::vector<MidiMessage> SoundingNotes::releases() const {
  return releases_of(
      [this](std::size_t word) { return words_[word].load(std::memory_order_relaxed); });
}

std::vector<MidiMessage> SoundingNotes::last_releases() const {
  return releases_of([this](std::size_t word) {
    std::uint32_t bits = words_[word].load(std::memory_order_relaxed);
    for (const Words& ended : ended_)
      bits |= ended[word].load(std::memory_order_relaxed);
    return bits;
  });
}

}  // namespace imps
