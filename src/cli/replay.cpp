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

struct Flags {
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

void add_options(CLI::App& app, Flags& flags) {
  app.add_option("log", flags.log)->type_name("LOG")->required();
  app.add_option("--speed", flags.speed, "how many times as fast (default 1)")->type_name("X");
  app.add_option("--from", flags.from, "begin so long after the first row")->type_name("SECONDS");
  app.add_option("--to", flags.to, "end so long after the first row")->type_name("SECONDS");
  app.add_flag("--loop", flags.loop, "begin again after the last row, until Ctrl-C");
  app.add_option("--to-host", flags.to_host, "where to send (default localhost)")
      ->type_name("HOST");
  app.add_option("--to-port", flags.to_port, "the port to send to (default 5001)")
      ->type_name("PORT");
  app.add_option("--address", flags.address, "the OSC address (default /interface)")
      ->type_name("ADDRESS");
  app.add_flag("--verify", flags.verify,
               "run the session again without sockets and compare bit for bit");
  app.add_option("--models", flags.models,
                 "--verify: where its models are looked for (default models)")
      ->type_name("FOLDER");
  app.add_flag("--json", flags.json, "the result as JSON");
}

Exit verify_log(const Flags& flags) {
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
  CLI::App app;
  Flags flags;
  add_options(app, flags);
  return describe(app);
}

Exit run_replay(const Command& command, const Arguments& arguments) {
  CLI::App app;
  Flags flags;
  add_options(app, flags);
  if (const auto exit = parse(app, command, arguments)) return *exit;
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
