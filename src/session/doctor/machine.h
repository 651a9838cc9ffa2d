// The processor, the memory and the clock.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "platform/machine.h"
#include "session/doctor/check.h"

namespace imps::doctor {

struct ProcessorFacts {
  int processors = 1;
  std::optional<double> load;  ///< over the last minute
  std::optional<platform::Governor> governor;
};
ProcessorFacts look_at_processor();
/// Doubtful when more wants to run than there are processors, or when they are kept slow.
Check judge(const ProcessorFacts& facts);

/// Never but well: it says what the model's steps are made of.
Check judge_simd(std::string target);

inline constexpr std::uint64_t kScarceMemory = 100'000'000;
inline constexpr std::uint64_t kNoMemory = 20'000'000;
Check judge_memory(std::uint64_t free_bytes);

/// What the program that performs takes of the machine.
struct UsageFacts {
  double cores = 0;                     ///< of a processor's time, over the last seconds
  std::optional<std::uint64_t> memory;  ///< resident bytes
};
/// Doubtful when it keeps a whole processor busy, which playing never needs to.
Check judge(const UsageFacts& facts);

/// Doubtful before 2024, when this program did not exist: takes are named by the clock.
Check judge_clock(std::chrono::system_clock::time_point now);

}  // namespace imps::doctor
