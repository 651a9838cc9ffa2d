// What a take's session file says of the performance, enough to replay it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <imps/result.h>

#include "config/settings.h"
#include "log/options.h"
#include "session/model_choice.h"
#include "session/warm.h"

namespace imps {

/// The facts of a performance: settings in force at the start, seed, processor's instruction set,
/// model, agent, and what the network was warmed with. doc/formats/session.md.
std::vector<LogFact> session_facts(const Settings& settings, std::uint64_t seed,
                                   const ChosenModel& model, const Warmth& warmth = {});

/// The same, read back.
struct SessionFacts {
  Settings settings;
  std::uint64_t seed = 0;
  std::string simd;
  std::string model_path;  ///< empty for the built-in one
  std::string model_digest;
  Warmth warmth;
};
/// An Error that names what is missing.
Result<SessionFacts> read_facts(const std::vector<LogFact>& facts);

}  // namespace imps
