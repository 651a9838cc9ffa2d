// What a network's memory begins with: the last minute of a log, so that a performance that broke
// off goes on as it was.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <imps/frame.h>
#include <imps/result.h>

#include "config/settings.h"
#include "log/wall_time.h"

namespace imps {

/// So many rows at most, of so long before the log's end; fewer where they are so many controls
/// that a session file could not hold them (kMostWarmText).
inline constexpr std::size_t kMostWarmRows = 512;
inline constexpr Duration kWarmSpan = std::chrono::seconds(60);
inline constexpr std::size_t kMostWarmText = std::size_t{256} << 10;

struct Warmth {
  std::filesystem::path log;  ///< where the frames are from
  std::vector<Frame> frames;  ///< as the network consumed them, oldest first, one dimension
  std::int64_t end_us = 0;    ///< of the log's last row; local, see WallTime
};

/// Reads what the network has heard of a log: the rows of those that it listens to in the mode that
/// was on, each with the time since the frame that it consumed before. Modes and time scale are
/// those of the take's session file and events, as far as they are there; else those of `settings`,
/// which also say whom it listens to where the take was user-only. A take that was warmed itself
/// passes its warmth on. No frames when nothing was heard. An Error when the log cannot be read.
/// Blocks: not for the performance loop.
Result<Warmth> read_warmth(const std::filesystem::path& log, int dimension,
                           const Settings& settings);

/// The same of the newest log of `dimension` in the settings' folder that has rows, when its last
/// one is less than kWarmSpan older than `now`; nothing when there is none.
std::optional<Warmth> newest_warmth(int dimension, const Settings& settings,
                                    std::chrono::system_clock::time_point now);

/// What a performance begins with, and what the musician is told of it.
struct Warming {
  Warmth warmth;
  std::string told;
};
/// @param log  "" for the newest one
Warming warm(const std::filesystem::path& log, int dimension, const Settings& settings,
             std::chrono::system_clock::time_point now);

/// The dimension of a log's rows. An Error when it has none, cannot be read, or is of another than
/// the `wanted` dimension.
Result<int> dimension_of_log(const std::filesystem::path& log, std::optional<int> wanted);

/// One JSON object: {"log": "…", "rows": [[dt, x_1, …], …]}, numbers that read back bit for bit.
std::string warmth_to_json(const Warmth& warmth);
/// Reads it back; at most kMostWarmRows, all of one dimension.
Result<Warmth> warmth_from_json(std::string_view json);

}  // namespace imps
