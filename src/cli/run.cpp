#include <array>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <iostream>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <imps/mode.h>

#include "cli/console.h"
#include "cli/options.h"
#include "cli/supervise.h"
#include "config/check.h"
#include "config/endpoint.h"
#include "config/read.h"
#include "model/files/names.h"
#include "platform/companion.h"
#include "platform/last_exit.h"
#include "platform/supervisor.h"
#include "session/house.h"
#include "session/model_choice.h"
#include "session/warm.h"

namespace imps::cli {
namespace {

namespace fs = std::filesystem;

/// What giving the ports back may take.
constexpr std::chrono::seconds kLastSeconds{3};

/// What the command line says; the rest is left as the configuration has it.
struct RunFlags {
  std::string target;
  std::optional<int> dimension;
  std::optional<std::string> size;
  bool log = false;
  bool no_log = false;
  std::optional<std::string> log_folder;
  bool check = false;
  bool verbose = false;
  bool user_only = false;
  bool call_response = false;
  bool polyphony = false;
  bool battle = false;
  bool duet = false;
  std::optional<double> threshold;
  std::optional<double> sigma_temperature;
  std::optional<double> pi_temperature;
  std::optional<double> surprise;
  std::optional<double> timescale;
  std::optional<double> max_rest;
  std::optional<std::int64_t> seed;
  std::optional<std::string> warm;
  bool supervise = false;
  std::optional<std::int64_t> supervised_by;  // a process, by its number
  std::optional<std::int64_t> goes_on_since;  // microseconds from 1970
  bool start_now = false;
  bool ahead = false;
  bool thru = false;
  std::optional<std::string> listen_host;
  std::optional<int> listen_port;
  std::optional<std::string> output_host;
  std::optional<int> output_port;
  std::vector<std::string> outputs;
  std::optional<int> web_port;
  bool no_web = false;
  bool share = false;
  std::optional<std::string> certificate;
  std::optional<std::string> certificate_key;
  bool json = false;
};

void add_run_options(Options& options, RunFlags& flags) {
  options.positional("target", flags.target, "CONFIG|MODEL");
  options.value("-d,--dimension", flags.dimension, "D",
                "dt and the controls: 2 to 129 (else from the first message)");
  options.value("--modelsize", flags.size, "SIZE",
                "of the models in models/, only this size: xxs, xs, s, m, l, xl");
  options.flag("-c,--callresponse", flags.call_response,
               "the model answers when the performer is silent (default)");
  options.flag("-p,--polyphony", flags.polyphony,
               "every frame of the performer's gets one prediction");
  options.flag("-b,--battle", flags.battle, "the model plays by itself");
  options.flag("--duet", flags.duet, "both at once: the model plays what is not touched");
  options.flag("-o,--useronly", flags.user_only, "no predictions: only log");
  options.value("--threshold,--callresponsethresh", flags.threshold, "SECONDS",
                "silence after which the model answers (default 0.1)");
  options.value("--sigmatemp", flags.sigma_temperature, "T",
                "how far predictions stray, 0 or more (default 0.01)");
  options.value("--pitemp", flags.pi_temperature, "T",
                "how freely they choose between gestures, above 0 (default 1)");
  options.value("--surprise", flags.surprise, "S",
                "from 0, the most typical, to 1, the rarest of what it may play (default 0.5)");
  options.value("--timescale", flags.timescale, "X",
                "stretches the predictions' time, up to 1000 (default 1)");
  options.value("--max-rest", flags.max_rest, "SECONDS",
                "longest predicted time between frames (default 5)");
  options.value("--seed", flags.seed, "N", "makes the predictions repeatable");
  options.value_or_none("--warm", flags.warm, "LOG",
                        "begin with the last minute of LOG in the model's memory; without LOG, of "
                        "the newest one, if it is less than a minute old, and steered as that "
                        "was, if it broke off");
  options.flag("--start-now", flags.start_now, "battle: begin at once, not with the first frame");
  options.flag("--ahead", flags.ahead, "send predictions early, timetagged with when they are due");
  options.flag("--thru", flags.thru, "send the performer's frames to the outputs too");
  options.value("--serverip", flags.listen_host, "HOST", "where to listen (default localhost)");
  options.value("--serverport", flags.listen_port, "PORT", "the port to listen on (default 5001)");
  options.value("--clientip", flags.output_host, "HOST",
                "where to send predictions (default localhost)");
  options.value("--clientport", flags.output_port, "PORT",
                "the port to send them to (default 5000)");
  options.value("--output", flags.outputs, "HOST:PORT",
                "send predictions here too; may be given several times");
  options.value("--webport", flags.web_port, "PORT",
                "the page's port (default 4000); 0: any that is free");
  options.flag("--no-web", flags.no_web, "no page");
  options.flag("--share", flags.share, "other machines may open the page, by a link with a token");
  options.value("--certificate", flags.certificate, "FILE",
                "give the page over https, with this certificate (PEM)");
  options.value("--certificate-key", flags.certificate_key, "FILE",
                "the certificate's key, when it is not in its own file");
  options.flag("-l,--log", flags.log, "log the performance (default)");
  options.flag("--no-log", flags.no_log, "do not log");
  options.value("--log-folder", flags.log_folder, "FOLDER", "where logs go (default logs)");
  options.flag("--supervise", flags.supervise,
               "begin again after a crash, as the take that broke off left off");
  options.hidden("--supervised-by", flags.supervised_by);
  options.hidden("--goes-on-since", flags.goes_on_since);
  options.flag("--check", flags.check, "only say what is wrong with the configuration, and stop");
  options.flag("-v,--verbose", flags.verbose, "print every frame");
  options.flag("--json", flags.json, "print what happens as JSON, one object a line, on stdout");
}

/// What is wrong with the flags among themselves, or "".
std::string contradiction(const RunFlags& flags) {
  if (flags.user_only + flags.call_response + flags.polyphony + flags.battle + flags.duet > 1) {
    return "one mode at a time: choose one of -c, -p, -b, -o";
  }
  if (flags.seed && *flags.seed < 0) return "--seed takes a whole number from 0 to 2^53";
  if (flags.log && flags.no_log) return "--log and --no-log contradict each other";
  if (flags.no_web && (flags.share || flags.web_port))
    return "--no-web leaves no page for --share and --webport";
  if (flags.no_web && flags.certificate) return "--no-web leaves no page for --certificate";
  if (flags.certificate_key && !flags.certificate)
    return "--certificate-key: give its --certificate, too";
  for (const auto port : {flags.listen_port, flags.output_port, flags.web_port}) {
    if (port && (*port < 0 || *port > 65535))
      return fmt::format("{} is not a port: give 1 to 65535", *port);
  }
  return {};
}

Result<void> apply(const RunFlags& flags, Settings& settings) {
  const auto set = [](const auto& flag, auto& setting) {
    if (flag) setting = *flag;
  };
  if (flags.dimension) settings.model.dimension = flags.dimension;
  if (flags.size) settings.model.size = flags.size;
  if (flags.call_response) settings.interaction.mode = Mode::call_response;
  if (flags.polyphony) settings.interaction.mode = Mode::polyphony;
  if (flags.battle) settings.interaction.mode = Mode::battle;
  if (flags.duet) settings.interaction.mode = Mode::duet;
  if (flags.user_only) settings.interaction.mode = Mode::user_only;
  if (flags.threshold) settings.interaction.threshold = Seconds{*flags.threshold};
  if (flags.max_rest) settings.interaction.max_rest = Seconds{*flags.max_rest};
  set(flags.sigma_temperature, settings.model.temperatures.sigma);
  set(flags.pi_temperature, settings.model.temperatures.pi);
  set(flags.surprise, settings.model.surprise);
  set(flags.timescale, settings.model.timescale);
  if (flags.seed) settings.interaction.seed = static_cast<std::uint64_t>(*flags.seed);
  if (flags.start_now) settings.interaction.start_now = true;
  if (flags.ahead) settings.interaction.ahead = true;
  if (flags.thru) settings.interaction.input_thru = true;
  set(flags.listen_host, settings.osc.listen.host);
  if (std::string& host = settings.osc.listen.host;
      host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);  // an IPv6 address as it stands before a port
  }
  if (flags.listen_port) settings.osc.listen.port = static_cast<std::uint16_t>(*flags.listen_port);
  if (flags.output_host || flags.output_port) {
    if (settings.osc.outputs.empty()) settings.osc.outputs.push_back({"localhost", 5000});
    settings.osc.outputs.resize(1);
    set(flags.output_host, settings.osc.outputs[0].host);
    if (flags.output_port)
      settings.osc.outputs[0].port = static_cast<std::uint16_t>(*flags.output_port);
  }
  for (const std::string& text : flags.outputs) {
    auto endpoint = endpoint_from_text(text, EndpointUse::send);
    if (!endpoint) return in("--output", endpoint.error());
    settings.osc.outputs.push_back(*endpoint);
  }
  if (flags.log) settings.log.enabled = true;
  if (flags.no_log) settings.log.enabled = false;
  if (flags.log_folder) settings.log.folder = *flags.log_folder;
  if (flags.verbose) settings.verbose = true;
  if (flags.no_web) settings.web.enabled = false;
  if (flags.share) settings.web.share = true;
  if (flags.certificate) {
    settings.web.certificate = *flags.certificate;
    settings.web.certificate_key = flags.certificate_key.value_or("");
  }
  if (flags.web_port) settings.web.listen.port = static_cast<std::uint16_t>(*flags.web_port);
  return {};
}

bool is_config(const std::string& target) { return fs::path(target).extension() == ".toml"; }

/// `--warm MODEL` is `--warm`, and MODEL: what it takes is a log.
void settle_warm(RunFlags& flags) {
  if (!flags.warm || !flags.target.empty()) return;
  if (is_config(*flags.warm) || is_model_name(*flags.warm))
    flags.target = std::exchange(*flags.warm, "");
}

/// The configuration to read, if any: the one named, else imps.toml here.
std::optional<fs::path> config_path(const RunFlags& flags) {
  if (!flags.target.empty())
    return is_config(flags.target) ? std::optional<fs::path>(flags.target) : std::nullopt;
  std::error_code ignored;
  return fs::is_regular_file("imps.toml", ignored) ? std::optional<fs::path>("imps.toml")
                                                   : std::nullopt;
}

/// The house's words as JSON, one object a line on stdout.
class JsonOutput final : public Output {
 public:
  void tell(std::string_view line) override { put("message", line); }
  void warn(std::string_view line) override { put("warning", line); }
  void fail(std::string_view line) override { put("error", line); }
  void status(std::string_view line) override { put("status", line); }
  [[nodiscard]] bool has_status() const override { return false; }

