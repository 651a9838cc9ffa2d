// How punctual a machine is: a performance with itself over loopback.
#pragma once

#include <filesystem>
#include <optional>

#include <imps/result.h>

#include "session/lateness.h"

namespace imps {

struct StageBenchRequest {
  std::optional<std::filesystem::path> model;  ///< else the built-in one
  int dimension = 9;                           ///< of the built-in one
  Seconds seconds{5};                          ///< for each of the two measurements, > 0
};

struct StageBenchReport {
  std::string model;
  std::string priority;  ///< what the performance loop was given
  LatenessSummary
      lateness;  ///< of predictions against their due times, the model playing by itself
  LatenessSummary round_trip;  ///< from a message sent to the prediction received, due at once
  std::uint64_t unanswered = 0;
};

/// Opens a performance on free ports of this machine and plays with it. Blocks for twice the
/// seconds.
Result<StageBenchReport> bench_stage(const StageBenchRequest& request);

}  // namespace imps
