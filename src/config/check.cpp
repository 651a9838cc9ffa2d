#include "config/check.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include <imps/limit.h>

#include "config/endpoint.h"
#include "config/keys.h"
#include "config/text.h"

namespace imps {
namespace {

using Kind = Key::Kind;
using Texts = std::vector<std::string>;

constexpr std::size_t kLongestText = 4096;
constexpr std::size_t kLongestName = 255;
constexpr std::size_t kLongestOscAddress = 255;
constexpr std::size_t kMostOutputs = 64;
constexpr std::uint64_t kMostSeed = std::uint64_t{1} << 53;  // as make_command() takes it

std::string is(const Key& key, const Value& value) {
  return "is " + shortened(file_text(key, value));
}

std::string text_fault(std::string_view text, std::size_t longest) {
  if (text.size() > longest) return fmt::format("is {} bytes long", text.size());
  if (!is_utf8(text)) return fmt::format("is not UTF-8 (\"{}\")", shortened(text));
  return "";
}

std::string range_fault(const Key& key, const Value& value, double number) {
  const Key::Range& range = key.range;
  const bool inside = std::isfinite(number) && number <= range.most &&
                      (range.above_least ? number > range.least : number >= range.least);
  return inside ? "" : is(key, value);
}

// OSC 1.0: printable ASCII, but none of the letters that patterns are written with.
std::string address_fault(const Key& key, const Value& value, const std::string& text) {
  const bool legal = text.size() >= 2 && text.size() <= kLongestOscAddress && text.front() == '/' &&
                     text.back() != '/' && std::all_of(text.begin(), text.end(), [](char c) {
                       return c > ' ' && c < 0x7F &&
                              std::string_view("#*,?[]{}").find(c) == std::string_view::npos;
                     });
  return legal ? "" : is(key, value);
}

std::string outputs_fault(const Texts& outputs) {
  if (outputs.size() > kMostOutputs) return fmt::format("names {} outputs", outputs.size());
  for (const std::string& output : outputs) {
    const std::string fault = endpoint_fault(output, EndpointUse::send);
    if (!fault.empty()) return fmt::format("holds \"{}\", which {}", shortened(output), fault);
  }
  return "";
}

std::string names_fault(const Texts& names) {
  if (names.size() > kMaxControls) return fmt::format("holds {} names", names.size());
  for (const std::string& name : names) {
    const std::string fault = text_fault(name, kLongestName);
    if (!fault.empty()) return "holds a name that " + fault;
  }
  return "";
}

std::string devices_fault(const Texts& names) {
  if (names.size() > kMostOutputs) return fmt::format("holds {} names", names.size());
  return names_fault(names);
}

/// What is wrong with each of `texts`, in one line; "" when nothing is.
template <class Read>
std::string all_faults(const Texts& texts, std::string_view before, Read read) {
  std::string all;
  for (const std::string& text : texts) {
    if (const auto made = read(text); !made)
      all += std::string(all.empty() ? before : "; and ") + made.error().message;
  }
  return all;
}

std::string mappings_fault(const Texts& texts) {
  if (texts.size() > kMaxControls) return fmt::format("holds {} mappings", texts.size());
  return all_faults(texts, "holds a fault: ", midi_mapping_from_text);
}

std::string bindings_fault(const Texts& texts) {
  if (texts.size() > kMaxControls) return fmt::format("holds {} bindings", texts.size());
  return all_faults(texts, "holds ", midi_binding_from_text);
}

std::string routes_fault(const Texts& texts) {
  if (texts.size() > kMaxControls) return fmt::format("holds {} controls", texts.size());
  return all_faults(texts, "holds ", route_from_text);
}

std::string limits_fault(const Texts& texts) {
  if (texts.size() > kMaxControls) return fmt::format("holds {} limits", texts.size());
  return all_faults(texts, "holds ", limit_from_text);
}

std::string lights_fault(const Texts& texts) {
  if (texts.size() > kMaxControls) return fmt::format("holds {} lamps", texts.size());
  return all_faults(texts, "holds a fault: ", midi_light_from_text);
}

std::string controls_fault(const std::vector<double>& numbers) {
  if (numbers.size() > kMaxControls) return fmt::format("holds {} numbers", numbers.size());
  for (const double number : numbers)
    if (!(number >= 1 && number <= kMaxControls) || number != std::floor(number))
      return fmt::format("holds {}", number);
  return "";
}

std::string numbers_fault(const Key& key, const std::vector<double>& numbers) {
  if (numbers.empty() || numbers.size() > kMaxControls)
    return fmt::format("holds {} numbers", numbers.size());
  for (const double number : numbers) {
    if (!range_fault(key, Value{number}, number).empty()) return fmt::format("holds {}", number);
  }
  return "";
}

std::string scenes_fault(const TextTable& table) {
  if (table.size() > kMostOutputs) return fmt::format("holds {} scenes", table.size());
  for (const auto& [name, lines] : table) {
    const bool is_word = name.empty() || name == "next" || name == "previous";
    const std::string named = is_word ? "is no name for a scene" : text_fault(name, kLongestName);
    if (!named.empty()) return fmt::format("holds \"{}\", which {}", shortened(name), named);
    if (const auto scene = scene_from_lines(name, lines); !scene)
      return fmt::format("of \"{}\" holds {}", shortened(name), scene.error().message);
  }
  return "";
}

std::string table_fault(const TextTable& table, std::string (*fault_of)(const Texts&)) {
  if (table.size() > kMostOutputs) return fmt::format("names {} devices", table.size());
  for (const auto& [name, texts] : table) {
    const std::string named = text_fault(name, kLongestName);
    const std::string wrong = named.empty() ? fault_of(texts) : "holds a name that " + named;
    if (!wrong.empty())
      return name.empty() ? wrong : fmt::format("of \"{}\" {}", shortened(name), wrong);
  }
  return "";
}

bool may_be_none(const Key& key) {
  return key.get != nullptr && std::holds_alternative<std::monostate>(key.get(Settings{}));
}

// `T` is the alternative that the kind asks for.
template <class T, class F>
std::string with(const Key& key, const Value& value, F&& fault_of) {
  const T* const held = std::get_if<T>(&value);
  return held == nullptr ? is(key, value) : fault_of(*held);
}

std::string choice_fault(const Key& key, const Value& value, const std::string& text) {
  const bool known = key.kind == Kind::mode ? mode_from_name(text).has_value()
                                            : std::find(key.choices.begin(), key.choices.end(),
                                                        text) != key.choices.end();
  return known ? "" : is(key, value);
}

std::string path_fault_of(const std::string& text) {
  if (text.find('\0') != std::string::npos) return "holds a NUL";
  return text_fault(text, kLongestText);
}

std::string path_fault(const Key& key, const std::string& text) {
  if (text.empty() && !may_be_none(key)) return "is empty";
  return path_fault_of(text);
}

std::string host_key_fault(const Key& key, const Value& value, std::string host) {
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  // What IMPSY takes for "any" or "nowhere in particular" has a meaning here as well: see read.cpp.
  const bool odd = !host.empty() && !host_fault(host, EndpointUse::listen).empty();
  return odd ? is(key, value) : "";
}

std::string line_fault(const Key& key, const Value& value, const std::string& text) {
  constexpr std::string_view kUsb = "usb:";
  constexpr std::size_t kDigits = 4;
  if (!text.starts_with(kUsb)) return path_fault_of(text);
  const std::string_view numbers = std::string_view(text).substr(kUsb.size());
  const auto is_number = [](std::string_view number) {
    return number.size() == kDigits &&
           number.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
  };
  const bool is_usb = numbers.size() == 2 * kDigits + 1 && numbers[kDigits] == ':' &&
                      is_number(numbers.substr(0, kDigits)) &&
                      is_number(numbers.substr(kDigits + 1));
  return is_usb ? "" : is(key, value);
}

/// Mappings and routes that speak of a control that there is not.
void check_controls(const Settings& settings, std::vector<Finding>& found) {
  const auto& dimension = settings.model.dimension;
  const std::size_t controls =
      dimension ? static_cast<std::size_t>(*dimension - 1) : model_controls(settings);
  if (controls == 0) return;  // not known yet
  const auto beyond = [&found](std::string_view key, std::string_view what, int control,
                               std::size_t most) {
    if (static_cast<std::size_t>(control) <= most) return;
    found.push_back({std::string(key),
                     fmt::format("{} {} control {}, and there {} {}", key, what, control,
                                 most == 1 ? "is" : "are", most),
                     fmt::format("give one from 1 to {}", most)});
  };
  for (const double control : settings.interaction.pick_up)
    beyond("interaction.pick_up", "has", static_cast<int>(control), controls);
  if (settings.limits.controls.size() > controls)
    beyond("limits.controls", "has", static_cast<int>(settings.limits.controls.size()), controls);
  const auto& routes = settings.route.output;
  for (const Route& route : routes)
    beyond("route.output", "takes", route.source, controls);
  const std::size_t outputs = routes.empty() ? controls : routes.size();
  const auto check_gates = [&](std::string_view key, const std::vector<MidiMapping>& mappings) {
    for (const MidiMapping& mapping : mappings)
      beyond(key, "has a gate by", mapping.gate, outputs);
  };
  for (const auto& [device, mappings] : settings.midi.output)
    check_gates("midi.output", mappings);
  check_gates("websocket.output", settings.websocket.output);
  check_gates("serialmidi.output", settings.serial_midi.output);
}

/// What only shows when keys are seen together.
void cross_check(const Settings& settings, std::vector<Finding>& found) {
  const auto controls = settings.instrument.controls.size();
  const auto& dimension = settings.model.dimension;
  if (controls != 0 && dimension && static_cast<std::size_t>(*dimension) != controls + 1) {
    found.push_back({"instrument.controls",
                     fmt::format("instrument.controls has {} names, and model.dimension is {}",
                                 controls, *dimension),
                     fmt::format("give {} names, or dimension {}", *dimension - 1, controls + 1)});
  }
  if (const auto limit = dt_limit_from_text(settings.limits.dt); !limit)
    found.push_back({"limits.dt", "limits.dt is " + limit.error().message,
                     "give seconds, such as \"0.1 to 2\""});
  if (settings.interaction.ahead && (settings.midi.enabled || settings.websocket.enabled ||
                                     settings.serial.enabled || settings.serial_midi.enabled)) {
    found.push_back(
        {"interaction.ahead",
         "interaction.ahead is true, and there are interfaces besides OSC, on which "
         "predictions would sound early",
         "set it to false, or leave [midi], [websocket], [serial] and [serialmidi] out"});
  }
  if (settings.interaction.ahead && settings.smoothing.kind != SmoothingSettings::Kind::none) {
    found.push_back({"smoothing.kind",
                     "smoothing.kind is set, and interaction.ahead is true: what is sent early "
                     "cannot be changed on the way",
                     "give \"none\", or set interaction.ahead to false"});
  }
  const std::size_t routed = settings.route.input.size();
  if (routed != 0 && dimension && static_cast<std::size_t>(*dimension) != routed + 1) {
    found.push_back(
        {"route.input",
         fmt::format("route.input has {} controls, and model.dimension is {}", routed, *dimension),
         fmt::format("give {} controls, or dimension {}", *dimension - 1, routed + 1)});
  }
  const std::string_view line =
      "give the path of a serial line, or \"usb:VENDOR:PRODUCT\" with the "
      "numbers that 'imps ports' lists";
  if (settings.serial.enabled && settings.serial.port.empty())
    found.push_back(
        {"serial.port", "[serial] is in use, and serial.port is not given", std::string(line)});
  if (settings.serial_midi.enabled && settings.serial_midi.port.empty() &&
      settings.serial.port.empty()) {
    found.push_back({"serialmidi.port", "[serialmidi] is in use, and serialmidi.port is not given",
                     std::string(line)});
  }
  // As text an endpoint without a host reads as localhost, but it is not: nobody meant it.
  if (settings.osc.listen.host.empty()) {
    found.push_back({"osc.listen", "osc.listen has no host", "give a host, e.g. localhost"});
  }
  if (std::any_of(settings.osc.outputs.begin(), settings.osc.outputs.end(),
                  [](const Endpoint& output) { return output.host.empty(); })) {
    found.push_back({"osc.outputs", "osc.outputs has one without a host", "give each a host"});
  }
  for (const std::string_view reserved : {"/imps/", "/impsy/", "/ping/", "/pong/"}) {
    const std::string address = settings.osc.input_address + "/";
    const bool clashes = address.starts_with(reserved) && settings.osc.input_address != "/impsy" &&
                         settings.osc.input_address != "/imps";
    if (clashes) {
      found.push_back(
          {"osc.input_address",
           fmt::format("osc.input_address is \"{}\"", shortened(settings.osc.input_address)),
           fmt::format("give another: {} is for live control",
                       reserved.substr(0, reserved.size() - 1))});
    }
  }
}

}  // namespace

std::string fault(const Key& key, const Value& value) {
  if (std::holds_alternative<std::monostate>(value)) {
    return may_be_none(key) ? "" : "is missing";
  }
  switch (key.kind) {
    case Kind::boolean:
      return with<bool>(key, value, [](bool) { return std::string(); });
    case Kind::number:
      return with<double>(key, value, [&](double x) { return range_fault(key, value, x); });
    case Kind::whole:
    case Kind::port:
      return with<std::int64_t>(key, value, [&](std::int64_t n) {
        return range_fault(key, value, static_cast<double>(n));
      });
    case Kind::seed:
      return with<std::uint64_t>(
          key, value, [&](std::uint64_t n) { return n <= kMostSeed ? "" : is(key, value); });
    case Kind::size:
      return with<std::uint64_t>(key, value, [&](std::uint64_t n) {
        return range_fault(key, value, static_cast<double>(n));
      });
    case Kind::text:
      return with<std::string>(
          key, value, [](const std::string& text) { return text_fault(text, kLongestText); });
    case Kind::path:
      return with<std::string>(key, value,
                               [&](const std::string& text) { return path_fault(key, text); });
    case Kind::mode:
    case Kind::choice:
      return with<std::string>(
          key, value, [&](const std::string& text) { return choice_fault(key, value, text); });
    case Kind::listen:
      return with<std::string>(key, value, [&](const std::string& text) {
        const std::string wrong = endpoint_fault(text, EndpointUse::listen);
        return wrong.empty() ? "" : is(key, value) + ", which " + wrong;
      });
    case Kind::outputs:
      return with<Texts>(key, value, outputs_fault);
    case Kind::osc_address:
      return with<std::string>(
          key, value, [&](const std::string& text) { return address_fault(key, value, text); });
    case Kind::names:
      return with<Texts>(key, value, names_fault);
    case Kind::mappings:
      return with<Texts>(key, value, mappings_fault);
    case Kind::bindings:
      return with<Texts>(key, value, bindings_fault);
    case Kind::devices:
      return with<Texts>(key, value, devices_fault);
    case Kind::device_mappings:
      return with<TextTable>(
          key, value, [](const TextTable& table) { return table_fault(table, mappings_fault); });
    case Kind::device_lights:
      return with<TextTable>(
          key, value, [](const TextTable& table) { return table_fault(table, lights_fault); });
    case Kind::device_matrix:
      return with<TextTable>(
          key, value, [](const TextTable& table) { return table_fault(table, devices_fault); });
    case Kind::routes:
      return with<Texts>(key, value, routes_fault);
    case Kind::limits:
      return with<Texts>(key, value, limits_fault);
    case Kind::controls:
      return with<std::vector<double>>(key, value, controls_fault);
    case Kind::numbers:
      return with<std::vector<double>>(key, value, [&](const std::vector<double>& numbers) {
        return numbers_fault(key, numbers);
      });
    case Kind::scenes:
      return with<TextTable>(key, value, scenes_fault);
    case Kind::line:
      return with<std::string>(
          key, value, [&](const std::string& text) { return line_fault(key, value, text); });
    case Kind::host:
      return with<std::string>(
          key, value, [&](const std::string& text) { return host_key_fault(key, value, text); });
  }
  return "is of no known kind";
}

std::vector<Finding> findings(const Settings& settings) {
  std::vector<Finding> found;
  for (const Key& key : keys()) {
    if (key.get == nullptr) continue;
    const std::string wrong = fault(key, key.get(settings));
    if (!wrong.empty()) {
      found.push_back(
          {std::string(key.path), fmt::format("{} {}", key.path, wrong), "give " + accepts(key)});
    }
  }
  cross_check(settings, found);
  check_controls(settings, found);
  return found;
}

std::vector<Error> check(const Settings& settings) {
  std::vector<Error> errors;
  for (const Finding& finding : findings(settings)) {
    errors.push_back(Error{finding.what + ": " + finding.fix});
  }
  return errors;
}

}  // namespace imps
