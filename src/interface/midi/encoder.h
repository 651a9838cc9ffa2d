// From controls to MIDI messages.
#pragma once

#include <array>
#include <bitset>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "config/midi_mapping.h"
#include "interface/interface.h"
#include "interface/midi/message.h"

namespace imps {

/// Says the model's frames on one device. A note control has one note at a time, which is released
/// before the next one; all else is sent only when it changes. Notes that two controls hold on one
/// channel are released when the last of them lets go.
/// Realtime-safe: yes, after construction, as far as `send` is. Thread-safe: no.
class MidiEncoder {
 public:
  using Send = std::function<void(const MidiMessage&)>;

  /// @param mappings  of x_1 …, in order; numbers in range.
  explicit MidiEncoder(std::vector<MidiMapping> mappings);

  /// @param controls  values of x_1 …; finite, clamped to [0, 1]. Those without a mapping, and
  ///   mappings without a control, are left out.
  /// @param touched  the controls to say; of the others nothing is sent.
  void play(std::span<const double> controls, const ControlSet& touched, const Send& send);

  /// Releases what sounds, once for each note of a channel, and forgets what was sent last: the
  /// next frame is sent whole.
  void release(const Send& send);

  /// Releases what sounds; then, on each channel that is mapped: sustain pedal up, bend in the
  /// middle, all sound off (120), all notes off (123).
  void panic(const Send& send);

 private:
  void play_note(std::size_t control, int note, int velocity, const Send& send);
  void send_once(std::optional<int>& last, int raw, const MidiMapping& mapping, const Send& send);
  [[nodiscard]] int velocity_for(const MidiMapping& note,
                                 std::span<const double> controls) const noexcept;
  [[nodiscard]] bool is_held(int channel, int note) const noexcept;

  std::vector<MidiMapping> mappings_;
  std::vector<std::size_t> last_of_;       // of each control: its place in lasts_
  std::vector<std::optional<int>> lasts_;  // what was sent last to each destination
  std::vector<std::optional<int>> notes_;  // of each control: the note that sounds
};

/// Rounded to the nearest raw value, half up: what all of imps sends. `value` is clamped to [0, 1].
int raw_of(const MidiMapping& mapping, double value) noexcept;

}  // namespace imps
