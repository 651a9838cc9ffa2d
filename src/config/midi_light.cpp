#include "config/midi_light.h"

#include <array>
#include <optional>

#include <fmt/format.h>

#include "config/text.h"
#include "config/words.h"
#include "core/nearest.h"

namespace imps {
namespace {

using Kind = MidiLight::Kind;

constexpr std::size_t kMostWords = 8;
constexpr std::array<std::string_view, 3> kWords{"none", "note", "control_change"};

Error wrong(std::string_view text, std::string_view what, std::string_view fix) {
  return Error{fmt::format("\"{}\" {}: give {}", shortened(text), what, fix)};
}

}  // namespace

Result<MidiLight> midi_light_from_text(std::string_view text) {
  constexpr int kMost = 127;
  const auto words = words_of(text, kMostWords);
  const std::string_view first = words.empty() ? "" : words[0];
  MidiLight light;
  if (first == kWords[0] && words.size() == 1) return light;
  if (first == kWords[1]) light.kind = Kind::note;
  if (first == kWords[2]) light.kind = Kind::control_change;
  if (light.kind == Kind::none) {
    return wrong(text, "is no light" + did_you_mean(first, kWords),
                 "such as \"note 1 36\" or \"control_change 1 20 127 0\"");
  }
  const auto whole = [&](std::size_t k, int least, int most) -> std::optional<int> {
    const auto number = k < words.size() ? number_in<int>(words[k]) : std::nullopt;
    return number && *number >= least && *number <= most ? number : std::nullopt;
  };
  const auto channel = whole(1, 1, 16);
  const auto number = whole(2, 0, kMost);
  if (!channel)
    return wrong(text, "has no channel", fmt::format("one from 1 to 16 after {}", first));
  if (!number) {
    return wrong(text, "has no number",
                 fmt::format("that of the {}, from 0 to 127, after the channel",
                             light.kind == Kind::note ? "note" : "controller"));
  }
  light.channel = *channel;
  light.number = *number;
  if (words.size() == 3) return light;
  const auto performer = whole(3, 0, kMost);
  const auto model = whole(4, 0, kMost);
  if (words.size() != 5 || !performer || !model) {
    return wrong(text, "has no two values",
                 "two from 0 to 127 in the end: for a control of yours, and of the model's");
  }
  light.performer = *performer;
  light.model = *model;
  return light;
}

std::string to_text(const MidiLight& light) {
  if (light.kind == Kind::none) return std::string(kWords[0]);
  std::string text = fmt::format("{} {} {}", kWords[light.kind == Kind::note ? 1 : 2],
                                 light.channel, light.number);
  const MidiLight usual;
  if (light.performer != usual.performer || light.model != usual.model)
    text += fmt::format(" {} {}", light.performer, light.model);
  return text;
}

}  // namespace imps
