// The house loop: everything of a performance that need not be on time.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string_view>

#include <imps/result.h>

#include "config/settings.h"
#include "session/output.h"

namespace imps {

/// What to perform with.
struct PerformanceRequest {
  Settings settings;
  /// Read anew when it is saved, and on SIGHUP.
  std::optional<std::filesystem::path> config;
  /// What flags on the command line say, applied to the settings of a config that was read anew.
  std::function<void(Settings&)> flags = [](Settings&) {};
  /// The log whose last minute the network's memory begins with; "" is the newest of the dimension
  /// in the logs' folder, where its last row is less than a minute old.
  std::optional<std::filesystem::path> warm;
  /// Go on as the newest take stood, if it was written to at that time or later and broke off.
  std::optional<std::chrono::system_clock::time_point> goes_on_since;
  /// Called once all is in order: notes released, the take on the disk, everything said. What comes
  /// after that gives ports back, which a system that is stuck may not take.
  std::function<void()> at_end = [] {};
};

/// Performs until SIGINT or SIGTERM, or until its terminal is closed: opens the port, chooses the
/// model, starts the performance loop and the log, tells what happens, and ends everything in
/// order. An Error when it could not begin: the port is in use, the model cannot be played.
Result<void> perform(const PerformanceRequest& request, Output& output);

}  // namespace imps
