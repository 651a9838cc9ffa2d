// `imps init`: a folder to play in.
#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/console.h"
#include "cli/options.h"
#include "config/check.h"
#include "config/write.h"
#include "interface/midi/devices.h"
#include "platform/replace_file.h"
#include "platform/serial_port.h"

namespace imps::cli {
namespace {

namespace fs = std::filesystem;

constexpr int kFirstController = 1;
constexpr int kUsualControls = 8;
constexpr int kMostControllers = 120;  // MIDI's last ones are for modes

struct InitFlags {
  std::string folder = ".";
  std::string name;
  std::optional<int> controls;
  std::optional<int> dimension;
  std::vector<std::string> midi_inputs;
  std::vector<std::string> midi_outputs;
  std::string serial;
  bool websocket = false;
  bool yes = false;
  bool json = false;
};

void add_init_options(Options& options, InitFlags& flags) {
  options.positional("folder", flags.folder, "FOLDER");
  options.value("--name", flags.name, "NAME", "what your instrument is called");
  options.value("--controls", flags.controls, "N", "how many controls it has, 1 to 128");
  options.value("-d,--dimension", flags.dimension, "D", "the same, with dt: 9 for 8 controls");
  options.each("--midi-in", flags.midi_inputs, "DEVICE", "a MIDI input, by a part of its name");
  options.each("--midi-out", flags.midi_outputs, "DEVICE", "a MIDI output, by a part of its name");
  options.value("--serial", flags.serial, "PORT", "a serial line: a path or usb:VENDOR:PRODUCT");
  options.flag("--websocket", flags.websocket, "a WebSocket server, for browsers");
  options.flag("-y,--yes", flags.yes, "ask nothing: what was not said is left as it is by default");
  options.flag("--json", flags.json, "print what was written, and the devices there, as JSON");
}

/// A question's answer; nothing at the end of input.
std::optional<std::string> ask(const std::string& question) {
  fmt::print(stderr, "{} ", question);
  std::string line;
  if (!std::getline(std::cin, line)) return std::nullopt;
  return line;
}

std::optional<int> number_in(const std::string& text) {
  int number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  return error == std::errc{} && rest == end ? std::optional(number) : std::nullopt;
}

/// Offers what is there; the choice, or none.
std::optional<std::string> choose(const std::string& what, const std::vector<std::string>& names) {
  if (names.empty()) return std::nullopt;
  for (std::size_t k = 0; k < names.size(); ++k)
    fmt::print(stderr, "  {}  {}\n", k + 1, names[k]);
  while (const auto answer = ask(fmt::format("{}? (1 to {}, or nothing)", what, names.size()))) {
    if (answer->empty()) return std::nullopt;
    const auto number = number_in(*answer);
    if (number && *number >= 1 && *number <= static_cast<int>(names.size()))
      return names[static_cast<std::size_t>(*number - 1)];
  }
  return std::nullopt;
}

MidiPorts ports_here() {
  const auto system = MidiSystem::open("auto");
  return system ? (*system)->ports() : MidiPorts{};
}

/// A path as a shell takes it.
std::string in_shell(const std::string& path) {
  const auto is_plain = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return std::isalnum(byte) != 0 || byte >= 0x80 ||
           std::string_view("_-./,:+@%").find(c) != std::string_view::npos;
  };
  // What begins with a hyphen would be an option.
  std::string text = path.starts_with('-') ? "./" + path : path;
  if (!text.empty() && std::all_of(text.begin(), text.end(), is_plain)) return text;
  std::string quoted = "'";
  for (const char c : text)
    quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

/// What was not said, as far as it can be asked.
void ask_for_the_rest(InitFlags& flags, const MidiPorts& ports) {
  if (flags.name.empty()) flags.name = ask("What is your instrument called?").value_or("");
  while (!flags.controls) {
    const auto answer =
        ask(fmt::format("How many controls (faders, knobs, keys) has it? [{}]", kUsualControls));
    if (!answer || answer->empty()) break;
    const auto number = number_in(*answer);
    if (number && *number >= 1 && *number <= kMaxControls) flags.controls = number;
  }
  if (flags.midi_inputs.empty()) {
    if (const auto input = choose("Which MIDI input do you play on", ports.inputs))
      flags.midi_inputs.push_back(*input);
  }
  if (flags.midi_outputs.empty()) {
    if (const auto output = choose("Which MIDI output should imps play on", ports.outputs))
      flags.midi_outputs.push_back(*output);
  }
}

Settings settings_of(const InitFlags& flags) {
  Settings settings;
  settings.title = flags.name;
  settings.instrument.name = flags.name;
  const int controls = flags.controls.value_or(kUsualControls);
  const bool is_mapped =
      !flags.midi_inputs.empty() || !flags.midi_outputs.empty() || flags.websocket;
  if (flags.controls || is_mapped) settings.model.dimension = controls + 1;
  // A guess to begin with: controllers from 1 on, as most knob boxes have them.
  std::vector<MidiMapping> mappings;
  for (int k = 0; k < std::min(controls, kMostControllers); ++k)
    mappings.push_back({.kind = MidiMapping::Kind::control_change, .number = kFirstController + k});
  if (!flags.midi_inputs.empty() || !flags.midi_outputs.empty()) {
    settings.midi.enabled = true;
    settings.midi.inputs = flags.midi_inputs;
    settings.midi.outputs = flags.midi_outputs;
    if (!flags.midi_inputs.empty()) settings.midi.input = {{"", mappings}};
    if (!flags.midi_outputs.empty()) settings.midi.output = {{"", mappings}};
  }
  if (flags.websocket) {
    settings.websocket.enabled = true;
    settings.websocket.input = mappings;
    settings.websocket.output = mappings;
  }
  if (!flags.serial.empty()) {
    settings.serial.enabled = true;
    settings.serial.port = flags.serial;
  }
  return settings;
}

}  // namespace

std::string init_options() {
  Options options;
  InitFlags flags;
  add_init_options(options, flags);
  return options.describe();
}

Exit run_init(const Command& command, const Arguments& arguments) {
  Options options;
  InitFlags flags;
  add_init_options(options, flags);
  if (const auto exit = options.parse(command, arguments)) return *exit;
  if (flags.controls && (*flags.controls < 1 || *flags.controls > kMaxControls)) {
    complain(fmt::format("--controls takes 1 to {}", kMaxControls));
    return Exit::usage;
  }
  if (flags.dimension) {
    const int controls = *flags.dimension - 1;
    if (controls < 1 || controls > kMaxControls) {
      complain(fmt::format("--dimension takes 2 to {}: the controls and dt", kMaxControls + 1));
      return Exit::usage;
    }
    if (flags.controls && *flags.controls != controls) {
      complain(
          fmt::format("--dimension {} is {} controls, and --controls says {}: give one of them",
                      *flags.dimension, controls, *flags.controls));
      return Exit::usage;
    }
    flags.controls = controls;
  }
  const fs::path file = fs::path(flags.folder) / "imps.toml";
  std::error_code error;
  if (fs::exists(file, error)) {
    complain(file.string() + ": is there already, and is yours: edit it, or give another folder");
    return Exit::failed;
  }
  const bool asks = !flags.yes && !flags.json && ::isatty(STDIN_FILENO) == 1;
  const MidiPorts ports = asks || flags.json ? ports_here() : MidiPorts{};
  if (asks) ask_for_the_rest(flags, ports);
  const Settings settings = settings_of(flags);
  for (const Error& fault : check(settings))
    complain(fault.message);
  if (!check(settings).empty()) return Exit::usage;

  for (const char* const folder : {"logs", "models", "datasets"}) {
    fs::create_directories(fs::path(flags.folder) / folder, error);
    if (error) {
      complain(fmt::format("{}/{}: {}", flags.folder, folder, error.message()));
      return Exit::failed;
    }
  }
  const std::string text = write_config(settings);
  if (auto done = platform::create_file(file, std::as_bytes(std::span(text))); !done) {
    complain(done.error().message);
    return Exit::failed;
  }
  std::vector<std::string> warnings;
  if (settings.midi.enabled || settings.websocket.enabled) {
    const int last = std::min(flags.controls.value_or(kUsualControls), kMostControllers);
    warnings.push_back(
        fmt::format("its MIDI mappings are a guess: controllers {} to {} on channel 1",
                    kFirstController, kFirstController + last - 1));
  }
  // Logs, models and datasets are looked for where imps is started.
  const bool is_here = fs::path(flags.folder).lexically_normal() == fs::path(".");
  const std::string enter = is_here ? "" : "cd " + in_shell(flags.folder);
  if (flags.json) {
    auto commands = nlohmann::ordered_json::array();
    if (!is_here) commands.push_back(enter);
    commands.push_back("imps run");
    const nlohmann::ordered_json object{
        {"path", file.string()},
        {"text", text},
        {"folders", {"logs", "models", "datasets"}},
        {"commands", commands},
        {"midi", {{"inputs", ports.inputs}, {"outputs", ports.outputs}}},
        {"warnings", warnings}};
    fmt::print("{}\n",
               object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
    return Exit::done;
  }
  if (is_here) {
    fmt::print("{}: written; 'imps run' plays with it\n", file.string());
  } else {
    fmt::print("{}: written; play with it from there:\n  {}\n  imps run\n", file.string(), enter);
  }
  for (const std::string& warning : warnings)
    fmt::print("{}\n", warning);
  return Exit::done;
}

}  // namespace imps::cli
