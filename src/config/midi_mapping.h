// How a control and MIDI messages say each other.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <imps/result.h>
#include <imps/time.h>

namespace imps {

/// One control's entry. Values are raw MIDI ones.
struct MidiMapping {
  enum class Kind {
    none,                 ///< the control is not on this device
    note,                 ///< 0–127; going out, a note sounds until the control's next one
    velocity,             ///< 1–127 of the channel's notes; sends nothing by itself
    control_change,       ///< 0–127
    control_change_fine,  ///< 0–16383: controller `number` and, for the lower bits, number + 32
    nrpn,                 ///< 0–16383, of parameter `number`
    pitch_bend,           ///< 0–16383, 8192 in the middle
    channel_pressure,     ///< 0–127
    poly_pressure,        ///< 0–127, of note `number`
    program_change,       ///< 0–127
  };
  Kind kind = Kind::none;
  int channel = 1;  ///< 1–16
  /// Controller (0–127; fine: 0–31), parameter (0–16383) or note (0–127), where the kind has one.
  int number = 0;
  /// The raw values of 0 and of 1. `least` above `most` turns the control over; values beyond them
  /// count as the nearer one. Not for velocity.
  int least = 0;
  int most = 127;
  std::optional<int> velocity;  ///< note: going out, where no control says it; 1–127, else 127
  /// A share s of the way from `least` to `most` is the value s^curve, in and out; [0.1, 10].
  double curve = 1;
  /// Notes, going out: how long one sounds, (0 s, 60 s]; without it, until the control's next.
  std::optional<Seconds> length;
  /// Notes, going out: the control (1 is x_1) that holds it. While that one is below 0.5 nothing
  /// sounds; a note begins when it rises, and when the pitch changes. 0: none.
  int gate = 0;

  friend bool operator==(const MidiMapping&, const MidiMapping&) = default;
};

/// The largest raw value of a kind: 127 or 16383.
constexpr int greatest_raw(MidiMapping::Kind kind) noexcept {
  using Kind = MidiMapping::Kind;
  const bool is_fine =
      kind == Kind::control_change_fine || kind == Kind::nrpn || kind == Kind::pitch_bend;
  return is_fine ? 16'383 : 127;
}

/// The words that a mapping begins with: "none", "note_on", ….
std::span<const std::string_view> midi_mapping_words() noexcept;
/// Those that a number may follow in its end: "curve", ….
std::span<const std::string_view> midi_mapping_options() noexcept;

/// A mapping from words: the predecessor's list, its commas left out, and more kinds.
///
///     note_on CHANNEL [VELOCITY] [LEAST MOST]     control_change CHANNEL CONTROLLER [LEAST [MOST]]
///     note_velocity CHANNEL                       control_change_fine CHANNEL CONTROLLER [LEAST
///     MOST] pitch_bend CHANNEL [LEAST MOST]             nrpn CHANNEL PARAMETER [LEAST MOST]
///     channel_pressure CHANNEL [LEAST MOST]       poly_pressure CHANNEL NOTE [LEAST MOST]
///     program_change CHANNEL [LEAST MOST]         none
///
/// In the end may stand "curve C", and of a note "length SECONDS" or "gate CONTROL". A velocity
/// outside of 1–127 is the nearest one, as the predecessor has it. Errors say what is wrong and
/// what to give.
Result<MidiMapping> midi_mapping_from_text(std::string_view text);

/// The text that midi_mapping_from_text() reads as `mapping`.
std::string to_text(const MidiMapping& mapping);

}  // namespace imps
