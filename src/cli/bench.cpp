#include <cmath>
#include <optional>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/console.h"
#include "cli/options.h"
#include "session/stage_bench.h"

namespace imps::cli {
namespace {

struct BenchFlags {
  std::string what;
  std::optional<std::string> model;
  int dimension = 9;
  double seconds = 5;
  bool json = false;
};

void add_bench_options(Options& options, BenchFlags& flags) {
  options.needed("what", flags.what, "stage");
  options.value("--model", flags.model, "MODEL", "a model file (else the built-in model)");
  options.value("-d,--dimension", flags.dimension, "D", "of the built-in model (default 9)");
  options.value("--seconds", flags.seconds, "SECONDS",
                "how long each of the two measurements takes (default 5)");
  options.flag("--json", flags.json, "the result as JSON, in microseconds");
}

nlohmann::ordered_json as_json(const LatenessSummary& summary) {
  return {{"count", summary.count},
          {"median_us", summary.median.count()},
          {"p99_us", summary.p99.count()},
          {"p999_us", summary.p999.count()},
          {"worst_us", summary.worst.count()}};
}

std::string row(std::string_view name, const LatenessSummary& summary) {
  return fmt::format("{:<34}{:>8}{:>10}{:>10}{:>10}{:>10}\n", name, summary.count,
                     summary.median.count(), summary.p99.count(), summary.p999.count(),
                     summary.worst.count());
}

}  // namespace

std::string bench_options() {
  Options options;
  BenchFlags flags;
  add_bench_options(options, flags);
  return options.describe();
}

Exit run_bench(const Command& command, const Arguments& arguments) {
  Options options;
  BenchFlags flags;
  add_bench_options(options, flags);
  if (const auto exit = options.parse(command, arguments)) return *exit;
  if (flags.what != "stage") {
    complain(
        fmt::format("'{}' cannot be measured: 'imps bench stage' can", flags.what.substr(0, 64)));
    return Exit::usage;
  }
  if (!(flags.seconds > 0 && flags.seconds <= 3600) || flags.dimension < kMinDimension ||
      flags.dimension > kMaxDimension) {
    complain(fmt::format("--seconds takes up to 3600, --dimension {} to {}", kMinDimension,
                         kMaxDimension));
    return Exit::usage;
  }
  StageBenchRequest request{.dimension = flags.dimension, .seconds = Seconds{flags.seconds}};
  if (flags.model) request.model = *flags.model;
  const auto report = bench_stage(request);
  if (!report) {
    complain(report.error().message);
    return Exit::failed;
  }
  if (flags.json) {
    fmt::print("{}\n", nlohmann::ordered_json{{"model", report->model},
                                              {"priority", report->priority},
                                              {"lateness", as_json(report->lateness)},
                                              {"round_trip", as_json(report->round_trip)},
                                              {"unanswered", report->unanswered}}
                           .dump());
  } else {
    fmt::print("{}, {}\n{:<34}{:>8}{:>10}{:>10}{:>10}{:>10}\n", report->model, report->priority,
               "microseconds", "count", "median", "p99", "p99.9", "worst");
    fmt::print("{}", row("predictions after their due time", report->lateness));
    fmt::print("{}", row("message in to prediction out", report->round_trip));
    if (report->unanswered > 0) fmt::print("{} messages were not answered\n", report->unanswered);
  }
  return Exit::done;
}

}  // namespace imps::cli
