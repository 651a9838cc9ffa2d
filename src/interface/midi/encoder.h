// From controls to MIDI messages.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "config/midi_mapping.h"
#include "interface/interface.h"
#include "interface/midi/message.h"

namespace imps {

/// Says frames on one device. A note control has one note at a time, which is released before the
/// next one, or when its length or its gate says so; all else is sent only when it changes. Notes
/// that two controls hold on one channel are released when the last of them lets go.
/// Realtime-safe: yes, after construction, as far as `send` is. Thread-safe: no.
class MidiEncoder {
 public:
  using Send = std::function<void(const MidiMessage&)>;

  /// @param mappings  of x_1 …, in order; numbers in range.
  explicit MidiEncoder(std::vector<MidiMapping> mappings);

  /// Says the controls that were touched; of the others nothing is sent. Values are finite, and
  /// clamped to [0, 1]. Controls without a mapping, and mappings without a control, are left out.
  void play(const Sound& sound, TimePoint now, const Send& send);

  /// When the next note has sounded for its length; on_time() then ends it.
  [[nodiscard]] std::optional<TimePoint> deadline() const noexcept;
  void on_time(TimePoint now, const Send& send);

  /// Releases what sounds, once for each note of a channel, and forgets what was sent last: the
  /// next frame is sent whole.
  void release(const Send& send);

  /// The controls that are notes.
  [[nodiscard]] ControlSet notes() const noexcept;

  /// Releases what sounds for these controls.
  void let_go(const ControlSet& controls, const Send& send);

  /// Releases what sounds; then, on each channel that is mapped: sustain pedal up, bend in the
  /// middle, all sound off (120), all notes off (123).
  void panic(const Send& send);

  /// Releases what sounds; then all notes off (123) on each channel that has notes.
  void farewell(const Send& send);

  /// Other mappings from now on. What sounds by one that is not the same any more is released; a
  /// control that stays goes on. Allocates.
  void remap(std::vector<MidiMapping> mappings, const Send& send);

 private:
  struct Held {
    int note = 0;
    std::optional<TimePoint> ends;
  };

  void find_destinations();
  /// Does `act` with each channel, once, that has a mapping of a kind that `wanted` says.
  template <class Wanted, class Act>
  void for_channels(Wanted wanted, Act act) const;
  void play_note(std::size_t control, const Sound& sound, TimePoint now, const Send& send);
  void strike(std::size_t control, int note, int velocity, TimePoint now, const Send& send);
  void end_note(std::size_t control, const Send& send);
  void send_once(std::optional<int>& last, int raw, const MidiMapping& mapping, const Send& send);
  [[nodiscard]] int velocity_for(std::size_t control, const Sound& sound) const noexcept;
  [[nodiscard]] bool is_held(int channel, int note) const noexcept;

  std::vector<MidiMapping> mappings_;
  std::vector<std::size_t> last_of_;        // of each control: its place in lasts_
  std::vector<std::optional<int>> lasts_;   // what was sent last to each destination
  std::vector<std::optional<Held>> notes_;  // of each control: the note that sounds
};

/// Rounded to the nearest raw value, half up: what all of imps sends. `value` is clamped to [0, 1].
/// The mapping's curve is undone.
int raw_of(const MidiMapping& mapping, double value) noexcept;

}  // namespace imps
