// A performer shows their controls, one after the other.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <imps/result.h>

#include "cli/console.h"
#include "interface/midi/devices.h"
#include "interface/midi/learner.h"

namespace imps::cli {

struct LessonOptions {
  std::vector<std::string> inputs;      ///< parts of names, or "virtual:NAME"; none: all there are
  std::vector<std::string> configured;  ///< what the config calls devices: they keep these names
  std::size_t most = 0;                 ///< ends by itself after so many controls; 0: when told to
  bool asks_names = false;
  bool narrow = false;  ///< asks for whole ranges, and says those that were heard
};

struct Learnt {
  std::vector<HeardControl> controls;
  std::vector<std::string> names;  ///< one for each, or none when it did not ask
};

/// Hears MIDI and standard input, and says what it hears, until Enter, the number of controls, or
/// the end of input. An Error when it broke off (Ctrl-C, nothing shown), or had nothing to hear.
/// To be called once in a process: it takes SIGINT and SIGTERM.
Result<Learnt> learn(MidiSystem& system, const LessonOptions& options, Console& console);

/// A line of standard input, waited for; nothing at its end or when a signal came.
std::optional<std::string> ask_line();

}  // namespace imps::cli
