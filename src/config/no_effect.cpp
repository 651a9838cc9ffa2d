#include "config/no_effect.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "config/edit.h"
#include "config/midi_binding.h"
#include "config/midi_mapping.h"
#include "config/scene.h"
#include "config/text.h"
#include "config/words.h"
#include "core/nearest.h"

// Last: see there.
#include "config/element_faults.h"
#include "config/node_value.h"

namespace imps {
namespace {

constexpr std::size_t kMost = 100;

using Mappings = std::vector<MidiMapping>;

/// Calls `look` with each list of mappings to outputs and the key that has it.
template <class Look>
void each_output(const Settings& settings, Look look) {
  for (const auto& [name, list] : settings.midi.output)
    look("midi.output", name, list);
  look("websocket.output", "", settings.websocket.output);
  look("serialmidi.output", "", settings.serial_midi.output);
}

template <class Look>
void each_input(const Settings& settings, Look look) {
  for (const auto& [name, list] : settings.midi.input)
    look("midi.input", name, list);
  look("websocket.input", "", settings.websocket.input);
  look("serialmidi.input", "", settings.serial_midi.input);
}

/// Whether a scene changes a key that ends, or begins, like this.
bool changes(const Scene& scene, std::string_view part) {
  return std::ranges::any_of(scene.changes, [&](const auto& change) {
    return change.first.ends_with(part) || change.first.starts_with(part);
  });
}

/// The controllers that choose a parameter (NRPN) and set it.
bool is_of_parameters(int controller) {
  return controller == 6 || controller == 38 || controller == 98 || controller == 99;
}

/// Whether messages of a binding are what a mapping reads. Not of notes and programs: one key or
/// program of many may well be bound.
bool is_of(const MidiBinding& binding, const MidiMapping& mapping) {
  using Trigger = MidiBinding::Trigger;
  using Mapped = MidiMapping::Kind;
  if (mapping.channel != binding.channel) return false;
  const bool is_number = mapping.number == binding.number;
  switch (binding.trigger) {
    case Trigger::control_change:
      return (mapping.kind == Mapped::control_change && is_number) ||
             (mapping.kind == Mapped::control_change_fine &&
              (is_number || mapping.number + 32 == binding.number)) ||
             (mapping.kind == Mapped::nrpn && is_of_parameters(binding.number));
    case Trigger::nrpn:
      return mapping.kind == Mapped::nrpn && is_number;
    case Trigger::poly_pressure:
      return mapping.kind == Mapped::poly_pressure && is_number;
    case Trigger::pitch_bend:
      return mapping.kind == Mapped::pitch_bend;
    case Trigger::channel_pressure:
      return mapping.kind == Mapped::channel_pressure;
    case Trigger::note:
    case Trigger::program_change:
      return false;
  }
  return false;
}

/// The key whose mappings read the messages of a binding, in the file or in a scene; "" when none
/// does.
std::string mapped_too(const Settings& settings, const MidiBinding& binding) {
  std::string key;
  const auto look_in = [&](const Settings& there, const std::string& where) {
    each_input(there, [&](std::string_view of, std::string_view, const Mappings& list) {
      if (key.empty() &&
          std::ranges::any_of(list, [&](const MidiMapping& one) { return is_of(binding, one); }))
        key = where + std::string(of);
    });
  };
  look_in(settings, "");
  for (const Scene& scene : settings.scenes) {
    if (!key.empty() || !changes(scene, ".input")) continue;
    Settings there = settings;
    apply(scene, there);
    look_in(there, fmt::format("scenes.{}.", shortened(scene.name)));
  }
  return key;
}

/// The model's control that an output's one follows; nothing when it follows none.
std::optional<std::size_t> followed(const RouteSettings& route, std::size_t output) {
  if (route.output.empty()) return output;
  if (output >= route.output.size()) return std::nullopt;
  const int source = route.output[output].source;
  return source > 0 ? std::optional(static_cast<std::size_t>(source - 1)) : std::nullopt;
}

/// How long a control of the model takes on the way, in seconds; 0: it jumps.
double smoothed(const SmoothingSettings& smoothing, std::size_t control) {
  if (smoothing.seconds.size() == 1) return smoothing.seconds.front();
  return control < smoothing.seconds.size() ? smoothing.seconds[control] : 0;
}

}  // namespace

void NoEffect::look_at(const Settings& settings, const FoundKeys& found) {
  look_at_mappings(settings, found);
  look_at_devices(settings, found);
  look_at_bindings(settings, found);
  look_at_smoothing(settings, found);
}

void NoEffect::look_at_elements(const Key& key, const toml::node& node) {
  if (key.kind != Key::Kind::mappings && key.kind != Key::Kind::device_mappings) return;
  for (const toml::node* const element : elements_of(node)) {
    if (const toml::node* const spare = spare_part(*element); spare != nullptr && is_wanted()) {
      warning(spare->source().begin,
              fmt::format("{}: the parts of the mapping from {} on have no effect, as in IMPSY",
                          key.path, shown(*spare)),
              "take them out");
    }
  }
  if (key.path == "websocket.output") look_at_texts(node);
  // What comes in has a velocity of its own.
  if (key.path.ends_with("output")) look_at_velocities(key, node);
}

/// Notes that are to be louder than MIDI has it, or silent.
void NoEffect::look_at_velocities(const Key& key, const toml::node& node) {
  constexpr std::size_t kVelocity = 2;  // after the kind and its channel
  for (const toml::node* const element : elements_of(node)) {
    const std::string text = mapping_words(*element).value_or("");
    const auto mapping = midi_mapping_from_text(text);
    if (!mapping || !mapping->velocity) continue;
    const auto given = number_in<int>(words_of(text, kVelocity + 1)[kVelocity]);
    if (given == mapping->velocity || !is_wanted()) continue;
    warning(element->source().begin,
            fmt::format("{}: \"{}\" is played with velocity {}", key.path, shortened(text),
                        *mapping->velocity),
            "give a velocity from 1 to 127");
  }
}

/// The predecessor's texts, which clients hear, are of notes, controllers and pitch bend only.
void NoEffect::look_at_texts(const toml::node& node) {
  for (const toml::node* const element : elements_of(node)) {
    const auto mapping = midi_mapping_from_text(mapping_words(*element).value_or(""));
    const bool is_silent = mapping && (mapping->kind == MidiMapping::Kind::program_change ||
                                       mapping->kind == MidiMapping::Kind::channel_pressure ||
                                       mapping->kind == MidiMapping::Kind::poly_pressure);
    if (!is_silent || !is_wanted()) continue;
    const std::string text = to_text(*mapping);
    warning(element->source().begin,
            fmt::format("websocket.output: \"{}\" is never sent: the messages of WebSocket "
                        "clients have no form for {}",
                        text, text.substr(0, text.find(' '))),
            "give a control_change, pitch_bend or note_on");
  }
}

/// Lists of another length than there are controls.
void NoEffect::look_at_mappings(const Settings& settings, const FoundKeys& found) {
  if (!settings.model.dimension) return;
  const auto dimension = *settings.model.dimension;
  const auto controls = static_cast<std::size_t>(dimension - 1);
  const auto look = [&](std::string_view key, std::string_view of, std::size_t count,
                        std::size_t wanted) {
    if (count == 0 || count == wanted || !is_wanted()) return;
    warning(found.place_of(key),
            fmt::format("{}{} has {} mappings, and dimension {} has {} controls", key,
                        of.empty() ? "" : fmt::format(" of \"{}\"", shortened(of)), count,
                        dimension, wanted),
            count < wanted ? "the controls without one are not on this device"
                           : "those beyond the last control have no effect");
  };
  // Where routes lead, their numbers count.
  if (settings.route.input.empty()) {
    each_input(settings, [&](std::string_view key, std::string_view of, const Mappings& list) {
      look(key, of, list.size(), controls);
    });
  }
  const std::size_t wanted =
      settings.route.output.empty() ? controls : settings.route.output.size();
  each_output(settings, [&](std::string_view key, std::string_view of, const Mappings& list) {
    look(key, of, list.size(), wanted);
  });
}

/// Devices by which there are mappings or ways through, and which are not among the section's.
void NoEffect::look_at_devices(const Settings& settings, const FoundKeys& found) {
  const MidiSettings& midi = settings.midi;
  if (!midi.enabled) return;
  const auto look = [&](std::string_view key, std::string_view name, std::string_view list_key,
                        const std::vector<std::string>& list, const toml::node& at) {
    const bool is_there = name.empty() || std::find(list.begin(), list.end(), name) != list.end();
    if (is_there || !is_wanted()) return;
    const std::vector<std::string_view> names(list.begin(), list.end());
    warning(at.source().begin,
            fmt::format("{} has \"{}\", which {} has not{}", key, shortened(name), list_key,
                        did_you_mean(name, names)),
            fmt::format("it has no effect; give it as it stands in {}", list_key));
  };
  const auto look_at_keys = [&](std::string_view key, std::string_view list_key,
                                const std::vector<std::string>& list) {
    const FoundKey* const one = found.find(key);
    const toml::table* const table = one == nullptr ? nullptr : one->node->as_table();
    if (table == nullptr) return;
    for (const auto& [name, node] : *table)
      look(key, name.str(), list_key, list, node);
  };
  look_at_keys("midi.input", "midi.in_device", midi.inputs);
  look_at_keys("midi.output", "midi.out_device", midi.outputs);
  look_at_keys("midi.thru_matrix", "midi.in_device", midi.inputs);
  if (const FoundKey* const thru = found.find("midi.thru_matrix"); thru != nullptr) {
    for (const toml::node* const output : elements_of(*thru->node))
      if (const auto name = output->value_exact<std::string>())
        look("midi.thru_matrix", *name, "midi.out_device", midi.outputs, *output);
  }
}

/// Messages that are mapped, too, and scenes that are not there.
void NoEffect::look_at_bindings(const Settings& settings, const FoundKeys& found) {
  const FoundKey* const bindings = found.find("interaction.bindings");
  if (bindings == nullptr) return;
  std::vector<std::string_view> names{"next", "previous"};
  for (const Scene& scene : settings.scenes)
    names.push_back(scene.name);
  for (const toml::node* const element : elements_of(*bindings->node)) {
    const auto text = element->value<std::string>();
    const auto binding = text ? midi_binding_from_text(*text) : Result<MidiBinding>(Error{});
    if (!binding) continue;
    if (const auto key = mapped_too(settings, *binding); !key.empty() && is_wanted()) {
      warning(element->source().begin,
              fmt::format("interaction.bindings: the message of \"{}\" is in {}, too, and moves no "
                          "control there",
                          shortened(*text), key),
              "take one of the two out");
    }
    if (binding->command.kind != Command::Kind::scene) continue;
    const std::string& scene = binding->command.text;
    if (std::find(names.begin(), names.end(), scene) != names.end() || !is_wanted()) continue;
    warning(element->source().begin,
            fmt::format("interaction.bindings: there is no scene \"{}\"{}", shortened(scene),
                        did_you_mean(scene, names)),
            fmt::format("write a section [scenes.{}], or take the binding out",
                        key_part(shortened(scene))));
  }
}

/// Notes and programs that would glide, in the file and in its scenes.
void NoEffect::look_at_smoothing(const Settings& settings, const FoundKeys& found) {
  const bool is_asked_for = settings.smoothing.kind != SmoothingSettings::Kind::none;
  if (is_asked_for) look_at_smoothed(settings, found.place_of("smoothing.kind"), "");
  for (const Scene& scene : settings.scenes) {
    if (!changes(scene, "smoothing.") && !changes(scene, ".output")) continue;
    Settings there = settings;
    apply(scene, there);
    if (there.smoothing.kind == SmoothingSettings::Kind::none) continue;
    look_at_smoothed(there, found.place_of("scenes"),
                     fmt::format("scene \"{}\": ", shortened(scene.name)));
  }
}

void NoEffect::look_at_smoothed(const Settings& settings, const toml::source_position& at,
                                const std::string& where) {
  each_output(settings, [&](std::string_view key, std::string_view, const Mappings& list) {
    for (std::size_t k = 0; k < list.size(); ++k) {
      const bool is_note = list[k].kind == MidiMapping::Kind::note;
      const bool jumps = !is_note && list[k].kind != MidiMapping::Kind::program_change;
      const auto control = followed(settings.route, k);
      if (jumps || !control || smoothed(settings.smoothing, *control) == 0 || !is_wanted())
        continue;
      warning(at,
              fmt::format("{}smoothing plays every {} on the way of control {}, which is \"{}\" in "
                          "{}",
                          where, is_note ? "note" : "program", *control + 1, to_text(list[k]), key),
              fmt::format("give smoothing.seconds by control, and 0 for control {}", *control + 1));
    }
  });
}

bool NoEffect::is_wanted() {
  if (warnings_.size() < kMost) return true;
  ++left_out_;
  return false;
}

void NoEffect::warning(const toml::source_position& at, std::string what, std::string fix) {
  warnings_.push_back({at, std::move(what), std::move(fix)});
}

}  // namespace imps
