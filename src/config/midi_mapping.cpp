#include "config/midi_mapping.h"

#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include <fmt/format.h>

#include <imps/frame.h>

#include "config/text.h"
#include "config/words.h"
#include "core/nearest.h"

namespace imps {
namespace {

using Kind = MidiMapping::Kind;

constexpr int kChannels = 16;
constexpr int kLoudest = 127;
// Longer texts are no mapping, and are not shown whole.
constexpr std::size_t kMostWords = 12;

struct Word {
  std::string_view name;
  Kind kind;
  std::string_view number = "";  ///< what it is, for kinds that have one
  int greatest_number = 0;
};

constexpr std::array kWords{
    Word{"none", Kind::none},
    Word{"note_on", Kind::note},
    Word{"note_velocity", Kind::velocity},
    Word{"control_change", Kind::control_change, "controller", 127},
    Word{"control_change_fine", Kind::control_change_fine, "controller", 31},
    Word{"nrpn", Kind::nrpn, "parameter", 16'383},
    Word{"pitch_bend", Kind::pitch_bend},
    Word{"channel_pressure", Kind::channel_pressure},
    Word{"poly_pressure", Kind::poly_pressure, "note", 127},
    Word{"program_change", Kind::program_change},
};

constexpr std::array<std::string_view, 3> kOptions{"curve", "length", "gate"};
constexpr auto kNames = [] {
  std::array<std::string_view, kWords.size()> names;
  for (std::size_t k = 0; k < names.size(); ++k)
    names[k] = kWords[k].name;
  return names;
}();
constexpr double kLeastCurve = 0.1;
constexpr double kMostCurve = 10;
constexpr double kLongest = 60;

bool is_in(int value, int least, int most) { return value >= least && value <= most; }

Error wrong(std::string_view text, std::string_view what, const std::string& fix) {
  return Error{fmt::format("\"{}\" {}: {}", shortened(text), what, fix)};
}

/// The numbers after a kind's name.
Result<std::vector<int>> numbers_of(std::string_view text,
                                    std::span<const std::string_view> words) {
  std::vector<int> numbers;
  for (std::size_t k = 1; k < words.size(); ++k) {
    const auto number = number_in<int>(words[k]);
    if (!number)
      return wrong(text, fmt::format("has \"{}\"", shortened(words[k])), "give whole numbers");
    numbers.push_back(*number);
  }
  return numbers;
}

/// Takes the words from the first option on.
Result<void> take_options(std::string_view text, std::span<const std::string_view> words,
                          MidiMapping& mapping) {
  for (std::size_t k = 0; k < words.size(); k += 2) {
    const auto number = k + 1 < words.size() ? number_in<double>(words[k + 1]) : std::nullopt;
    const bool is_note = mapping.kind == Kind::note;
    if (words[k] == "curve" && mapping.kind != Kind::none) {
      if (!number || !(*number >= kLeastCurve && *number <= kMostCurve))
        return wrong(text, "has no curve",
                     "give a number from 0.1 to 10 after curve; 1 is straight");
      mapping.curve = *number;
    } else if (words[k] == "length" && is_note) {
      if (!number || !(*number > 0 && *number <= kLongest))
        return wrong(text, "has no length", "give seconds, above 0 and at most 60, after length");
      mapping.length = Seconds{*number};
    } else if (words[k] == "gate" && is_note) {
      const auto control = k + 1 < words.size() ? number_in<int>(words[k + 1]) : std::nullopt;
      if (!control || !is_in(*control, 1, static_cast<int>(kMaxControls)))
        return wrong(text, "has no gate", "give the number of a control, from 1, after gate");
      mapping.gate = *control;
    } else {
      return wrong(
          text, fmt::format("has \"{}\"", shortened(words[k])),
          is_note ? "give curve, length or gate, or leave it out" : "give curve, or leave it out");
    }
  }
  return {};
}

}  // namespace

std::span<const std::string_view> midi_mapping_words() noexcept { return kNames; }
std::span<const std::string_view> midi_mapping_options() noexcept { return kOptions; }

Result<MidiMapping> midi_mapping_from_text(std::string_view text) {
  const auto all_words = words_of(text, kMostWords);
  const auto option =
      std::find_first_of(all_words.begin(), all_words.end(), kOptions.begin(), kOptions.end());
  const std::span<const std::string_view> words(all_words.begin(), option);
  const std::span<const std::string_view> options(option, all_words.end());
  const std::string_view name = words.empty() ? "" : words[0];
  const auto* const word =
      std::find_if(kWords.begin(), kWords.end(), [&](const Word& w) { return w.name == name; });
  if (word == kWords.end()) {
    return wrong(text, "is no mapping" + did_you_mean(name, kNames),
                 "give such as \"note_on 1\" or \"control_change 1 7\"");
  }
  auto numbers = numbers_of(text, words);
  if (!numbers) return numbers.error();

  MidiMapping mapping{.kind = word->kind, .most = greatest_raw(word->kind)};
  std::size_t used = 0;
  const auto left = [&] { return numbers->size() - used; };
  const auto next = [&] { return (*numbers)[used++]; };
  if (mapping.kind != Kind::none) {
    if (left() == 0 || !is_in(mapping.channel = next(), 1, kChannels))
      return wrong(text, "has no channel", "give one from 1 to 16 after " + std::string(name));
  }
  if (!word->number.empty()) {
    if (left() == 0 || !is_in(mapping.number = next(), 0, word->greatest_number)) {
      return wrong(text, fmt::format("has no {}", word->number),
                   fmt::format("give one from 0 to {} after the channel", word->greatest_number));
    }
  }
  if (mapping.kind == Kind::note && left() % 2 == 1)
    mapping.velocity = std::clamp(next(), 1, kLoudest);
  const bool has_range = mapping.kind != Kind::none && mapping.kind != Kind::velocity;
  // As the predecessor has it: a controller's least value may stand alone.
  const bool has_least_alone = mapping.kind == Kind::control_change && left() == 1;
  if (has_range && (left() == 2 || has_least_alone)) {
    mapping.least = next();
    if (left() > 0) mapping.most = next();
    const int greatest = greatest_raw(mapping.kind);
    if (!is_in(mapping.least, 0, greatest) || !is_in(mapping.most, 0, greatest)) {
      return wrong(text, fmt::format("has the range {} to {}", mapping.least, mapping.most),
                   fmt::format("give two numbers from 0 to {}", greatest));
    }
  }
  if (left() > 0) {
    return wrong(text, "has more or fewer numbers than a mapping",
                 has_range ? "give none, or the least and the greatest value, in the end"
                           : "leave them out");
  }
  if (auto done = take_options(text, options, mapping); !done) return done.error();
  return mapping;
}

std::string to_text(const MidiMapping& mapping) {
  const auto* const word = std::find_if(kWords.begin(), kWords.end(),
                                        [&](const Word& w) { return w.kind == mapping.kind; });
  std::string text(word->name);
  if (mapping.kind == Kind::none) return text;
  text += fmt::format(" {}", mapping.channel);
  if (!word->number.empty()) text += fmt::format(" {}", mapping.number);
  if (mapping.velocity) text += fmt::format(" {}", *mapping.velocity);
  if (mapping.least != 0 || mapping.most != greatest_raw(mapping.kind))
    text += fmt::format(" {} {}", mapping.least, mapping.most);
  if (mapping.curve != 1) text += fmt::format(" curve {}", mapping.curve);
  if (mapping.length) text += fmt::format(" length {}", mapping.length->count());
  if (mapping.gate != 0) text += fmt::format(" gate {}", mapping.gate);
  return text;
}

}  // namespace imps
