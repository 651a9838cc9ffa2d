#include "cli/supervise.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "platform/supervisor.h"
#include "web/guard.h"

namespace imps::cli {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

/// Once it has lived so long it has performed, and any failure after that is a crash.
constexpr milliseconds kPerformed = 5s;
/// One that lived so long was well: the next one begins at once.
constexpr milliseconds kWell = 10s;
constexpr milliseconds kFirstRest = 250ms;
/// Of so many crashes in a row each is followed by a start within a second; then there is no hope
/// that the next one is the last, and the log of a machine should not be filled.
constexpr int kSoon = 20;
constexpr milliseconds kSoonRest = 500ms;
constexpr milliseconds kLongestRest = 5s;

/// A signal's status as shells have it.
constexpr int kBySignal = 128;

std::string seconds(milliseconds time) {
  return fmt::format("{:.1f} s", std::chrono::duration<double>(time).count());
}

/// Without the --warm that the performance began with, if it did.
Arguments without_warm(Arguments arguments, const std::optional<std::string>& warm) {
  const auto found = std::find_if(arguments.begin(), arguments.end(), [](const std::string& one) {
    return one == "--warm" || one.starts_with("--warm=");
  });
  if (!warm || found == arguments.end()) return arguments;
  const bool takes_next = *found == "--warm" && !warm->empty();
  arguments.erase(found, found + (takes_next ? 2 : 1));
  return arguments;
}

}  // namespace

Exit supervise(const Arguments& arguments, const std::optional<std::string>& warm, Output& output) {
  const auto program = platform::own_program();
  if (!program) {
    output.fail(program.error().message);
    return Exit::failed;
  }
  const auto words = [&program](Arguments more) {
    std::vector<std::string> all{*program, "run"};
    all.insert(all.end(), more.begin(), more.end());
    all.push_back("--supervised-by=" + std::to_string(platform::own_process()));
    return all;
  };
  Arguments again = without_warm(arguments, warm);
  again.emplace_back("--warm");
  again.push_back(
      fmt::format("--goes-on-since={}", std::chrono::duration_cast<std::chrono::microseconds>(
                                            std::chrono::system_clock::now().time_since_epoch())
                                            .count()));

  hand_over_token();
  platform::Supervisor supervisor;
  bool performed = false;
  milliseconds rest{0};
  int crashes = 0;  // in a row
  std::vector<std::string> next = words(arguments);
  while (true) {
    const auto end = supervisor.run(next);
    std::string how;
    milliseconds lived{};
    if (end) {
      lived = end->lived;
      performed = performed || lived >= kPerformed;
      const bool crashed = end->signalled || end->status > static_cast<int>(Exit::usage) ||
                           (end->status != static_cast<int>(Exit::done) && performed);
      if (!crashed || platform::Supervisor::was_asked_to_end())
        return static_cast<Exit>(end->status + (end->signalled ? kBySignal : 0));
      how = end->signalled ? fmt::format("signal {}, {}", end->status, ::strsignal(end->status))
                           : fmt::format("exit status {}", end->status);
    } else if (performed) {
      how = end.error().message;  // a new version is just being installed, perhaps
    } else {
      output.fail(end.error().message);
      return Exit::failed;
    }
    performed = performed || (end && end->signalled);
    if (lived >= kWell) {
      rest = milliseconds{0};
      crashes = 0;
    }
    if (output.has_status()) output.status("");
    output.warn(fmt::format("the performance broke off after {} ({}): it begins again {}",
                            seconds(lived), how,
                            rest.count() == 0 ? "at once" : "in " + seconds(rest)));
    if (!supervisor.rest(rest)) return Exit::done;
    rest = std::clamp(rest * 2, kFirstRest, ++crashes < kSoon ? kSoonRest : kLongestRest);
    next = words(again);
  }
}

}  // namespace imps::cli
