#include "interface/midi/text.h"

#include <array>
#include <charconv>
#include <system_error>

#include <fmt/format.h>

namespace imps {
namespace {

using Kind = MidiMessage::Kind;

constexpr std::string_view kChannel = "/channel/";
constexpr int kMostData = 127;
constexpr int kMostBend = 16'383;

/// The number that `text` is, whole: digits only.
std::optional<int> number(std::string_view text, int least, int most) noexcept {
  if (text.starts_with('-')) return std::nullopt;
  int value = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || rest != text.data() + text.size() || value < least || value > most)
    return std::nullopt;
  return value;
}

/// "1/noteon/60/100" in at most four words; more make `count` five.
struct Words {
  std::array<std::string_view, 4> word;
  std::size_t count = 0;

  explicit Words(std::string_view text) noexcept {
    for (;;) {
      const std::size_t slash = text.find('/');
      if (count < word.size()) word[count] = text.substr(0, slash);
      if (++count > word.size() || slash == std::string_view::npos) return;
      text.remove_prefix(slash + 1);
    }
  }
};

}  // namespace

std::optional<MidiMessage> midi_of(std::string_view text) noexcept {
  if (!text.starts_with(kChannel)) return std::nullopt;
  const Words words(text.substr(kChannel.size()));
  if (words.count < 3) return std::nullopt;
  const auto channel = number(words.word[0], 1, 16);
  const std::string_view kind = words.word[1];
  if (kind == "pitchbend") {
    const auto raw = number(words.word[2], 0, kMostBend);
    if (words.count != 3 || !channel || !raw) return std::nullopt;
    return MidiMessage::pitch_bend(*channel, *raw);
  }
  const auto first = number(words.word[2], 0, kMostData);
  const auto second = number(words.word[3], 0, kMostData);
  if (words.count != 4 || !channel || !first || !second) return std::nullopt;
  if (kind == "noteon") return MidiMessage::of(Kind::note_on, *channel, *first, *second);
  if (kind == "noteoff") return MidiMessage::of(Kind::note_off, *channel, *first, *second);
  if (kind == "cc") return MidiMessage::of(Kind::control_change, *channel, *first, *second);
  return std::nullopt;
}

std::string text_of(const MidiMessage& message) {
  const auto say = [&](std::string_view kind) {
    return fmt::format("{}{}/{}/{}/{}", kChannel, message.channel(), kind, message.first(),
                       message.second());
  };
  switch (message.kind()) {
    case Kind::note_on:
      return say("noteon");
    case Kind::note_off:
      return say("noteoff");
    case Kind::control_change:
      return say("cc");
    case Kind::pitch_bend:
      return fmt::format("{}{}/pitchbend/{}", kChannel, message.channel(), message.bend());
    default:
      return {};
  }
}

}  // namespace imps
