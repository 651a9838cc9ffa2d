// `imps learn`: a controller is learnt by being played.
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/console.h"
#include "cli/lesson.h"
#include "cli/options.h"
#include "config/check.h"
#include "config/read.h"
#include "config/write.h"
#include "interface/midi/devices.h"
#include "interface/midi/learnt_config.h"
#include "platform/replace_file.h"
#include "platform/whole_file.h"

namespace imps::cli {
namespace {

namespace fs = std::filesystem;

struct LearnFlags {
  std::string config = "imps.toml";
  std::vector<std::string> inputs;
  std::optional<std::string> output;
  std::optional<int> controls;
  bool names = false;
  bool narrow = false;
  std::string api;
  bool yes = false;
  bool json = false;
};

void add_learn_options(Options& options, LearnFlags& flags) {
  options.positional("config", flags.config, "CONFIG");
  options.each("--input", flags.inputs, "DEVICE",
               "hear this MIDI input alone, by a part of its name; may be given several times");
  options.value("--output", flags.output, "DEVICE",
                "also play on this MIDI output, with the same messages");
  options.value("--controls", flags.controls, "N", "finish by itself after N controls");
  options.flag("--names", flags.names, "ask what each control is called");
  options.flag("--ranges", flags.narrow,
               "take the values that were heard for a control's whole range");
  options.value("--api", flags.api, "API", "the system's MIDI to use: auto, alsa, jack, core");
  options.flag("-y,--yes", flags.yes, "ask nothing before the file is written");
  options.flag("--json", flags.json, "what was learnt, as a JSON object on stdout");
}

/// What is there now, or what `imps init` would write where nothing is.
Result<std::string> text_of(const fs::path& path, bool& is_new) {
  std::error_code ignored;
  is_new = !fs::exists(path, ignored);
  if (is_new) return Result<std::string>(boost::system::in_place_value, write_config(Settings{}));
  const auto bytes = platform::read_whole_file(path, kLongestConfig);
  if (!bytes) return in(path.string(), bytes.error());
  return Result<std::string>(boost::system::in_place_value,
                             reinterpret_cast<const char*>(bytes->data()), bytes->size());
}

/// The output's lasting name.
Result<std::string> output_name(MidiSystem& system, const std::string& part,
                                const std::vector<std::string>& configured) {
  std::string name = part;
  if (!part.starts_with(kVirtualPort)) {
    const std::vector<std::string> there = system.ports().outputs;
    const auto port = find_midi_port(there, part);
    if (!port) {
      return Error{
          fmt::format("no MIDI output has \"{}\" in its name: 'imps ports' lists them", part)};
    }
    name = lasting_midi_name(*port, there, configured);
  }
  return Result<std::string>(boost::system::in_place_value, std::move(name));
}

/// Asks on a terminal; else goes on.
bool goes_on(const LearnFlags& flags, const LearntConfig& config, Console& console) {
  for (const std::string& one : config.besides)
    console.tell(one);
  if (config.besides.empty() || flags.yes || ::isatty(STDIN_FILENO) != 1) return true;
  console.tell("Write that? [Y/n]");
  const auto answer = ask_line();
  return answer && (answer->empty() || answer->front() == 'y' || answer->front() == 'Y');
}

/// Puts the file in place, whole; where a link stands, in the place that it leads to.
Result<void> write(const fs::path& path, bool is_new, const std::string& text) {
  const auto bytes = std::as_bytes(std::span(text));
  if (is_new) return platform::create_file(path, bytes);
  std::error_code error;
  const fs::path real = fs::canonical(path, error);
  return platform::replace_file(error ? path : real, bytes);
}

void print_json(const fs::path& path, const LearntMidi& learnt, const LearntConfig& config) {
  nlohmann::ordered_json json{{"config", path.string()},
                              {"dimension", config.dimension},
                              {"controls", nlohmann::ordered_json::array()},
                              {"output", nullptr},
                              {"besides", config.besides}};
  if (learnt.output) json["output"] = *learnt.output;
  for (std::size_t k = 0; k < learnt.controls.size(); ++k) {
    const HeardControl& control = learnt.controls[k];
    const MidiMapping mapping = mapping_of(control, learnt.narrow);
    nlohmann::ordered_json one{{"device", control.device}, {"mapping", to_text(mapping)},
                               {"least", mapping.least},   {"most", mapping.most},
                               {"lowest", control.lowest}, {"highest", control.highest},
                               {"name", nullptr}};
    if (k < learnt.names.size()) one["name"] = learnt.names[k];
    json["controls"].push_back(std::move(one));
  }
  std::puts(json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace).c_str());
}

Exit failed(std::string_view message) {
  complain(message);
  return Exit::failed;
}

/// What is wrong with the flags among themselves, or "".
std::string contradiction(const LearnFlags& flags) {
  if (flags.controls && (*flags.controls < 1 || *flags.controls > kMaxControls))
    return fmt::format("--controls takes 1 to {}", kMaxControls);
  if (fs::path(flags.config).extension() != ".toml")
    return flags.config + " is no configuration: give a .toml file";
  if (!flags.api.empty() && flags.api != "auto" && flags.api != "alsa" && flags.api != "jack" &&
      flags.api != "core")
    return "--api takes auto, alsa, jack or core";
  return {};
}

}  // namespace

