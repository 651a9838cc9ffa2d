#include "cli/help.h"

#include <algorithm>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <imps/version.h>

#include "cli/commands.h"
#include "cli/console.h"
#include "cli/wrapped.h"
#include "config/schema.h"
#include "core/nearest.h"

namespace imps::cli {
namespace {

std::string indented(std::string_view lines) {
  std::string out;
  while (!lines.empty()) {
    const auto end = std::min(lines.find('\n'), lines.size());
    out += "  " + std::string(lines.substr(0, end)) + '\n';
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  return out;
}

std::string overview() {
  std::string text = fmt::format(
      "imps {}: the Interactive Music Prediction System\n\n"
      "It listens to a performer's controls, predicts what comes next and when, and plays it.\n\n"
      "usage: imps COMMAND [options]\n\n",
      version());
  for (const Command& command : commands())
    if (!command.hidden) text += fmt::format("  {:<9} {}\n", command.name, command.summary);
  text += "\n'imps COMMAND --help' explains a command; 'imps run' performs.\n";
  return text;
}

// ---- the manual page, from the same texts

std::string roff(std::string_view text) {
  std::string out;
  bool line_start = true;
  for (const char c : text) {
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else if ((c == '.' || c == '\'') && line_start) {
      out += "\\&";
      out += c;
    } else {
      out += c;
    }
    line_start = c == '\n';
  }
  return out;
}

std::string literal(std::string_view text) { return ".nf\n" + roff(text) + "\n.fi\n"; }

std::string manual() {
  std::string text = fmt::format(
      ".TH IMPS 1 \"\" \"imps {}\" \"User Commands\"\n.SH NAME\nimps \\- interactive music "
      "prediction system\n"
      ".SH SYNOPSIS\n.B imps\n.I COMMAND\n[options]\n.SH DESCRIPTION\n"
      "imps listens to a performer's controls and plays back: a mixture density recurrent network "
      "predicts the next control values and when they come.\n",
      roff(version()));
  for (const Command& command : commands()) {
    if (command.hidden) continue;
    text += fmt::format(".SH IMPS {}\n.B imps {}\n{}\n.PP\n{}\n", roff(command.name),
                        roff(command.name), roff(command.usage), roff(command.about));
    text += ".PP\nOptions:\n" + literal(command.options()) + ".PP\nExamples:\n" +
            literal(command.examples);
  }
  text +=
      ".SH EXIT STATUS\n0 when done, 1 when something failed, 2 when the command line was wrong.\n"
      ".SH ENVIRONMENT\n.TP\nNO_COLOR\nno colours, whatever its value\n"
      ".TP\nIMPS_LIBEXEC\nwhere imps\\-read\\-h5 lies, when it is not beside imps\n";
  return text;
}

// ---- as JSON

std::string table_in_json() {
  auto list = nlohmann::ordered_json::array();
  for (const Command& command : commands()) {
    if (command.hidden) continue;
    list.push_back(
        {{"name", command.name}, {"usage", command.usage}, {"summary", command.summary}});
  }
  return list.dump() + '\n';
}

std::string in_json(const Command& command) {
  const nlohmann::ordered_json object{
      {"name", command.name},   {"usage", command.usage},       {"summary", command.summary},
      {"about", command.about}, {"options", command.options()}, {"examples", command.examples}};
  return object.dump() + '\n';
}

}  // namespace

std::string help_text(const Command& command) {
  return fmt::format("usage: imps {} {}\n\n{}\n\nOptions:\n{}\nExamples:\n{}", command.name,
                     command.usage, wrapped(command.about), command.options(),
                     indented(command.examples));
}

std::string help_options() {
  return fmt::format("  {:<28}{}\n  {:<28}{}\n  {:<28}{}\n", "--man", "the manual page, in roff",
                     "--json", "the same as JSON; without a command, the table of them", "--schema",
                     "the JSON Schema of configurations, for editors");
}

Exit run_help(const Command& self, const Arguments& arguments) {
  Arguments words = arguments;
  const bool json = std::erase(words, "--json") > 0;
  if (words.empty()) {
    fmt::print("{}", json ? table_in_json() : overview());
    return Exit::done;
  }
  const std::string& first = words.front();
  if (first == "--help" || first == "-h") {
    fmt::print("{}", json ? in_json(self) : help_text(self));
    return Exit::done;
  }
  if (first == "--man") {
    fmt::print("{}", manual());
    return Exit::done;
  }
  if (first == "--schema") {
    fmt::print("{}", print_schema());
    return Exit::done;
  }
  std::vector<std::string_view> names;
  for (const Command& command : commands()) {
    if (command.name == first) {
      fmt::print("{}", json ? in_json(command) : help_text(command));
      return Exit::done;
    }
    if (!command.hidden) names.push_back(command.name);
  }
  complain(fmt::format("'{}' is not a command{}", first.substr(0, 64), did_you_mean(first, names)));
  return Exit::usage;
}

}  // namespace imps::cli
