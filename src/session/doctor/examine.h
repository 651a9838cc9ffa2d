// Whether this machine and this folder are fit to perform.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "config/settings.h"
#include "session/doctor/check.h"
#include "session/doctor/machine.h"
#include "session/lateness.h"

namespace imps::doctor {

/// What a program that performs here knows by itself.
struct Performing {
  Settings settings;         ///< in force
  std::string priority;      ///< that its loop was given
  LatenessSummary lateness;  ///< of its predictions
  UsageFacts usage;
};

struct DoctorRequest {
  /// That is performed in: logs and models are found from here.
  std::filesystem::path folder = ".";
  /// The configuration; else imps.toml in the folder, if there is one.
  std::optional<std::filesystem::path> config;
  /// This program performs meanwhile: what it knows is believed, and ports that are taken are its
  /// own.
  std::optional<Performing> performing = std::nullopt;
  /// For each thing that may not answer. Models and logs, which may be long, have three times it.
  std::chrono::milliseconds patience{3'000};
};

/// Looks at everything, one after the other; what cannot be known here is left out, and what does
/// not answer in time is doubtful. Leaves nothing behind. Takes about half a second when all is
/// well. Blocks: not for the performance loop, and better not for the house's. Thread-safe: yes.
std::vector<Check> examine(const DoctorRequest& request);

}  // namespace imps::doctor
