// A log as a player: its rows sent again as OSC, in their own time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include <imps/result.h>
#include <imps/time.h>

#include "config/settings.h"

namespace imps {

struct PlayerRequest {
  std::filesystem::path log;
  Endpoint output{"localhost", 5001};
  std::string address = "/interface";
  double speed = 1;  ///< 0.001 to 1000; 2 plays twice as fast
  Seconds from{0};   ///< since the first performer row
  std::optional<Seconds> to;
  bool loop = false;  ///< from the start again after the last row, until a signal
};

struct PlayerReport {
  std::uint64_t sent = 0;
  std::uint64_t failed = 0;   ///< datagrams that could not be sent
  std::uint64_t skipped = 0;  ///< damaged lines of the log
  bool interrupted = false;   ///< by SIGINT or SIGTERM
};

/// Sends the performer's rows of a log, values as they are written, until its end or a signal.
Result<PlayerReport> play_log(const PlayerRequest& request);

}  // namespace imps
