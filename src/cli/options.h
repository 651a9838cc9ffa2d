// Reading a command's options with CLI11: what every command does the same way.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>

#include "cli/commands.h"

namespace imps::cli {

/// Reads `arguments` into `app`. Nothing when the command may go on; else what to exit with, the
/// help or the complaint already printed.
std::optional<Exit> parse(CLI::App& app, const Command& command, Arguments arguments);

/// The options of `app` as lines for help and the manual.
std::string describe(CLI::App& app);

/// The whole help of a command.
std::string help_text(const Command& command);

}  // namespace imps::cli
