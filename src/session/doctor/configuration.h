// The configuration: whether it can be performed with.
#pragma once

#include <filesystem>
#include <optional>

#include "config/read.h"
#include "session/doctor/check.h"

namespace imps::doctor {

struct ConfigurationFacts {
  std::filesystem::path path;  ///< "" when there is none, and the defaults are in force
  ConfigRead read;
};

/// The one that is named; else imps.toml in `folder`, if it is there; else the defaults.
ConfigurationFacts look_at_configuration(const std::filesystem::path& folder,
                                         const std::optional<std::filesystem::path>& named);

/// Bad when a performance would refuse it; doubtful when parts of it have no effect.
Check judge(const ConfigurationFacts& facts);

}  // namespace imps::doctor
