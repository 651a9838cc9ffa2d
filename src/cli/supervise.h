// `imps run --supervise`: a performance that begins again when it broke off.
#pragma once

#include "cli/commands.h"
#include "session/house.h"

namespace imps::cli {

/// Runs `imps run ARGUMENTS` in a process of its own until it ends in order, or because of what
/// only a person can mend: a wrong argument, a taken port. After a crash it is started again,
/// warmed by the take that broke off and steered as that was: at once, and where it crashes again
/// within seconds after half a second; after many such crashes after ever longer rests, up to
/// kLongestRest; for ever. Its status.
/// @param arguments  of `run`, without --supervise
/// @param warm  what --warm in them was given, if it is there
Exit supervise(const Arguments& arguments, const std::optional<std::string>& warm, Output& output);

}  // namespace imps::cli
