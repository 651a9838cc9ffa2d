// `imps ports`: what is plugged in.
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/console.h"
#include "cli/options.h"
#include "interface/midi/devices.h"
#include "platform/serial_port.h"

namespace imps::cli {
namespace {

constexpr auto kLookEvery = std::chrono::milliseconds(500);

std::atomic<bool> interrupted{false};

struct Flags {
  bool watch = false;
  bool json = false;
};

void add_options(Options& options, Flags& flags) {
  options.flag("--watch", flags.watch, "list again whenever something changes, until Ctrl-C");
  options.flag("--json", flags.json, "a JSON object for each list, one a line");
}

/// All that is there now.
struct Ports {
  std::string midi_system;   ///< "ALSA", …; "" when there is none
  std::string midi_trouble;  ///< why
  MidiPorts midi;
  std::vector<platform::SerialPort> serial;

  friend bool operator==(const Ports&, const Ports&) = default;
};

Ports look(std::unique_ptr<MidiSystem>& system) {
  Ports ports;
  // A client of a server that has ended sees nothing for ever.
  if (system && system->ports() == MidiPorts{}) system.reset();
  if (!system) {
    auto opened = MidiSystem::open("auto");
    if (opened) system = std::move(*opened);
    if (!opened) ports.midi_trouble = opened.error().message;
  }
  if (system) {
    ports.midi_system = system->name();
    ports.midi = system->ports();
  }
  ports.serial = platform::serial_ports();
  return ports;
}

void print_list(const char* title, const std::vector<std::string>& names) {
  fmt::print("{}:{}\n", title, names.empty() ? " none" : "");
  for (const std::string& name : names)
    fmt::print("  {}\n", name);
}

void print(const Ports& ports, bool as_json) {
  if (as_json) {
    nlohmann::ordered_json json{
        {"midi",
         {{"system", nullptr}, {"inputs", ports.midi.inputs}, {"outputs", ports.midi.outputs}}},
        {"serial", nlohmann::ordered_json::array()}};
    if (!ports.midi_system.empty()) json["midi"]["system"] = ports.midi_system;
    for (const auto& port : ports.serial)
      json["serial"].push_back({{"path", port.path}, {"usb", port.usb}, {"name", port.name}});
    std::puts(json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace).c_str());
  } else {
    if (ports.midi_system.empty()) {
      fmt::print("MIDI: {}\n", ports.midi_trouble);
    } else {
      print_list(fmt::format("MIDI inputs ({})", ports.midi_system).c_str(), ports.midi.inputs);
      print_list(fmt::format("MIDI outputs ({})", ports.midi_system).c_str(), ports.midi.outputs);
    }
    std::vector<std::string> lines;
    for (const auto& port : ports.serial) {
      lines.push_back(port.usb.empty() ? port.path
                                       : fmt::format("{}  {}  {}", port.path, port.usb, port.name));
    }
    print_list("serial lines", lines);
  }
  std::fflush(stdout);
}

}  // namespace

std::string ports_options() {
  Options options;
  Flags flags;
  add_options(options, flags);
  return options.describe();
}

Exit run_ports(const Command& command, const Arguments& arguments) {
  Options options;
  Flags flags;
  add_options(options, flags);
  if (const auto exit = options.parse(command, arguments)) return *exit;
  if (flags.watch) {
    for (const int signal : {SIGINT, SIGTERM})
      std::signal(signal, [](int) { interrupted = true; });
  }
  std::unique_ptr<MidiSystem> system;
  std::optional<Ports> before = look(system);
  print(*before, flags.json);
  if (!flags.watch) return Exit::done;
  while (!interrupted && std::ferror(stdout) == 0) {
    std::this_thread::sleep_for(kLookEvery);
    Ports now = look(system);
    if (now == *before) continue;
    if (!flags.json) fmt::print("\n");
    print(now, flags.json);
    before = std::move(now);
  }
  return Exit::done;
}

}  // namespace imps::cli
