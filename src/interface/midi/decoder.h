// From MIDI messages to controls.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "config/midi_mapping.h"
#include "interface/interface.h"
#include "interface/midi/halves.h"
#include "interface/midi/message.h"

namespace imps {

/// Reads what a performer's device sends. One message may move several controls, and is one
/// interaction however many; note-offs move none. Remembers the two halves of 14-bit values, and
/// which parameter (NRPN) is meant. Of a device that sends lower halves the upper one alone moves
/// nothing at first: it waits for the other, until settle() has passed it twice.
/// Realtime-safe: yes, after construction. Thread-safe: no.
class MidiDecoder {
 public:
  /// @param mappings  of x_1 …, in order; numbers in range.
  explicit MidiDecoder(std::vector<MidiMapping> mappings);

  /// Reads by other mappings from now on. What it remembers of the device stays, and the keys of
  /// controls that are notes of the same channel as before; returns the others that were held. Not
  /// realtime-safe.
  ControlSet remap(std::vector<MidiMapping> mappings);

  /// What `message` moves, in the controls' order; nothing for a message that is not mapped. Valid
  /// until the next call.
  std::span<const ControlUpdate> on(const MidiMessage& message) noexcept;

  /// Whether an upper half waits for its lower one.
  [[nodiscard]] bool waits() const noexcept;
  /// Some time has passed: what an upper half that waited before the last call, too, moves by
  /// itself, its lower half being 0. As on(), valid until the next call.
  std::span<const ControlUpdate> settle() noexcept;

  /// The controls whose key `message` lets go: those that its note was the last one of; all of the
  /// channel where it ends all notes (controllers 120 and 123 to 127).
  ControlSet let_go(const MidiMessage& message) noexcept;
  /// The controls whose key is held down.
  [[nodiscard]] ControlSet held() const noexcept;

 private:
  void moved(MidiMapping::Kind kind, int channel, int number, int raw) noexcept;
  void note_on(int channel, int note, int velocity) noexcept;
  void on_control_change(const MidiMessage& message) noexcept;
  void sort_updates() noexcept;

  std::vector<MidiMapping> mappings_;
  std::vector<int> keys_;  // of each control: the note that is held down
  std::vector<ControlUpdate> updates_;
  std::array<std::array<Halves, 32>, 16> halves_{};  // of 14-bit controllers, by channel
  Parameters parameters_;
};

}  // namespace imps
