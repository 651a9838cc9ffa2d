#include "session/doctor/configuration.h"

#include <algorithm>
#include <system_error>

#include <fmt/format.h>

#include "session/doctor/storage.h"

namespace imps::doctor {
namespace {

namespace fs = std::filesystem;

/// Of so many faults, the rest is a number.
constexpr std::size_t kMostTold = 5;

std::string told(const std::vector<Diagnostic>& faults) {
  std::string text;
  for (std::size_t i = 0; i < std::min(kMostTold, faults.size()); ++i)
    text += (i == 0 ? "" : "\n") + to_text(faults[i]);
  if (faults.size() > kMostTold) text += fmt::format("\nand {} more", faults.size() - kMostTold);
  return text;
}

bool has_an_interface(const Settings& settings) {
  return settings.osc.enabled || settings.midi.enabled || settings.websocket.enabled ||
         settings.serial.enabled || settings.serial_midi.enabled;
}

}  // namespace

ConfigurationFacts look_at_configuration(const fs::path& folder,
                                         const std::optional<fs::path>& named) {
  ConfigurationFacts facts;
  std::error_code ignored;
  if (named) {
    facts.path = *named;
  } else if (const fs::path usual = in_folder(folder, "imps.toml");
             fs::is_regular_file(usual, ignored)) {
    facts.path = usual;
  } else {
    return facts;
  }
  facts.read = read_config_file(facts.path);
  return facts;
}

Check judge(const ConfigurationFacts& facts) {
  Check check{.name = "configuration"};
  if (facts.path.empty()) {
    check.words = "none here: the defaults are in force";
    return check;
  }
  if (!facts.read.ok()) {
    check.state = Check::State::bad;
    check.words = told(facts.read.errors);
    check.help = "put the file right; 'imps run --check' reads it again";
  } else if (!has_an_interface(facts.read.settings)) {
    check.state = Check::State::bad;
    check.words = facts.path.string() + ": there is no interface to play through";
    check.help = "set osc.enabled to true, or add [midi], [websocket], [serial] or [serialmidi]";
  } else if (!facts.read.warnings.empty()) {
    check.state = Check::State::doubtful;
    check.words = told(facts.read.warnings);
    check.help = "what is unknown or has no effect is passed over";
  } else {
    check.words =
        facts.path.string() + (facts.read.impsy ? ", one of IMPSY's: in order" : ": in order");
  }
  return check;
}

}  // namespace imps::doctor
