#include "project/job_command.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <optional>
#include <span>

#include <fmt/format.h>

#include "config/text.h"
#include "core/nearest.h"
#include "project/place.h"

namespace imps::project {
namespace {

namespace fs = std::filesystem;

enum class Takes {
  nothing,  ///< true: it is given
  number,
  word,
  words,  ///< one, or a list
  path,
};

struct Rule {
  std::string_view name;
  Takes takes;
};

// What names folders or files outside of the project, overwrites, or runs several processes is not
// among them.
constexpr std::array kDataset{Rule{"dimension", Takes::number},
                              Rule{"output", Takes::path},
                              Rule{"format", Takes::word},
                              Rule{"gap", Takes::number},
                              Rule{"like-impsy", Takes::nothing},
                              Rule{"interface", Takes::word},
                              Rule{"mixed", Takes::nothing},
                              Rule{"include", Takes::words},
                              Rule{"exclude", Takes::words},
                              Rule{"from", Takes::word},
                              Rule{"to", Takes::word},
                              Rule{"trim", Takes::number},
                              Rule{"dry-run", Takes::nothing}};
constexpr std::array kTrain{
    Rule{"dimension", Takes::number}, Rule{"mixed", Takes::nothing},
    Rule{"size", Takes::word},        Rule{"layers", Takes::number},
    Rule{"units", Takes::number},     Rule{"mixtures", Takes::number},
    Rule{"for", Takes::word},         Rule{"epochs", Takes::number},
    Rule{"patience", Takes::number},  Rule{"no-early-stopping", Takes::nothing},
    Rule{"recipe", Takes::word},      Rule{"batch", Takes::number},
    Rule{"window", Takes::number},    Rule{"learning-rate", Takes::number},
    Rule{"schedule", Takes::word},    Rule{"clip", Takes::number},
    Rule{"dropout", Takes::number},   Rule{"set", Takes::words},
    Rule{"seed", Takes::number},      Rule{"threads", Takes::number},
    Rule{"output", Takes::path},      Rule{"resume", Takes::nothing}};
constexpr std::array kEvaluate{Rule{"data", Takes::path},          Rule{"split", Takes::word},
                               Rule{"like-impsy", Takes::nothing}, Rule{"compare", Takes::nothing},
                               Rule{"seed", Takes::number},        Rule{"frames", Takes::number},
                               Rule{"sigmatemp", Takes::number},   Rule{"pitemp", Takes::number}};
constexpr std::array kGenerate{Rule{"output", Takes::path},      Rule{"seconds", Takes::number},
                               Rule{"frames", Takes::number},    Rule{"like", Takes::path},
                               Rule{"seed", Takes::number},      Rule{"sigmatemp", Takes::number},
                               Rule{"pitemp", Takes::number},    Rule{"surprise", Takes::number},
                               Rule{"timescale", Takes::number}, Rule{"max-rest", Takes::number},
                               Rule{"notes", Takes::nothing},    Rule{"dimension", Takes::number}};

std::span<const Rule> rules_of(JobKind kind) {
  switch (kind) {
    case JobKind::dataset:
      return kDataset;
    case JobKind::train:
      return kTrain;
    case JobKind::evaluate:
      return kEvaluate;
    case JobKind::convert:
      return {};
    case JobKind::generate:
      return kGenerate;
  }
  return {};
}

constexpr std::size_t kLongestText = 500;
constexpr std::size_t kMostWords = 50;
constexpr std::size_t kMostArguments = 20;

Result<std::string> own(std::string text) {
  return Result<std::string>(boost::system::in_place_value, std::move(text));
}

Result<std::string> plain_text(const Json& value) {
  if (!value.is_string()) return Error{"takes a text"};
  const auto& text = value.get_ref<const std::string&>();
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  if (text.empty() || text.size() > kLongestText || std::ranges::any_of(text, is_control))
    return Error{fmt::format("takes a text of 1 to {} bytes on one line", kLongestText)};
  return own(text);
}

Result<std::string> number_text(const Json& value) {
  if (value.is_number()) return own(value.dump());
  if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    double number = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    if (error == std::errc{} && rest == end && std::isfinite(number)) return own(text);
  }
  return Error{"takes a number"};
}

/// The folders that a job may name, and where they are.
fs::path folder_named(std::string_view name, const ProjectFacts& facts) {
  if (name == "models") return facts.models;
  if (name == "datasets") return facts.datasets;
  if (name == "logs") return facts.logs;
  return {};
}

/// The path as the command takes it.
Result<std::string> project_path(const Json& value, const ProjectFacts& facts) {
  const auto text = plain_text(value);
  if (!text) return text.error();
  const Error wrong{fmt::format(
      "{}: is no place in this project: take a path like models/mine.safetensors, in models/, "
      "datasets/ or logs/",
      shortened(*text))};
  const auto slash = text->find('/');
  const fs::path folder = folder_named(std::string_view(*text).substr(0, slash), facts);
  if (folder.empty()) return wrong;
  fs::path path = folder;
  for (std::size_t at = slash; at != std::string::npos;) {
    const auto next = text->find('/', at + 1);
    const std::string_view part =
        std::string_view(*text).substr(at + 1, next == std::string::npos ? next : next - at - 1);
    if (part.empty() && next == std::string::npos) break;  // "logs/"
    if (!is_plain_name(part)) return wrong;
    path /= path_from_utf8(part);
    at = next;
  }
  if (!is_within(facts.folder / folder, facts.folder / path)) return wrong;
  // A command must not take it for an option.
  std::string written = path.string();
  if (written.starts_with('-')) written.insert(0, "./");
  return own(std::move(written));
}

void add(JobCommand& command, std::string_view option, const std::string& value) {
  // With the equals sign whatever comes is a value.
  command.arguments.push_back(fmt::format("--{}={}", option, value));
  command.words += fmt::format(" --{} {}", option, value);
}

Result<void> add_option(JobCommand& command, const Rule& rule, const Json& value,
                        const ProjectFacts& facts) {
  if (rule.takes == Takes::nothing) {
    if (!value.is_boolean()) return Error{"takes true or false"};
    if (value.get<bool>()) {
      command.arguments.push_back(fmt::format("--{}", rule.name));
      command.words += fmt::format(" --{}", rule.name);
    }
    return {};
  }
  if (rule.takes == Takes::words && value.is_array()) {
    if (value.size() > kMostWords) return Error{fmt::format("takes at most {} texts", kMostWords)};
    for (const Json& one : value) {
      const auto text = plain_text(one);
      if (!text) return text.error();
      add(command, rule.name, *text);
    }
    return {};
  }
  const auto text = rule.takes == Takes::number ? number_text(value)
                    : rule.takes == Takes::path ? project_path(value, facts)
                                                : plain_text(value);
  if (!text) return text.error();
  add(command, rule.name, *text);
  return {};
}

Result<void> add_options(JobCommand& command, const Json& options, const ProjectFacts& facts) {
  if (!options.is_object()) return Error{"options: takes an object"};
  const auto rules = rules_of(command.kind);
  for (const auto& [name, value] : options.items()) {
    const auto rule = std::ranges::find(rules, name, &Rule::name);
    if (rule == rules.end()) {
      std::vector<std::string_view> known;
      for (const Rule& one : rules)
        known.push_back(one.name);
      return Error{fmt::format("options: {}: is none of {} here{}", shortened(name),
                               name_of(command.kind), did_you_mean(name, known))};
    }
    if (value.is_null()) continue;
    if (const auto added = add_option(command, *rule, value, facts); !added)
      return in("options: " + name, added.error());
  }
  return {};
}

Result<void> add_arguments(JobCommand& command, const Json& arguments, const ProjectFacts& facts) {
  if (!arguments.is_array() || arguments.size() > kMostArguments)
    return Error{fmt::format("arguments: takes a list of at most {} paths", kMostArguments)};
  const bool takes_models = command.kind != JobKind::dataset && command.kind != JobKind::train;
  for (const Json& argument : arguments) {
    auto text = takes_models && argument.is_string() &&
                        is_built_in_name(argument.get_ref<const std::string&>())
                    ? own(argument.get<std::string>())
                    : project_path(argument, facts);
    if (!text) return in("arguments", text.error());
    command.words += ' ' + *text;
    command.arguments.push_back(std::move(*text));
  }
  return {};
}

/// Where imps would look or write by itself, if the project's folders lie elsewhere.
void add_folders(JobCommand& command, bool has_arguments, const ProjectFacts& facts) {
  const auto flag = [&command](std::string_view option, const fs::path& folder) {
    if (folder != option)
      command.arguments.push_back(fmt::format("--{}={}", option, folder.string()));
  };
  if (command.kind == JobKind::train || command.kind == JobKind::generate)
    flag("models", facts.models);
  if (command.kind == JobKind::dataset && !has_arguments) flag("logs", facts.logs);
}

}  // namespace

