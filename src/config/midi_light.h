// A lamp on a controller that shows whose a control is.
#pragma once

#include <string>
#include <string_view>

#include <imps/result.h>

namespace imps {

struct MidiLight {
  enum class Kind {
    none,            ///< the control has no lamp on this device
    note,            ///< lit by a note-on; its velocity is a brightness or a colour
    control_change,  ///< by a controller's value
  };
  Kind kind = Kind::none;
  int channel = 1;      ///< 1–16
  int number = 0;       ///< of the note or controller, 0–127
  int performer = 127;  ///< sent when the control becomes the performer's, 0–127
  int model = 0;        ///< the model's

  friend bool operator==(const MidiLight&, const MidiLight&) = default;
};

/// "note 1 36", "control_change 11 1 2 0", "none": what a controller calls its lamp, and, if they
/// are not 127 and 0, the values for a control of the performer's and of the model's. Errors say
/// what is wrong and what to give.
Result<MidiLight> midi_light_from_text(std::string_view text);
/// As midi_light_from_text() reads it.
std::string to_text(const MidiLight& light);

}  // namespace imps
