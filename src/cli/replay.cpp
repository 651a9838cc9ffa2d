#include <cmath>
#include <optional>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/console.h"
#include "cli/options.h"
#include "config/endpoint.h"
#include "session/player.h"
#include "session/verify.h"

namespace imps::cli {
namespace {

struct ReplayFlags {
  std::string log;
  bool verify = false;
  std::string models = "models";
  std::string to_host = "localhost";
  int to_port = 5001;
  std::string address = "/interface";
  double speed = 1;
  double from = 0;
  std::optional<double> to;
  bool loop = false;
  bool json = false;
};

void add_replay_options(Options& options, ReplayFlags& flags) {
  options.needed("log", flags.log, "LOG");
  options.value("--speed", flags.speed, "X", "how many times as fast (default 1)");
  options.value("--from", flags.from, "SECONDS", "begin so long after the first row");
  options.value("--to", flags.to, "SECONDS", "end so long after the first row");
  options.flag("--loop", flags.loop, "begin again after the last row, until Ctrl-C");
  options.value("--to-host", flags.to_host, "HOST", "where to send (default localhost)");
  options.value("--to-port", flags.to_port, "PORT", "the port to send to (default 5001)");
  options.value("--address", flags.address, "ADDRESS", "the OSC address (default /interface)");
  options.flag("--verify", flags.verify,
               "run the session again without sockets and compare bit for bit");
  options.value("--models", flags.models, "FOLDER",
                "--verify: where its models are looked for (default models)");
  options.flag("--json", flags.json, "the result as JSON");
}

Exit verify_log(const ReplayFlags& flags) {
  const auto report = verify({.log = flags.log, .models = flags.models});
  if (!report) {
    complain(report.error().message);
    return Exit::failed;
  }
  const double span = to_seconds(report->span).count();
  const double took = to_seconds(report->took).count();
  if (!report->warning.empty()) complain(report->warning);
  if (flags.json) {
    nlohmann::ordered_json json{{"same", !report->difference.has_value()},
                                {"performer_rows", report->performer_rows},
                                {"predictions", report->predictions},
                                {"hand_overs", report->hand_overs},
                                {"seconds", span},
                                {"took_seconds", took}};
    if (report->difference) json["difference"] = *report->difference;
    fmt::print("{}\n", json.dump());
  } else if (report->difference) {
    fmt::print("{}: differs: {}\n", flags.log, *report->difference);
  } else {
    fmt::print(
        "{}: the same bit for bit: {} predictions and {} hand-overs answering {} frames; {:.1f} s "
        "in {:.3f} s\n",
        flags.log, report->predictions, report->hand_overs, report->performer_rows, span, took);
  }
  return report->difference ? Exit::failed : Exit::done;
}

}  // namespace

std::string replay_options() {
  Options options;
  ReplayFlags flags;
  add_replay_options(options, flags);
  return options.describe();
}

Exit run_replay(const Command& command, const Arguments& arguments) {
  Options options;
  ReplayFlags flags;
  add_replay_options(options, flags);
  if (const auto exit = options.parse(command, arguments)) return *exit;
  if (flags.verify) return verify_log(flags);
  if (!(flags.speed >= 0.001 && flags.speed <= 1000) || !(flags.from >= 0) ||
      (flags.to && !(*flags.to >= flags.from))) {
    complain("--speed takes 0.001 to 1000; --from and --to seconds, 0 or more, in this order");
    return Exit::usage;
  }
  if (flags.to_port < 1 || flags.to_port > 65535 || flags.address.empty() ||
      flags.address.front() != '/') {
    complain("--to-port takes 1 to 65535, --address an OSC address, which begins with '/'");
    return Exit::usage;
  }
  PlayerRequest request{.log = flags.log,
                        .output = {flags.to_host, static_cast<std::uint16_t>(flags.to_port)},
                        .address = flags.address,
                        .speed = flags.speed,
                        .from = Seconds{flags.from},
                        .loop = flags.loop};
  if (flags.to) request.to = Seconds{*flags.to};
  const auto report = play_log(request);
  if (!report) {
    complain(report.error().message);
    return Exit::failed;
  }
  if (report->skipped > 0)
    complain(
        fmt::format("{} damaged lines were skipped: 'imps inspect' lists them", report->skipped));
  if (flags.json) {
    fmt::print("{}\n", nlohmann::ordered_json{{"sent", report->sent},
                                              {"failed", report->failed},
                                              {"skipped_lines", report->skipped},
                                              {"interrupted", report->interrupted}}
                           .dump());
  } else {
    fmt::print("{} frames sent to {}{}\n", report->sent, to_text(request.output),
               report->failed > 0 ? fmt::format(", {} could not be sent", report->failed) : "");
  }
  return report->sent > 0 ? Exit::done : Exit::failed;
}

}  // namespace imps::cli
