// What a performer's MIDI means: moved controls, or a button that steers imps.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "config/midi_binding.h"
#include "config/midi_mapping.h"
#include "interface/interface.h"
#include "interface/midi/decoder.h"
#include "interface/midi/halves.h"

namespace imps {

/// Realtime-safe: yes, after construction, but for the command `model`. Thread-safe: no.
class MidiEar {
 public:
  MidiEar(std::vector<MidiMapping> mappings, std::vector<MidiBinding> bindings);

  /// Means something else from now on. What it knows of the device stays: pedals that are down,
  /// halves of values, chosen parameters, and the keys of controls that are notes of the same
  /// channel as before; `listener` (may be null) hears of other keys as if they were let go. Not
  /// realtime-safe.
  void remap(std::vector<MidiMapping> mappings, std::vector<MidiBinding> bindings,
             Listener* listener);

  /// Tells `listener`. A message that is bound moves no control. False when it meant nothing here.
  bool hear(const MidiMessage& message, Listener& listener);
  /// Whether settle() is wanted, some time after the last message.
  [[nodiscard]] bool waits() const noexcept { return decoder_.waits() || parameters_.waits(); }
  /// Tells `listener` of upper halves whose lower one has not come (Halves::settle()). False when
  /// that means nothing.
  bool settle(Listener& listener);
  /// The device has gone: nobody will let go of its keys.
  void fall_silent(Listener& listener);

 private:
  bool is_bound(const MidiMessage& message, Listener& listener);
  /// Bindings of a parameter that is set, to nothing yet while its value waits for a lower half.
  /// Whether there is one.
  bool set(int channel, int parameter, std::optional<int> raw, Listener& listener);
  /// What binding `k` asks for, at a share of its greatest value; of a note or program: 1, or 0
  /// when it is let go.
  void act(std::size_t k, double share, Listener& listener);

  MidiDecoder decoder_;
  Parameters parameters_;  // of the bindings
  std::vector<MidiBinding> bindings_;
  std::vector<char> pressed_;  // of the bindings: the controller stands at 64 or above
};

}  // namespace imps
