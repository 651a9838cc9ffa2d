// A configuration in words, for those who want to know what was made of theirs.
#pragma once

#include <string>
#include <vector>

#include "config/settings.h"

namespace imps {

/// Going in, "controller 20 on channel 1, turned over"; going out, also what sounds how long.
std::string in_words(const MidiMapping& mapping);

/// Lines: how it plays, what it hears and where it plays to, control by control. What is off and
/// what is as always is left out. Lines that begin with two spaces belong to the one before.
std::vector<std::string> in_words(const Settings& settings);

}  // namespace imps
