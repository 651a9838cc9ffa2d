// What was passed on to an output and has to be undone: nobody else knows of it.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>

#include "interface/midi/message.h"

namespace imps {

/// Realtime-safe: yes. Thread-safe: no.
class Through {
 public:
  /// It has been passed on.
  void passed(const MidiMessage& message) noexcept;
  /// Nothing of it is known any more.
  void forget() noexcept { *this = Through(); }

  /// Calls `send` with what ends it: a note-off for each note that was not let go, pedals up, bends
  /// back to the middle. Forgets that.
  template <class Send>
  void let_go(const Send& send) {
    using Kind = MidiMessage::Kind;
    for (int channel = 1; channel <= 16; ++channel) {
      Channel& one = channels_[static_cast<std::size_t>(channel - 1)];
      for (int note = 0; one.notes.any() && note < 128; ++note)
        if (one.notes.test(static_cast<std::size_t>(note)))
          send(MidiMessage::of(Kind::note_off, channel, note));
      for (std::size_t k = 0; k < kPedals.size(); ++k)
        if (one.pedals.test(k)) send(MidiMessage::of(Kind::control_change, channel, kPedals[k], 0));
      if (one.is_bent) send(MidiMessage::pitch_bend(channel, MidiMessage::kBendMiddle));
      const bool was_used = one.is_used;
      one = Channel();
      one.is_used = was_used;
    }
  }

  /// The channels on which anything was passed on; bit 0 is 1.
  [[nodiscard]] std::bitset<16> channels() const noexcept;

 private:
  static constexpr std::array kPedals{controller::kSustain, controller::kSostenuto};
  struct Channel {
    std::bitset<128> notes;  // that were not let go
    std::bitset<kPedals.size()> pedals;
    bool is_bent = false;
    bool is_used = false;
  };
  std::array<Channel, 16> channels_{};
};

}  // namespace imps
