// Whether settings make sense, wherever they come from: a file, flags, JSON.
#pragma once

#include <string>
#include <vector>

#include <imps/result.h>

#include "config/settings.h"

namespace imps {

/// Something wrong with one key.
struct Finding {
  std::string key;   ///< "interaction.threshold"
  std::string what;  ///< "interaction.threshold is -1.0"
  std::string fix;   ///< "give a number, 0 or more, in seconds"

  friend bool operator==(const Finding&, const Finding&) = default;
};

/// Everything that is out of range or contradicts itself, in the table's order.
std::vector<Finding> findings(const Settings& settings);

/// The same as errors, "what: what to do".
std::vector<Error> check(const Settings& settings);

}  // namespace imps