std::string learn_options() {
  Options options;
  LearnFlags flags;
  add_learn_options(options, flags);
  return options.describe();
}

Exit run_learn(const Command& command, const Arguments& arguments) {
  Options options;
  LearnFlags flags;
  add_learn_options(options, flags);
  if (const auto exit = options.parse(command, arguments)) return *exit;
  if (const std::string wrong = contradiction(flags); !wrong.empty()) {
    complain(wrong);
    return Exit::usage;
  }
  const fs::path path = flags.config;
  bool is_new = false;
  auto before = text_of(path, is_new);
  if (!before) return failed(before.error().message);
  const ConfigRead config = read_config(*before, path.string());
  for (const Diagnostic& error : config.errors)
    complain(to_text(error));
  if (!config.ok()) return Exit::failed;

  const MidiSettings& midi = config.settings.midi;
  const auto system = MidiSystem::open(flags.api.empty() ? midi.api : flags.api);
  if (!system) return failed("no MIDI here: " + system.error().message);
  LearntMidi learnt{.api = flags.api, .narrow = flags.narrow};
  if (flags.output) {
    auto output = output_name(**system, *flags.output, midi.outputs);
    if (!output) return failed(output.error().message);
    learnt.output = std::move(*output);
  }

  Console console;
  const LessonOptions lesson{.inputs = flags.inputs,
                             .configured = midi.inputs,
                             .most = static_cast<std::size_t>(flags.controls.value_or(0)),
                             .asks_names = flags.names,
                             .narrow = flags.narrow};
  auto heard = learn(**system, lesson, console);
  const std::string as_it_was = path.string() + (is_new ? " was not written" : " is as it was");
  if (!heard) return failed(heard.error().message + ": " + as_it_was);
  learnt.controls = std::move(heard->controls);
  learnt.names = std::move(heard->names);

  // Somebody may have saved it meanwhile.
  before = text_of(path, is_new);
  if (!before) return failed(before.error().message);
  const auto after = with_learnt_midi(*before, learnt);
  if (!after) return failed(fmt::format("{}: {}", path.string(), after.error().message));
  if (!goes_on(flags, *after, console)) return failed(as_it_was);
  if (auto done = write(path, is_new, after->text); !done) return failed(done.error().message);

  if (flags.json) print_json(path, learnt, *after);
  const bool is_usual = path == "imps.toml";
  const std::string words =
      fmt::format("{}: {} with {} control{}; 'imps run{}' plays with it", path.string(),
                  is_new ? "written" : "changed", learnt.controls.size(),
                  learnt.controls.size() == 1 ? "" : "s", is_usual ? "" : " " + path.string());
  if (flags.json) {
    console.tell(words);
  } else {
    fmt::print("{}\n", words);
  }
  return Exit::done;
}

}  // namespace imps::cli