Result<JobCommand> job_command(const Json& request, const ProjectFacts& facts) {
  const Json nothing = Json::object();
  const Json none = Json::array();
  for (const auto& [key, value] : request.items()) {
    if (key != "kind" && key != "options" && key != "arguments")
      return Error{fmt::format("{}: a job has kind, options and arguments", shortened(key))};
  }
  const auto kind = request.find("kind");
  const auto known = kind != request.end() && kind->is_string()
                         ? std::ranges::find(kJobKinds, kind->get_ref<const std::string&>())
                         : kJobKinds.end();
  if (known == kJobKinds.end())
    return Error{fmt::format("kind: takes {}", fmt::join(kJobKinds, ", "))};
  JobCommand command{.kind = static_cast<JobKind>(known - kJobKinds.begin()),
                     .arguments = {std::string(*known), "--json"},
                     .words = std::string(*known)};
  const auto options = request.find("options");
  const Json& given = options == request.end() || options->is_null() ? nothing : *options;
  const auto listed = request.find("arguments");
  const Json& arguments = listed == request.end() || listed->is_null() ? none : *listed;
  if (const auto added = add_options(command, given, facts); !added) return added.error();
  add_folders(command, !arguments.empty(), facts);
  if (const auto added = add_arguments(command, arguments, facts); !added) return added.error();
  if (command.kind == JobKind::convert && arguments.size() != 2)
    return Error{"arguments: convert takes two, the model and the new file's name"};
  if (command.kind == JobKind::generate && !given.contains("output"))
    return Error{"options: output: is missing: say where to, such as logs/alone.mid"};
  return command;
}

}  // namespace imps::project
