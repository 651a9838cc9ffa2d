#include "session/doctor/devices.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

namespace imps::doctor {
namespace {

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names)
    text += (text.empty() ? "" : ", ") + name;
  return text.empty() ? "none" : text;
}

std::vector<std::string> missing(const std::vector<std::string>& wanted,
                                 const std::vector<std::string>& there) {
  std::vector<std::string> names;
  for (const std::string& part : wanted) {
    if (!part.starts_with(kVirtualPort) && !find_midi_port(there, part))
      names.push_back("'" + part + "'");
  }
  return names;
}

/// What to do for a line that belongs to `group`.
std::string join(const std::string& group) {
  return group.empty() || group == "root"
             ? std::string("let your user read and write it (a udev rule)")
             : fmt::format("'sudo usermod -aG {} $USER', and log in again", group);
}

}  // namespace

MidiFacts look_at_midi(const MidiSettings& settings) {
  MidiFacts facts;
  facts.wanted = settings.enabled;
  if (settings.enabled) {
    facts.inputs = settings.inputs;
    facts.outputs = settings.outputs;
  }
  const auto system = MidiSystem::open(settings.enabled ? settings.api : "auto");
  if (!system) {
    facts.trouble = system.error().message;
    return facts;
  }
  facts.system = (*system)->name();
  facts.ports = (*system)->ports();
  return facts;
}

Check judge(const MidiFacts& facts) {
  Check check{.name = "MIDI"};
  if (facts.system.empty()) {
    check.words = facts.wanted ? facts.trouble : "none here, and none is asked for";
    if (facts.wanted) {
      check.state = Check::State::bad;
      check.help = "start the system's MIDI ('sudo modprobe snd-seq') or a JACK server";
    }
    return check;
  }
  check.words = fmt::format("{}; inputs: {}; outputs: {}", facts.system, listed(facts.ports.inputs),
                            listed(facts.ports.outputs));
  const auto inputs = missing(facts.inputs, facts.ports.inputs);
  const auto outputs = missing(facts.outputs, facts.ports.outputs);
  if (inputs.empty() && outputs.empty()) return check;
  check.state = Check::State::bad;
  std::string words = "missing:";
  if (!inputs.empty()) words += " input " + listed(inputs);
  if (!outputs.empty())
    words += fmt::format("{} output {}", inputs.empty() ? "" : ",", listed(outputs));
  check.words = words + "\n" + check.words;
  check.help =
      "plug it in and switch it on, or name one that is there in midi.in_device and "
      "midi.out_device";
  return check;
}

SerialFacts look_at_serial(const Settings& settings) {
  SerialFacts facts;
  for (auto& port : platform::serial_ports()) {
    auto right = platform::serial_right(port.path);
    facts.lines.push_back({std::move(port), std::move(right)});
  }
  const auto want = [&facts](const char* key, const std::string& port) {
    SerialFacts::Wanted wanted{.key = key, .port = port};
    wanted.path = platform::find_serial_port(port);
    if (wanted.path) wanted.right = platform::serial_right(*wanted.path);
    facts.wanted.push_back(std::move(wanted));
  };
  if (settings.serial.enabled) want("serial.port", settings.serial.port);
  if (settings.serial_midi.enabled) {
    const std::string& own = settings.serial_midi.port;
    if (!own.empty()) want("serialmidi.port", own);
    if (own.empty() && !settings.serial.enabled) want("serial.port", settings.serial.port);
  }
  return facts;
}

Check judge(const SerialFacts& facts) {
  Check check{.name = "serial lines"};
  for (const auto& line : facts.lines) {
    check.words += (check.words.empty() ? "" : ", ") + line.port.path;
    if (!line.port.name.empty()) check.words += " (" + line.port.name + ")";
  }
  if (check.words.empty()) check.words = "none";
  std::string troubles;
  const auto trouble = [&](Check::State state, const std::string& words, const std::string& help) {
    troubles += words + "\n";
    if (check.help.empty() || state > check.state) check.help = help;
    check.state = std::max(check.state, state);
  };
  for (const auto& wanted : facts.wanted) {
    if (!wanted.right) {
      trouble(Check::State::bad, fmt::format("{} is missing ({})", wanted.port, wanted.key),
              "plug it in, or name one that 'imps ports' lists");
    } else if (!wanted.right->granted) {
      trouble(Check::State::bad,
              fmt::format("{} may not be opened by you ({})", *wanted.path, wanted.key),
              join(wanted.right->group));
    }
  }
  for (const auto& line : facts.lines) {
    const bool told =
        std::any_of(facts.wanted.begin(), facts.wanted.end(),
                    [&](const auto& wanted) { return wanted.path == line.port.path; });
    // A board's own lines are there whether anything is connected or not.
    if (told || line.port.usb.empty() || !line.right || line.right->granted) continue;
    trouble(Check::State::doubtful, line.port.path + " may not be opened by you",
            join(line.right->group));
  }
  check.words = troubles + check.words;
  return check;
}

}  // namespace imps::doctor
