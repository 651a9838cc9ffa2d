#include "session/doctor/machine.h"

#include <array>
#include <utility>

#include <fmt/format.h>

namespace imps::doctor {
namespace {

/// With these drivers "powersave" is the ordinary governor, which lets the processor run fast when
/// there is work (the kernel's documentation of intel_pstate and amd-pstate).
constexpr std::array<std::string_view, 3> kSavesAndRuns{"intel_pstate", "amd-pstate",
                                                        "amd-pstate-epp"};

}  // namespace

ProcessorFacts look_at_processor() {
  return {.processors = platform::processors(),
          .load = platform::load(),
          .governor = platform::governor()};
}

Check judge(const ProcessorFacts& facts) {
  Check check{.name = "processor"};
  check.words =
      facts.processors == 1 ? "1 processor" : fmt::format("{} processors", facts.processors);
  if (facts.load) check.words += fmt::format(", load {:.2f}", *facts.load);
  if (facts.governor) check.words += ", governor " + facts.governor->name;
  const auto doubt = [&check](std::string_view help) {
    check.state = Check::State::doubtful;
    check.help += fmt::format("{}{}", check.help.empty() ? "" : "; ", help);
  };
  if (facts.load && *facts.load > facts.processors)
    doubt("end programs that compute ('top' lists them), or wait until they are done");
  if (facts.governor && facts.governor->name == "powersave") {
    bool kept_slow = true;
    for (const std::string_view driver : kSavesAndRuns)
      kept_slow = kept_slow && driver != facts.governor->driver;
    if (kept_slow)
      doubt("let the processor run fast: 'sudo cpupower frequency-set -g performance'");
  }
  return check;
}

Check judge_simd(std::string target) {
  return {.name = "instructions", .words = std::move(target)};
}

Check judge_memory(std::uint64_t free_bytes) {
  Check check{.name = "memory", .words = size_words(free_bytes) + " free"};
  if (free_bytes < kScarceMemory) {
    check.state = free_bytes < kNoMemory ? Check::State::bad : Check::State::doubtful;
    check.help = "close other programs: what does not fit is moved to the disk, which takes long";
  }
  return check;
}

Check judge(const UsageFacts& facts) {
  Check check{.name = "imps itself",
              .words = fmt::format("takes {:.1f} % of a processor", facts.cores * 100)};
  if (facts.memory) check.words += fmt::format(" and {} of memory", size_words(*facts.memory));
  constexpr double kBusy = 0.9;
  if (facts.cores > kBusy) {
    check.state = Check::State::doubtful;
    check.help = "play a smaller model, or send fewer messages: they come faster than it can hear";
  }
  return check;
}

Check judge_clock(std::chrono::system_clock::time_point now) {
  using namespace std::chrono;
  const year_month_day day{floor<days>(now)};
  Check check{.name = "clock"};
  check.words = fmt::format("{:04}-{:02}-{:02} (UTC)", static_cast<int>(day.year()),
                            static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
  if (day.year() < year{2024}) {
    check.state = Check::State::doubtful;
    check.help = "set the clock ('sudo date -s', or connect to a network): takes are named by it";
  }
  return check;
}

}  // namespace imps::doctor