 private:
  static void put(const char* kind, std::string_view line) {
    const nlohmann::ordered_json object{{"kind", kind}, {"text", std::string(line)}};
    std::cout << object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace)
              << std::endl;
  }
};

/// Why models that are asked for, by scenes or without one, cannot be played; none when all can.
std::vector<std::string> model_faults(const Settings& settings,
                                      const std::optional<fs::path>& config) {
  std::vector<std::string> faults;
  std::set<fs::path> seen;
  const auto look = [&](const Settings& one, const std::string& section) {
    if (!one.model.file || !seen.insert(*one.model.file).second) return;
    const auto model = load_model(*one.model.file, one.model.dimension);
    if (model) return;
    faults.push_back(config
                         ? fmt::format("{}: {}model.file: {}: name a model that is there, or take "
                                       "the key out",
                                       config->string(), section, model.error().message)
                         : model.error().message);
  };
  look(settings, "");
  for (const Scene& scene : settings.scenes) {
    Settings with = settings;
    apply(scene, with);
    look(with, fmt::format("scenes.{}.", scene.name));
  }
  return faults;
}

}  // namespace

std::string run_options() {
  Options options;
  RunFlags flags;
  add_run_options(options, flags);
  return options.describe();
}

Exit run_run(const Command& command, const Arguments& arguments) {
  Options options;
  RunFlags flags;
  add_run_options(options, flags);
  if (const auto exit = options.parse(command, arguments)) return *exit;
  if (const auto fault = contradiction(flags); !fault.empty()) {
    complain(fault);
    return Exit::usage;
  }

  settle_warm(flags);

  Console console;
  JsonOutput json;
  Output& output = flags.json ? static_cast<Output&>(json) : console;
  if (flags.supervise && !flags.check) {
    Arguments supervised = arguments;
    std::erase(supervised, "--supervise");
    return supervise(supervised, flags.warm, output);
  }
  if (flags.supervised_by) {
    platform::follow_starter(SIGTERM);
    if (!platform::is_started_by(static_cast<int>(*flags.supervised_by)))
      return Exit::failed;  // gone already
  }
  PerformanceRequest request;
  request.config = config_path(flags);
  if (request.config) {
    const ConfigRead read = read_config_file(*request.config);
    for (const auto& warning : read.warnings)
      output.warn(to_text(warning));
    for (const auto& error : read.errors)
      output.fail(to_text(error));
    if (!read.ok()) return Exit::failed;
    output.tell(fmt::format("configuration: {}{}", request.config->string(),
                            read.impsy ? ", one of IMPSY's" : ""));
    request.settings = read.settings;
  } else if (!flags.target.empty()) {
    request.settings.model.file = flags.target;
  }
  if (auto applied = apply(flags, request.settings); !applied) {
    complain(applied.error().message);
    return Exit::usage;
  }
  request.flags = [&flags](Settings& settings) {
    if (!flags.target.empty() && !is_config(flags.target)) settings.model.file = flags.target;
    // It was applied once without complaint.
    [[maybe_unused]] const auto applied = apply(flags, settings);
  };
  if (flags.warm) request.warm = *flags.warm;
  if (flags.goes_on_since) {
    request.goes_on_since =
        std::chrono::system_clock::time_point(std::chrono::microseconds(*flags.goes_on_since));
  } else if (flags.warm && flags.warm->empty()) {
    request.goes_on_since = std::chrono::system_clock::now() - kWarmSpan;
  }
  const auto faults = check(request.settings);
  for (const Error& fault : faults)
    output.fail(fault.message);
  if (!faults.empty()) return Exit::usage;
  if (flags.check) {
    const auto without_model = model_faults(request.settings, request.config);
    for (const std::string& fault : without_model)
      output.fail(fault);
    if (!without_model.empty()) return Exit::failed;
    output.tell(request.config ? "it can be performed with: 'imps inspect' explains it"
                : !flags.target.empty()
                    ? flags.target + " can be performed with"
                    : "there is no configuration here: the defaults are in force");
    return Exit::done;
  }

  // A JACK server that hangs would keep its ports, and imps with them, for ever.
  request.at_end = [] { platform::exit_at_latest(kLastSeconds, static_cast<int>(Exit::done)); };
  if (auto performed = perform(request, output); !performed) {
    output.fail(performed.error().message);
    return Exit::failed;
  }
  return Exit::done;
}

}  // namespace imps::cli
