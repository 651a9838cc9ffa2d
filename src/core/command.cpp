#include <array>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include <imps/beat.h>
#include <imps/command.h>
#include <imps/frame.h>
#include <imps/limit.h>

#include "core/nearest.h"

namespace imps {
namespace {

using Kind = Command::Kind;

constexpr std::array<std::pair<Kind, std::string_view>, 28> kWords{{
    {Kind::mode, "mode"},
    {Kind::pause, "pause"},
    {Kind::mute, "mute"},
    {Kind::reset, "reset"},
    {Kind::panic, "panic"},
    {Kind::sigma_temperature, "sigmatemp"},
    {Kind::pi_temperature, "pitemp"},
    {Kind::surprise, "surprise"},
    {Kind::timescale, "timescale"},
    {Kind::tempo, "tempo"},
    {Kind::grid, "grid"},
    {Kind::snap, "snap"},
    {Kind::beat, "beat"},
    {Kind::tap, "tap"},
    {Kind::threshold, "threshold"},
    {Kind::max_rest, "maxrest"},
    {Kind::shared_hands, "sharedhands"},
    {Kind::release, "release"},
    {Kind::glide, "glide"},
    {Kind::grip, "grip"},
    {Kind::let_go, "letgo"},
    {Kind::limit, "limit"},
    {Kind::seed, "seed"},
    {Kind::model, "model"},
    {Kind::scene, "scene"},
    {Kind::hand_over, "handover"},
    {Kind::mark, "mark"},
    {Kind::take, "take"},
}};

/// Of a name or a mark, in bytes.
constexpr std::size_t kMostText = 255;

/// Whether `word` is `known`, hyphens and low lines apart: "hand-over", "max_rest".
bool is_spelt(std::string_view known, std::string_view word) {
  std::size_t at = 0;
  for (const char c : word) {
    if (c == '-' || c == '_') continue;
    if (at == known.size() || known[at++] != c) return false;
  }
  return at == known.size();
}

Error refused(std::string_view word, std::string_view accepted) {
  return Error{fmt::format("{}: {}", word, accepted)};
}

Result<double> one_number(std::string_view word, std::span<const CommandArgument> arguments,
                          std::string_view accepted) {
  if (arguments.size() != 1 || !std::holds_alternative<double>(arguments[0])) {
    return refused(word, accepted);
  }
  const double number = std::get<double>(arguments[0]);
  if (!std::isfinite(number)) return refused(word, accepted);
  return number;
}

Result<Command> checked_number(Kind kind, std::span<const CommandArgument> arguments,
                               std::string_view accepted, bool (*in_range)(double)) {
  const auto number = one_number(name(kind), arguments, accepted);
  if (!number) return number.error();
  if (!in_range(*number)) return refused(name(kind), accepted);
  return Command{.kind = kind, .number = *number};
}

Result<Command> switched(Kind kind, std::span<const CommandArgument> arguments) {
  if (arguments.empty()) return Command{.kind = kind, .number = 1};
  auto number = one_number(name(kind), arguments, "takes 1 (on) or 0 (off)");
  if (!number) return number.error();
  return Command{.kind = kind, .number = *number != 0 ? 1.0 : 0.0};
}

/// What a command that takes one text was given; nothing for another number of arguments or kinds.
std::optional<std::string_view> one_text(std::span<const CommandArgument> arguments) {
  if (arguments.size() != 1) return std::nullopt;
  const auto* const text = std::get_if<std::string_view>(&arguments[0]);
  return text == nullptr ? std::nullopt : std::optional(*text);
}

Result<Command> limited(std::span<const CommandArgument> arguments) {
  const auto* const number = arguments.empty() ? nullptr : std::get_if<double>(&arguments[0]);
  if (number == nullptr || !(*number >= 0 && *number <= kMaxControls) ||
      *number != std::floor(*number))
    return refused("limit", "takes the number of a control, or 0 for dt, and its limit");
  Command command{.kind = Kind::limit, .number = *number};
  for (const CommandArgument& argument : arguments.subspan(1)) {
    const auto* const word = std::get_if<std::string_view>(&argument);
    const auto* const value = std::get_if<double>(&argument);
    const std::string text = word != nullptr ? std::string(*word) : fmt::format("{}", *value);
    if (command.text.size() + text.size() >= kMostText)
      return refused("limit", "takes at most 255 bytes");
    command.text += (command.text.empty() ? "" : " ") + text;
  }
  const auto limit =
      *number == 0 ? dt_limit_from_text(command.text) : limit_from_text(command.text);
  if (!limit) return in("limit", limit.error());
  return Result<Command>(boost::system::in_place_value, std::move(command));
}

Result<Command> marked(std::span<const CommandArgument> arguments) {
  Command command{.kind = Kind::mark};
  for (const CommandArgument& argument : arguments) {
    const auto* const word = std::get_if<std::string_view>(&argument);
    if (word == nullptr || command.text.size() + word->size() >= kMostText)
      return refused("mark", "takes words, at most 255 bytes");
    command.text += (command.text.empty() ? "" : " ") + std::string(*word);
  }
  return command;
}

}  // namespace

std::string_view name(Kind kind) noexcept {
  for (const auto& [k, word] : kWords) {
    if (k == kind) return word;
  }
  return "";
}

bool takes_text(std::string_view word) noexcept {
  using enum Kind;
  constexpr std::array kTexts{mode, model, scene, mark};
  return std::ranges::any_of(kTexts, [word](Kind kind) { return is_spelt(name(kind), word); });
}

Result<Command> make_command(std::string_view word, std::span<const CommandArgument> arguments) {
  std::array<std::string_view, kWords.size()> words;
  const std::pair<Kind, std::string_view>* found = nullptr;
  for (std::size_t i = 0; i < kWords.size(); ++i) {
    words[i] = kWords[i].second;
    if (is_spelt(kWords[i].second, word)) found = &kWords[i];
  }
  if (found == nullptr) {
    return Error{
        fmt::format("'{}' is not a command{}", word.substr(0, 64), did_you_mean(word, words))};
  }
  const Kind kind = found->first;
  switch (kind) {
    case Kind::mode: {
      constexpr std::string_view kAccepted =
          "takes one of callresponse, polyphony, battle, useronly, duet";
      const auto text = one_text(arguments);
      const auto mode = text ? mode_from_name(*text) : std::nullopt;
      if (!mode) return refused(word, kAccepted);
      return Command{.kind = kind, .mode = *mode};
    }
    case Kind::pause:
    case Kind::mute:
    case Kind::shared_hands:
      return switched(kind, arguments);
    case Kind::reset:
    case Kind::panic:
    case Kind::hand_over:
    case Kind::tap:
    case Kind::take:
      if (arguments.size() > 1) return refused(word, "takes no argument");
      return Command{.kind = kind};
    case Kind::sigma_temperature:
      return checked_number(kind, arguments, "takes one number, 0 or more",
                            [](double x) { return x >= 0; });
    case Kind::pi_temperature:
      return checked_number(kind, arguments, "takes one number above 0",
                            [](double x) { return x > 0; });
    case Kind::surprise:
      return checked_number(kind, arguments, "takes one number from 0 to 1",
                            [](double x) { return x >= 0 && x <= 1; });
    case Kind::timescale:
      return checked_number(kind, arguments, "takes one number above 0 and at most 1000",
                            [](double x) { return x > 0 && x <= 1000; });
    case Kind::tempo:
      return checked_number(kind, arguments,
                            "takes one number of beats a minute up to 400, or 0 for none",
                            [](double x) { return x >= 0 && x <= Beat::kFastest; });
    case Kind::grid:
      return checked_number(kind, arguments, "takes one number of lines in a beat, from 0.25 to 24",
                            [](double x) { return x >= Beat::kCoarsest && x <= Beat::kFinest; });
    case Kind::snap:
      return checked_number(kind, arguments, "takes one number from 0 to 1",
                            [](double x) { return x >= 0 && x <= 1; });
    case Kind::beat:
      if (arguments.empty()) return Command{.kind = kind};
      return checked_number(kind, arguments, "takes one number of seconds from 0 to 60, or none",
                            [](double x) { return x >= 0 && x <= 60; });
    case Kind::threshold:
      return checked_number(kind, arguments, "takes one number of seconds, 0 or more",
                            [](double x) { return x >= 0; });
    case Kind::release:
      return checked_number(kind, arguments, "takes one number of seconds from 0 to 3600",
                            [](double x) { return x >= 0 && x <= 3600; });
    case Kind::grip:
    case Kind::let_go:
      return checked_number(
          kind, arguments, "takes the number of a control, from 1 to 128",
          [](double x) { return x >= 1 && x <= kMaxControls && x == std::floor(x); });
    case Kind::glide:
      return checked_number(kind, arguments, "takes one number of seconds from 0 to 60",
                            [](double x) { return x >= 0 && x <= 60; });
    case Kind::max_rest:
      return checked_number(kind, arguments, "takes one number of seconds, 0.001 or more",
                            [](double x) { return x >= 0.001; });
    case Kind::seed: {
      auto command = checked_number(
          kind, arguments, "takes one whole number from 0 to 2^53",
          [](double x) { return x >= 0 && x <= 9007199254740992.0 && x == std::floor(x); });
      if (command) command->seed = static_cast<std::uint64_t>(command->number);
      return command;
    }
    case Kind::model: {
      constexpr std::string_view kAccepted = "takes the name of a file in the models folder";
      const auto file = one_text(arguments);
      if (!file || file->empty() || file->size() > kMostText || file->front() == '.' ||
          file->find_first_of(std::string_view("/\\\0", 3)) != std::string_view::npos) {
        return refused(word, kAccepted);
      }
      return Command{.kind = kind, .text = std::string(*file)};
    }
    case Kind::scene: {
      const auto scene = one_text(arguments);
      if (!scene || scene->empty() || scene->size() > kMostText)
        return refused(word, "takes the name of a scene, next or previous");
      return Command{.kind = kind, .text = std::string(*scene)};
    }
    case Kind::mark:
      return marked(arguments);
    case Kind::limit:
      return limited(arguments);
  }
  return Error{"not a command"};
}

}  // namespace imps
