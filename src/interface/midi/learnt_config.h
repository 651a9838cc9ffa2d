// Learnt controls in a config file.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <imps/result.h>

#include "interface/midi/learner.h"

namespace imps {

struct LearntMidi {
  /// x_1, x_2, …; `device` is what midi.in_device calls it. At least one, at most kMaxControls.
  std::vector<HeardControl> controls;
  std::vector<std::string> names;     ///< one for each, or none: left as they are
  std::optional<std::string> output;  ///< what midi.out_device is to call it; none: left as it is
  std::string api;                    ///< midi.api; "": left as it is
  bool narrow = false;                ///< ranges are the values that were heard, not all there are
};

struct LearntConfig {
  std::string text;
  /// What else in the file had to follow, in words: "model.dimension was 9, and is now 4".
  std::vector<std::string> besides;
  int dimension = 0;
};

/// The mapping of a learnt control, with the range that is wanted.
MidiMapping mapping_of(const HeardControl& control, bool narrow);

/// `toml` with the controls as midi.in_device and midi.input, and what has to follow: each is set
/// by set_key(), so that comments and order stay. An Error when the file has errors before or
/// after. Thread-safe: yes. Not realtime.
Result<LearntConfig> with_learnt_midi(std::string_view toml, const LearntMidi& learnt);

/// A name for `port` that it will also have the next time: one of `configured` that means it; else
/// a part of it that no other of `ports` has, without the numbers that ALSA counts up.
std::string lasting_midi_name(const std::string& port, const std::vector<std::string>& ports,
                              const std::vector<std::string>& configured);

}  // namespace imps
