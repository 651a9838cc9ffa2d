// What help says of a command.
#pragma once

#include <string>

#include "cli/commands.h"

namespace imps::cli {

/// The whole help of a command.
std::string help_text(const Command& command);

}  // namespace imps::cli
