#include "interface/midi/learnt_config.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "config/diagnostic.h"
#include "config/edit.h"
#include "config/read.h"
#include "config/text.h"
#include "config/value.h"
#include "interface/midi/devices.h"

namespace imps {
namespace {

constexpr std::size_t kColumns = 80;

std::vector<std::string> devices_of(const LearntMidi& learnt) {
  std::vector<std::string> devices;
  for (const HeardControl& control : learnt.controls) {
    if (std::find(devices.begin(), devices.end(), control.device) == devices.end())
      devices.push_back(control.device);
  }
  return devices;
}

/// The mappings of one device, "none" for the controls of others; of all for no device.
std::vector<std::string> mappings_of(const LearntMidi& learnt, const std::string* device) {
  std::vector<std::string> texts;
  for (const HeardControl& control : learnt.controls) {
    const bool is_here = device == nullptr || control.device == *device;
    texts.push_back(is_here ? to_text(mapping_of(control, learnt.narrow)) : "none");
  }
  return texts;
}

/// A list in TOML: one line if it is short, else a line for each, with its name.
std::string list_text(const std::vector<std::string>& texts, const LearntMidi& learnt) {
  const std::string line = to_toml(Value{texts});
  if (line.size() <= kColumns && learnt.names.empty()) return line;
  std::string text = "[\n";
  for (std::size_t k = 0; k < texts.size(); ++k) {
    const std::string name = k < learnt.names.size() ? shortened(learnt.names[k]) : std::string();
    text += fmt::format("  {},{}{}\n", in_quotes(texts[k]), name.empty() ? "" : "  # ", name);
  }
  return text + "]";
}

/// The steps of one edit; stops at the first that fails.
class Edits {
 public:
  explicit Edits(std::string_view toml) : text_(toml) {}

  void set(std::string_view key, const std::string& value) {
    if (failure_) return;
    auto edited = set_key(text_, key, value);
    if (edited) {
      text_ = std::move(*edited);
    } else {
      failure_ = edited.error();
    }
  }
  /// Whether it could be done.
  bool try_to_set(std::string_view key, const std::string& value) {
    if (failure_) return false;
    auto edited = set_key(text_, key, value);
    if (edited) text_ = std::move(*edited);
    return edited.has_value();
  }
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] const std::optional<Error>& failure() const { return failure_; }
  [[nodiscard]] Settings settings() const { return read_config(text_, "").settings; }

 private:
  std::string text_;
  std::optional<Error> failure_;
};

void set_inputs(Edits& edits, const LearntMidi& learnt) {
  const std::vector<std::string> devices = devices_of(learnt);
  edits.set("midi.in_device", to_toml(Value{devices}));
  if (devices.size() == 1 &&
      edits.try_to_set("midi.input", list_text(mappings_of(learnt, nullptr), learnt)))
    return;
  // A list or an inline table has one place; keys of their own, where the file has such, another.
  if (!edits.settings().midi.input.empty()) {
    TextTable table;
    for (const std::string& device : devices)
      table.emplace_back(device, mappings_of(learnt, &device));
    if (edits.try_to_set("midi.input", to_toml(Value{table}))) return;
  }
  for (const std::string& device : devices)
    edits.set("midi.input." + key_part(device), list_text(mappings_of(learnt, &device), learnt));
}

void set_outputs(Edits& edits, const LearntMidi& learnt) {
  if (!learnt.output) return;
  edits.set("midi.out_device", to_toml(Value{std::vector{*learnt.output}}));
  const std::string list = list_text(mappings_of(learnt, nullptr), learnt);
  if (!edits.try_to_set("midi.output", list))
    edits.set("midi.output." + key_part(*learnt.output), list);
}

/// What else says how many controls there are, or that there are none.
void follow(Edits& edits, const LearntMidi& learnt, LearntConfig& out) {
  const auto count = static_cast<int>(learnt.controls.size());
  const Settings settings = edits.settings();
  out.dimension = count + 1;
  const auto& dimension = settings.model.dimension;
  if (dimension && *dimension != out.dimension) {
    out.besides.push_back(
        fmt::format("model.dimension was {}, and is now {}", *dimension, out.dimension));
  }
  if (dimension ? *dimension != out.dimension : mapped_controls(settings) != learnt.controls.size())
    edits.set("model.dimension", std::to_string(out.dimension));

  if (!learnt.names.empty()) {
    edits.set("instrument.controls", to_toml(Value{learnt.names}));
  } else if (const std::size_t names = settings.instrument.controls.size();
             names != 0 && names != learnt.controls.size()) {
    out.besides.push_back(fmt::format(
        "instrument.controls had {} names, which were others', and is now empty", names));
    edits.set("instrument.controls", "[]");
  }
  if (!learnt.api.empty() && learnt.api != settings.midi.api)
    edits.set("midi.api", in_quotes(learnt.api));
}

Result<void> without_errors(std::string_view toml, const char* fix) {
  const ConfigRead config = read_config(toml, "");
  if (config.ok()) return {};
  const Diagnostic& first = config.errors.front();
  return Error{
      fmt::format("{}:{}: {}: {}{}", first.line, first.column, first.what, first.fix, fix)};
}

}  // namespace

