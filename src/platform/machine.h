// What kind of machine this is, and how it stands now.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace imps::platform {

/// How many processors there are for this program; at least 1. Thread-safe: yes, as all of these.
int processors() noexcept;

/// How many programs and threads wanted a processor at once, over the last minute. Nothing where
/// the system does not say.
std::optional<double> load() noexcept;

/// Who decides how fast the processors run (Linux).
struct Governor {
  std::string name;    ///< "performance", "powersave", …; "powersave" when any processor has it
  std::string driver;  ///< "intel_pstate", "cpufreq-dt", …; may be ""
};
std::optional<Governor> governor();

/// Bytes that programs can have without others being moved to the disk (Linux, macOS).
std::optional<std::uint64_t> free_memory();

/// What this program has taken so far, all its threads together.
struct OwnUsage {
  std::chrono::microseconds processor{};
  std::optional<std::uint64_t> memory;  ///< resident bytes now (Linux, macOS)
};
OwnUsage own_usage();

/// The highest real-time priority that this user's programs may ask for; 0 is none (Linux).
std::optional<int> real_time_limit() noexcept;

}  // namespace imps::platform
