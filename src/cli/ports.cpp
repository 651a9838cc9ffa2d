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
#include <unistd.h>

#include "cli/commands.h"
#include "cli/console.h"
#include "cli/options.h"
#include "interface/ports_here.h"

namespace imps::cli {
namespace {

constexpr auto kLookEvery = std::chrono::milliseconds(500);

std::atomic<bool> interrupted{false};
constexpr unsigned kEndsWithin = 3;  // seconds, once it is interrupted

struct PortsFlags {
  bool watch = false;
  bool json = false;
};

void add_ports_options(Options& options, PortsFlags& flags) {
  options.flag("--watch", flags.watch, "list again whenever something changes, until Ctrl-C");
  options.flag("--json", flags.json, "a JSON object for each list, one a line");
}

void print_list(const char* title, const std::vector<std::string>& names) {
  fmt::print("{}:{}\n", title, names.empty() ? " none" : "");
  for (const std::string& name : names)
    fmt::print("  {}\n", name);
}

void print(const PortsHere& ports, bool as_json) {
  if (as_json) {
    std::puts(to_json(ports).c_str());
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
  PortsFlags flags;
  add_ports_options(options, flags);
  return options.describe();
}

Exit run_ports(const Command& command, const Arguments& arguments) {
  Options options;
  PortsFlags flags;
  add_ports_options(options, flags);
  if (const auto exit = options.parse(command, arguments)) return *exit;
  if (flags.watch) {
    for (const int signal : {SIGINT, SIGTERM})
      std::signal(signal, [](int) {
        interrupted = true;
        ::alarm(kEndsWithin);  // a JACK server that hangs holds whoever asks it something
      });
  }
  PortsLook ports;
  PortsHere before = ports.look();
  print(before, flags.json);
  if (!flags.watch) return Exit::done;
  while (!interrupted && std::ferror(stdout) == 0) {
    std::this_thread::sleep_for(kLookEvery);
    PortsHere now = ports.look();
    if (now == before) continue;
    if (!flags.json) fmt::print("\n");
    print(now, flags.json);
    before = std::move(now);
  }
  return Exit::done;
}

}  // namespace imps::cli
