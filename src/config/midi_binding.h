// Buttons, pedals and knobs that steer imps: a MIDI message, and what it asks for.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include <imps/command.h>
#include <imps/result.h>

namespace imps {

struct MidiBinding {
  enum class Trigger {
    note,            ///< its note-on
    control_change,  ///< a button or pedal: when it reaches 64; a knob: every value
    program_change,
    pitch_bend,        ///< as of a controller's: down in the upper half
    channel_pressure,  ///< as of a controller's
    poly_pressure,     ///< of one note, as of a controller's
    nrpn,              ///< a parameter's value, as of a controller's
  };
  enum class Action {
    say,     ///< the command, as it is
    toggle,  ///< a switch (pause, mute): the other way round
    turn,    ///< a number, from `least` at 0 to `most` at the greatest value
  };

  Trigger trigger{};
  int channel = 1;  ///< 1–16
  int number = 0;   ///< of the note, controller or program, 0–127; parameter, 0–16382; else 0
  Action action{};
  Command command;  ///< for toggle and turn: its kind
  double least = 0;
  double most = 0;
  std::string text;  ///< as midi_binding_from_text() reads it

  friend bool operator==(const MidiBinding& a, const MidiBinding& b) { return a.text == b.text; }
};

/// The words that a binding begins with: "note", "control_change", ….
std::span<const std::string_view> midi_binding_words() noexcept;

/// "note 1 36: pause", "control_change 1 64: mode battle", "program_change 1 5: model mine.keras",
/// "control_change 1 20: sigmatemp 0 0.5", "pitch_bend 1: timescale 0.5 2", "nrpn 1 300: panic": a
/// message, and a command as over OSC (/imps/…). pause and mute without a number are toggled; a
/// number's command with two turns with the controller, bend or pressure. Errors say what is wrong
/// and what to give.
Result<MidiBinding> midi_binding_from_text(std::string_view text);

}  // namespace imps
