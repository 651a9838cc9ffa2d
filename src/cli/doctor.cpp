// `imps doctor`: whether this machine and this folder are fit to perform.
#include <algorithm>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/console.h"
#include "cli/options.h"
#include "cli/wrapped.h"
#include "session/doctor/examine.h"

namespace imps::cli {
namespace {

using doctor::Check;

struct DoctorFlags {
  std::string config;
  bool json = false;
};

void add_doctor_options(Options& options, DoctorFlags& flags) {
  options.positional("config", flags.config, "CONFIG");
  options.flag("--json", flags.json, "a JSON object: {\"checks\": [{name, state, words, help}]}");
}

struct Mark {
  std::string_view sign;    ///< tells the state where there is no colour
  std::string_view colour;  ///< of the terminal
};

Mark mark(Check::State state) {
  switch (state) {
    case Check::State::well:
      return {"  ", "\x1b[32m"};
    case Check::State::doubtful:
      return {"? ", "\x1b[33m"};
    case Check::State::bad:
      return {"! ", "\x1b[31m"};
  }
  return {};
}

/// Names of devices and files may hold anything: not what steers a terminal.
std::string printable(std::string text) {
  std::replace_if(
      text.begin(), text.end(),
      [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte < 0x20 && c != '\n') || byte == 0x7f;
      },
      '?');
  return text;
}

constexpr std::size_t kNameColumn = 11;  // behind the sign and the state
constexpr std::size_t kWordsColumn = 26;

/// Every line of `text` but the first begins below it.
std::string hanging(const std::string& text) {
  std::string out;
  for (const char c : printable(text)) {
    out += c;
    if (c == '\n') out += std::string(kWordsColumn, ' ');
  }
  return out;
}

void print(const std::vector<Check>& checks) {
  const bool colour = shows_colour(STDOUT_FILENO);
  std::vector<std::string> bad;
  std::size_t doubtful = 0;
  for (const Check& check : checks) {
    const Mark with = mark(check.state);
    const std::string state =
        fmt::format("{}{:<{}}", with.sign, word(check.state), kNameColumn - with.sign.size());
    fmt::print("{}{}{}{:<{}}{}\n", colour ? with.colour : "", state, colour ? "\x1b[0m" : "",
               check.name, kWordsColumn - kNameColumn, hanging(check.words));
    if (!check.help.empty())
      fmt::print("{}\n", wrapped(printable("→ " + check.help), kWordsColumn));
    if (check.state == Check::State::bad) bad.push_back(check.name);
    if (check.state == Check::State::doubtful) ++doubtful;
  }
  std::string verdict = "all is well";
  if (!bad.empty()) {
    verdict = "not fit to perform:";
    for (const std::string& name : bad)
      verdict += (name == bad.front() ? " " : ", ") + name;
  } else if (doubtful > 0) {
    verdict = fmt::format("fit to perform, with {} doubt{}", doubtful, doubtful == 1 ? "" : "s");
  }
  fmt::print("\n{}\n", verdict);
  std::fflush(stdout);
}

}  // namespace

std::string doctor_options() {
  Options options;
  DoctorFlags flags;
  add_doctor_options(options, flags);
  return options.describe();
}

Exit run_doctor(const Command& command, const Arguments& arguments) {
  Options options;
  DoctorFlags flags;
  add_doctor_options(options, flags);
  if (const auto exit = options.parse(command, arguments)) return *exit;
  doctor::DoctorRequest request;
  if (!flags.config.empty()) request.config = flags.config;
  const std::vector<Check> checks = doctor::examine(request);
  if (flags.json) {
    fmt::print("{{\"checks\":{}}}\n", doctor::to_json(checks));
  } else {
    print(checks);
  }
  return doctor::worst(checks) == Check::State::bad ? Exit::failed : Exit::done;
}

}  // namespace imps::cli
