#include <algorithm>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <imps/version.h>

#include "cli/commands.h"
#include "cli/console.h"
#include "cli/options.h"
#include "core/nearest.h"

namespace imps::cli {
namespace {

constexpr std::size_t kWidth = 80;

/// Paragraphs broken at kWidth.
std::string wrapped(std::string_view text, std::size_t indent = 0) {
  std::string out;
  std::size_t column = 0;
  const std::string margin(indent, ' ');
  const auto put = [&](std::string_view word) {
    if (column == 0) {
      out += margin;
      column = indent;
    } else if (column + 1 + word.size() > kWidth) {
      out += '\n' + margin;
      column = indent;
    } else {
      out += ' ';
      ++column;
    }
    out += word;
    column += word.size();
  };
  while (!text.empty()) {
    if (text.front() == '\n') {
      out += '\n';
      column = 0;
      text.remove_prefix(1);
      continue;
    }
    if (text.front() == ' ') {
      text.remove_prefix(1);
      continue;
    }
    const auto end = std::min(text.find_first_of(" \n"), text.size());
    put(text.substr(0, end));
    text.remove_prefix(end);
  }
  return out;
}

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
    text += fmt::format("  {:<9} {}\n", command.name, command.summary);
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

}  // namespace

std::string help_text(const Command& command) {
  return fmt::format("usage: imps {} {}\n\n{}\n\nOptions:\n{}\nExamples:\n{}", command.name,
                     command.usage, wrapped(command.about), command.options(),
                     indented(command.examples));
}

std::optional<Exit> parse(CLI::App& app, const Command& command, Arguments arguments) {
  app.set_help_flag();
  bool help = false;
  app.add_flag("-h,--help", help, "show this and exit");
  app.allow_windows_style_options(false);
  // The first of the predecessors' manuals spells short options with an equals sign: -d=9.
  for (std::string& argument : arguments) {
    if (argument.size() > 3 && argument[0] == '-' && argument[1] != '-' && argument[2] == '=')
      argument.erase(2, 1);
  }
  std::reverse(arguments.begin(), arguments.end());  // CLI11 takes them from the back
  try {
    app.parse(arguments);
  } catch (const CLI::ParseError& error) {
    if (help) {
      fmt::print("{}", help_text(command));
      return Exit::done;
    }
    std::string message = error.what();
    if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr) {
      // CLI11 says which by the name in the code.
      message = "something is missing";
      for (const CLI::Option* const option : app.get_options()) {
        if (option->get_required() && option->count() == 0) {
          message = option->get_type_name() + " is missing";
          break;
        }
      }
    }
    if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
      const auto left = app.remaining();
      std::vector<std::string> known;
      for (const CLI::Option* const option : app.get_options()) {
        for (const auto& name : option->get_lnames())
          known.push_back("--" + name);
      }
      const std::vector<std::string_view> views(known.begin(), known.end());
      const std::string what = left.empty() ? message : left.front();
      message =
          fmt::format("'{}' is not understood{}", what.substr(0, 64), did_you_mean(what, views));
    }
    complain(fmt::format("{}; 'imps {} --help' explains", message, command.name));
    return Exit::usage;
  }
  if (help) {
    fmt::print("{}", help_text(command));
    return Exit::done;
  }
  return std::nullopt;
}

std::string describe(CLI::App& app) {
  std::string text;
  for (const CLI::Option* const option : app.get_options()) {
    if (option->get_positional() || option->get_group().empty()) continue;
    std::string names;
    for (const auto& name : option->get_snames())
      names += (names.empty() ? "-" : ", -") + name;
    for (const auto& name : option->get_lnames())
      names += (names.empty() ? "--" : ", --") + name;
    if (option->get_expected_max() > 0 && option->get_type_size_max() > 0)
      names += " " + option->get_type_name();
    constexpr std::size_t kColumn = 30;
    const std::string about = wrapped(option->get_description(), kColumn);
    if (names.size() + 3 > kColumn) {
      text += "  " + names + '\n' + about + '\n';
    } else {
      text += fmt::format("  {:<{}}", names, kColumn - 2) +
              about.substr(std::min(kColumn, about.size())) + '\n';
    }
  }
  return text;
}

std::string help_options() {
  return fmt::format("  {:<28}{}\n  {:<28}{}\n", "--man", "the manual page, in roff", "--json",
                     "the list of commands as JSON");
}

Exit run_help(const Command&, const Arguments& arguments) {
  if (arguments.empty() || arguments.front() == "--help" || arguments.front() == "-h") {
    fmt::print("{}", overview());
    return Exit::done;
  }
  if (arguments.front() == "--json") {
    auto list = nlohmann::ordered_json::array();
    for (const Command& command : commands()) {
      list.push_back(
          {{"name", command.name}, {"usage", command.usage}, {"summary", command.summary}});
    }
    fmt::print("{}\n", list.dump());
    return Exit::done;
  }
  if (arguments.front() == "--man") {
    fmt::print("{}", manual());
    return Exit::done;
  }
  std::vector<std::string_view> names;
  for (const Command& command : commands()) {
    if (command.name == arguments.front()) {
      fmt::print("{}", help_text(command));
      return Exit::done;
    }
    names.push_back(command.name);
  }
  complain(fmt::format("'{}' is not a command{}", arguments.front().substr(0, 64),
                       did_you_mean(arguments.front(), names)));
  return Exit::usage;
}

}  // namespace imps::cli
