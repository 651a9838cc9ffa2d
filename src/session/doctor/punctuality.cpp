#include "session/doctor/punctuality.h"

#include <algorithm>
#include <thread>

#include <fmt/format.h>

#include "platform/machine.h"
#include "platform/thread.h"

namespace imps::doctor {

PunctualityFacts look_at_punctuality() {
  using Clock = std::chrono::steady_clock;
  constexpr auto kEvery = std::chrono::milliseconds(2);
  constexpr int kTimes = 100;
  constexpr auto kLongest = std::chrono::milliseconds(250);

  PunctualityFacts facts;
  facts.real_time_limit = platform::real_time_limit();
  Lateness lateness;
  // The priority ends with the thread.
  std::thread([&] {
    facts.priority = platform::raise_priority();
    const auto start = Clock::now();
    auto due = start;
    for (int i = 0; i < kTimes && due - start < kLongest; ++i) {
      due += kEvery;
      std::this_thread::sleep_until(due);
      const auto now = Clock::now();
      lateness.add(std::chrono::duration_cast<Duration>(now - due));
      due = std::max(due, now);  // one long delay is one, and not a row of them
    }
  }).join();
  facts.lateness = summary(lateness);
  return facts;
}

Check judge_priority(const PunctualityFacts& facts) {
  Check check{.name = "priority", .words = facts.priority};
  if (facts.priority.starts_with("real-time")) return check;
  check.state = Check::State::doubtful;
  if (facts.real_time_limit)
    check.words +=
        fmt::format("; real-time priorities up to {} are allowed", *facts.real_time_limit);
  check.help =
      "let imps run before other programs: put the line '@audio - rtprio 10' into "
      "/etc/security/limits.d/imps.conf, add yourself to that group ('sudo usermod -aG audio "
      "$USER') and log in again; or 'sudo setcap cap_sys_nice+p' on the program's file";
  return check;
}

Check judge_timer(const PunctualityFacts& facts) {
  Check check{.name = "timer"};
  const LatenessSummary& late = facts.lateness;
  if (late.count == 0) {
    check.words = facts.performed ? "nothing has been predicted yet" : "no wake-up came";
    if (facts.performed) return check;
    check.state = Check::State::doubtful;
    check.help = "end programs that compute ('top' lists them)";
    return check;
  }
  const auto ms = [](Duration t) { return static_cast<double>(t.count()) / 1000; };
  check.words =
      fmt::format("{} {}, {:.2f} ms late at the median, {:.2f} ms at worst", late.count,
                  facts.performed ? "predictions" : "wake-ups", ms(late.median), ms(late.worst));
  if (late.median > kUnsteady) {
    check.state = Check::State::bad;
  } else if (late.median > kUnpunctual || (facts.performed ? late.p99 : late.worst) > kUnsteady) {
    check.state = Check::State::doubtful;
  }
  if (check.state != Check::State::well) {
    check.help =
        "end other programs, see to the priority above, switch power saving off; 'imps bench "
        "stage' measures longer";
  }
  return check;
}

}  // namespace imps::doctor