MidiMapping mapping_of(const HeardControl& control, bool narrow) {
  MidiMapping mapping = control.mapping;
  if (narrow && control.lowest < control.highest) {
    mapping.least = control.lowest;
    mapping.most = std::min(control.highest, greatest_raw(mapping.kind));
  }
  return mapping;
}

Result<LearntConfig> with_learnt_midi(std::string_view toml, const LearntMidi& learnt) {
  if (auto sound = without_errors(toml, "; nothing has been changed"); !sound) return sound.error();
  Edits edits(toml);
  set_inputs(edits, learnt);
  set_outputs(edits, learnt);
  // Other keys of the section would do, if it were not said.
  if (!edits.settings().midi.enabled) edits.set("midi.enabled", "true");
  LearntConfig out;
  follow(edits, learnt, out);
  if (edits.failure()) return *edits.failure();
  out.text = edits.text();
  if (auto sound = without_errors(out.text, " (in what it would become); nothing has been changed");
      !sound)
    return sound.error();
  return out;
}

std::string lasting_midi_name(const std::string& port, const std::vector<std::string>& ports,
                              const std::vector<std::string>& configured) {
  for (const std::string& part : configured) {
    if (!part.empty() && find_midi_port(ports, part) == port) return part;
  }
  // "X-TOUCH MINI:X-TOUCH MINI MIDI 1 20:0" in ALSA, "system:midi_capture_1" in JACK.
  std::string whole = port;
  if (const std::size_t space = whole.rfind(' '); space != std::string::npos && space > 0) {
    const std::string_view numbers = std::string_view(whole).substr(space + 1);
    if (numbers.find(':') != std::string_view::npos &&
        numbers.find_first_not_of("0123456789:") == std::string_view::npos)
      whole.resize(space);
  }
  const std::size_t colon = whole.find(':');
  if (colon == std::string::npos || colon == 0) return whole;
  const std::string client = whole.substr(0, colon);
  const std::string own =
      whole.substr(std::min(whole.find_first_not_of(' ', colon + 1), whole.size()));
  const auto is_alone = [&](const std::string& part) {
    return part.size() > 2 && std::count_if(ports.begin(), ports.end(), [&](const auto& other) {
                                return other.find(part) != std::string::npos;
                              }) == 1;
  };
  const bool is_driver = is_midi_driver(client);  // which says nothing of the device
  if (!is_driver && is_alone(client)) return client;
  if (is_driver && is_alone(own) && own.find("capture") == std::string::npos &&
      own.find("playback") == std::string::npos)
    return own;
  return is_alone(whole) ? whole : port;
}

}  // namespace imps
