#include "cli/options.h"

#include <algorithm>
#include <string_view>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/console.h"
#include "cli/help.h"
#include "cli/wrapped.h"
#include "core/nearest.h"

namespace imps::cli {

struct Options::Library {
  CLI::App app;
};

Options::Options() : library_(std::make_unique<Library>()) {}
Options::~Options() = default;

void Options::flag(const std::string& names, bool& variable, const std::string& about) {
  library_->app.add_flag(names, variable, about);
}

void Options::hidden(const std::string& names, std::optional<std::int64_t>& variable) {
  library_->app.add_option(names, variable)->group("");
}

void Options::each(const std::string& names, std::vector<std::string>& variable,
                   const std::string& type, const std::string& about) {
  add(names, Variable(&variable), type, about, Takes::one_each_time);
}

void Options::value_or_none(const std::string& names, std::optional<std::string>& variable,
                            const std::string& type, const std::string& about) {
  add(names, Variable(&variable), type, about, Takes::value_or_none);
}

void Options::add(const std::string& names, Variable variable, const std::string& type,
                  const std::string& about, Takes takes) {
  CLI::Option* const option =
      std::visit([&](auto* one) { return library_->app.add_option(names, *one, about); }, variable);
  option->type_name(type);
  if (std::holds_alternative<std::uint64_t*>(variable) ||
      std::holds_alternative<std::optional<std::uint64_t>*>(variable)) {
    option->check([](const std::string& text) {
      // The library takes -1 for the largest number there is.
      return text.starts_with('-') ? "takes no negative number: " + text : std::string();
    });
  }
  switch (takes) {
    case Takes::value:
      break;
    case Takes::needed_value:
      option->required();
      break;
    case Takes::one_each_time:
      option->take_all()->expected(1);
      break;
    case Takes::value_or_none:
      option->expected(0, 1)->default_str("");
      break;
  }
}

std::optional<Exit> Options::parse(const Command& command, Arguments arguments) {
  CLI::App& app = library_->app;
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
        if (option->get_group().empty()) continue;
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

std::string Options::describe() const {
  std::string text;
  for (const CLI::Option* const option : library_->app.get_options()) {
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

}  // namespace imps::cli
