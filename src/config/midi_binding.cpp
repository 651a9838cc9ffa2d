#include "config/midi_binding.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "config/text.h"
#include "config/words.h"
#include "core/nearest.h"

namespace imps {
namespace {

using Trigger = MidiBinding::Trigger;
using Action = MidiBinding::Action;

constexpr std::array kTriggers{
    std::pair{std::string_view("note"), Trigger::note},
    std::pair{std::string_view("control_change"), Trigger::control_change},
    std::pair{std::string_view("program_change"), Trigger::program_change},
    std::pair{std::string_view("pitch_bend"), Trigger::pitch_bend},
    std::pair{std::string_view("channel_pressure"), Trigger::channel_pressure},
    std::pair{std::string_view("poly_pressure"), Trigger::poly_pressure},
    std::pair{std::string_view("nrpn"), Trigger::nrpn}};

constexpr auto kNames = [] {
  std::array<std::string_view, kTriggers.size()> names;
  for (std::size_t k = 0; k < names.size(); ++k)
    names[k] = kTriggers[k].first;
  return names;
}();

constexpr std::size_t kMostWords = 16;

Error wrong(std::string_view text, std::string_view what) {
  return Error{
      fmt::format("\"{}\" {}: give a message and a command, as in \"note 1 36: pause\" or "
                  "\"control_change 1 20: "
                  "sigmatemp 0 0.5\"",
                  shortened(text), what)};
}

/// 16383 chooses none. MIDI 1.0 Detailed Specification, "Registered and non-registered parameter
/// numbers".
int greatest_number(Trigger trigger) { return trigger == Trigger::nrpn ? 16'382 : 127; }

bool has_number(Trigger trigger) {
  return trigger != Trigger::pitch_bend && trigger != Trigger::channel_pressure;
}

/// Whether it has a value that goes up and down.
bool is_continuous(Trigger trigger) {
  return trigger != Trigger::note && trigger != Trigger::program_change;
}

/// Whether every number between two is one of its own.
bool can_be_turned(Command::Kind kind) {
  using enum Command::Kind;
  constexpr std::array kTurned{
      sigma_temperature, pi_temperature, surprise, timescale, tempo,       grid, snap, beat,
      threshold,         max_rest,       release,  glide,     shared_hands};
  return std::ranges::find(kTurned, kind) != kTurned.end();
}

/// All of `text` from `word`, which is in it, but for blanks in the end.
std::string_view rest_from(std::string_view text, std::string_view word) {
  const auto rest = text.substr(static_cast<std::size_t>(word.data() - text.data()));
  return rest.substr(0, rest.find_last_not_of(' ') + 1);
}

bool is_switch(Command::Kind kind) {
  return kind == Command::Kind::pause || kind == Command::Kind::mute;
}

}  // namespace

std::span<const std::string_view> midi_binding_words() noexcept { return kNames; }

Result<MidiBinding> midi_binding_from_text(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return wrong(text, "has no command");
  const auto message = words_of(text.substr(0, colon), kMostWords);
  const auto words = words_of(text.substr(colon + 1), kMostWords);
  if (message.empty()) return wrong(text, "has no message");
  const auto* const trigger =
      std::find_if(kTriggers.begin(), kTriggers.end(),
                   [&](const auto& known) { return known.first == message[0]; });
  if (trigger == kTriggers.end())
    return wrong(text, "begins with no message" + did_you_mean(message[0], kNames));
  const std::size_t wanted = has_number(trigger->second) ? 3 : 2;
  if (message.size() != wanted)
    return wrong(text,
                 wanted == 3 ? "has no message of three words" : "has no message of two words");
  const auto channel = number_in<int>(message[1]);
  const auto number = wanted == 3 ? number_in<int>(message[2]) : std::optional(0);
  if (!channel || *channel < 1 || *channel > 16) return wrong(text, "has no channel from 1 to 16");
  if (const int most = greatest_number(trigger->second); !number || *number < 0 || *number > most)
    return wrong(text, fmt::format("has no number from 0 to {}", most));
  if (words.empty()) return wrong(text, "has no command");

  std::vector<CommandArgument> arguments;
  if (takes_text(words[0])) {
    // Names may have blanks in them, or be numbers.
    if (words.size() > 1) arguments.emplace_back(rest_from(text, words[1]));
  } else {
    for (std::size_t k = 1; k < words.size(); ++k) {
      const auto value = number_in<double>(words[k]);
      arguments.push_back(value && std::isfinite(*value) ? CommandArgument(*value)
                                                         : CommandArgument(words[k]));
    }
  }
  MidiBinding binding{.trigger = trigger->second,
                      .channel = *channel,
                      .number = *number,
                      .command = {},
                      .text = std::string(text)};
  const bool turns = is_continuous(binding.trigger) && arguments.size() == 2 &&
                     std::ranges::all_of(arguments, [](const CommandArgument& one) {
                       return std::holds_alternative<double>(one);
                     });
  // Both ends of a turned number must be right, and so is all between.
  for (const auto& one :
       turns ? std::vector{arguments[0], arguments[1]} : std::vector<CommandArgument>{}) {
    auto end = make_command(words[0], std::array{one});
    if (!end) return wrong(text, end.error().message);
    binding.command = *end;
  }
  if (turns) {
    if (!can_be_turned(binding.command.kind))
      return wrong(text, "has two numbers where none can be turned");
    binding.action = Action::turn;
    binding.least = std::get<double>(arguments[0]);
    binding.most = std::get<double>(arguments[1]);
    return binding;
  }
  auto command = make_command(words[0], arguments);
  if (!command) return wrong(text, command.error().message);
  binding.command = *command;
  binding.action = is_switch(command->kind) && arguments.empty() ? Action::toggle : Action::say;
  return binding;
}

}  // namespace imps
