#include "config/explain.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "config/endpoint.h"

namespace imps {
namespace {

using MidiKind = MidiMapping::Kind;

std::string quoted(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names)
    text += fmt::format("{}\"{}\"", text.empty() ? "" : ", ", name);
  return text;
}

std::string what_it_is(const MidiMapping& mapping) {
  switch (mapping.kind) {
    case MidiKind::none:
      return "nothing";
    case MidiKind::note:
      return "the pitch of notes";
    case MidiKind::velocity:
      return "the velocity of notes";
    case MidiKind::control_change:
      return fmt::format("controller {}", mapping.number);
    case MidiKind::control_change_fine:
      return fmt::format("controllers {} and {} (14 bits)", mapping.number, mapping.number + 32);
    case MidiKind::nrpn:
      return fmt::format("parameter {} (NRPN)", mapping.number);
    case MidiKind::pitch_bend:
      return "pitch bend";
    case MidiKind::channel_pressure:
      return "channel pressure";
    case MidiKind::poly_pressure:
      return fmt::format("pressure on note {}", mapping.number);
    case MidiKind::program_change:
      return "program changes";
  }
  return "";
}

/// "x_3", or "x_3 (cutoff)" where the instrument has names.
std::string of_model(const Settings& settings, std::size_t place) {
  const auto& names = settings.instrument.controls;
  const std::string number = fmt::format("x_{}", place + 1);
  return place < names.size() ? fmt::format("{} ({})", number, names[place]) : number;
}

/// @param routes  between these mappings and the model: then a place on a device is not a control's
void add_mappings(std::vector<std::string>& lines, const Settings& settings,
                  const std::vector<MidiMapping>& mappings, const std::vector<Route>& routes) {
  if (mappings.empty()) {
    lines.push_back(
        "  no mapping: its notes and controllers are not understood; 'imps learn' asks "
        "for them one by one");
  }
  for (std::size_t k = 0; k < mappings.size(); ++k) {
    const std::string place =
        routes.empty() ? of_model(settings, k) : fmt::format("control {}", k + 1);
    lines.push_back(fmt::format("  {}: {}", place, in_words(mappings[k])));
  }
}

/// Of a device with a name of its own, and of all others.
void add_devices(std::vector<std::string>& lines, const Settings& settings, const char* what,
                 const std::vector<std::string>& devices, const DeviceMappings& mappings,
                 const std::vector<Route>& routes) {
  if (devices.empty()) return;
  lines.push_back(fmt::format("{} {}", what, quoted(devices)));
  if (mappings.empty()) add_mappings(lines, settings, {}, routes);
  for (const auto& [device, list] : mappings) {
    if (mappings.size() > 1 || !device.empty())
      lines.push_back(device.empty() ? "  any other device:" : fmt::format("  \"{}\":", device));
    add_mappings(lines, settings, list, routes);
  }
}

std::string how_it_plays(const InteractionSettings& play) {
  switch (play.mode) {
    case Mode::call_response:
      return fmt::format("call and response: the model answers once you have been silent for {} s",
                         play.threshold.count());
    case Mode::polyphony:
      return "polyphony: the model answers each of your frames with one";
    case Mode::battle:
      return "battle: the model plays by itself";
    case Mode::user_only:
      return "you alone: nothing is predicted";
    case Mode::duet:
      return "duet: what you touch is yours, the rest is the model's";
  }
  return "";
}

std::string which_model(const ModelSettings& model) {
  std::string text;
  if (model.file)
    text = model.file->string();
  else
    text = fmt::format("the newest{} in {}/, or else a built-in one",
                       model.size ? fmt::format(" of size {}", *model.size) : std::string(),
                       model.folder.string());
  if (model.dimension)
    text +=
        fmt::format("; dimension {}: dt and {} controls", *model.dimension, *model.dimension - 1);
  return fmt::format("{}; sigma temperature {}, pi temperature {}, timescale {}", text,
                     model.temperatures.sigma, model.temperatures.pi, model.timescale);
}

void add_routes(std::vector<std::string>& lines, const Settings& settings, const char* what,
                const std::vector<Route>& routes) {
  if (routes.empty()) return;
  lines.push_back(what);
  for (std::size_t k = 0; k < routes.size(); ++k) {
    const Route& route = routes[k];
    std::string from = "held where it stands";
    if (route.source > 0)
      from = fmt::format("from control {}{}", route.source,
                         route.least == 0 && route.most == 1
                             ? std::string()
                             : fmt::format(", as {} to {}", route.least, route.most));
    else if (route.held)
      from = fmt::format("held at {}", *route.held);
    lines.push_back(fmt::format("  {}: {}", of_model(settings, k), from));
  }
}

}  // namespace

std::string in_words(const MidiMapping& mapping) {
  std::string text = what_it_is(mapping);
  if (mapping.kind == MidiKind::none) return text;
  text += fmt::format(" on channel {}", mapping.channel);
  if (mapping.kind != MidiKind::velocity &&
      (mapping.least != 0 || mapping.most != greatest_raw(mapping.kind)))
    text += fmt::format(", {} to {}", mapping.least, mapping.most);
  if (mapping.velocity) text += fmt::format(", played with velocity {}", *mapping.velocity);
  if (mapping.curve != 1) text += fmt::format(", curve {}", mapping.curve);
  if (mapping.length) text += fmt::format(", each {} s long", mapping.length->count());
  if (mapping.gate > 0) text += fmt::format(", sounding while x_{} is up", mapping.gate);
  return text;
}

std::vector<std::string> in_words(const Settings& settings) {
  std::vector<std::string> lines;
  lines.push_back("plays in " + how_it_plays(settings.interaction));
  lines.push_back("model: " + which_model(settings.model));
  if (settings.interaction.input_thru) lines.push_back("your frames go to the outputs, too");
  if (const OscSettings& osc = settings.osc; osc.enabled) {
    std::vector<std::string> outputs;
    for (const Endpoint& output : osc.outputs)
      outputs.push_back(to_text(output));
    lines.push_back(fmt::format("hears OSC {} on {}", osc.input_address, to_text(osc.listen)));
    lines.push_back(
        fmt::format("plays OSC {} to {}", osc.output_address,
                    outputs.empty() ? "nobody" : fmt::format("{}", fmt::join(outputs, ", "))));
  }
  if (const MidiSettings& midi = settings.midi; midi.enabled) {
    add_devices(lines, settings, "hears MIDI from", midi.inputs, midi.input, settings.route.input);
    add_devices(lines, settings, "plays MIDI to", midi.outputs, midi.output, settings.route.output);
    for (const auto& [from, to] : midi.thru)
      lines.push_back(fmt::format("passes MIDI from \"{}\" on to {}, as it is", from, quoted(to)));
    if (midi.echo_guard) lines.push_back("what a MIDI device sends back of our own is not heard");
  }
  if (const WebSocketSettings& socket = settings.websocket; socket.enabled) {
    lines.push_back(
        fmt::format("hears and serves WebSocket clients on {}", to_text(socket.listen)));
    if (!socket.input.empty()) {
      lines.push_back("hears from them");
      add_mappings(lines, settings, socket.input, settings.route.input);
    }
    if (!socket.output.empty()) {
      lines.push_back("plays to them");
      add_mappings(lines, settings, socket.output, settings.route.output);
    }
  }
  if (const SerialSettings& serial = settings.serial; serial.enabled)
    lines.push_back(fmt::format("hears and plays lines of values on the serial port {}, {} baud",
                                serial.port, serial.baudrate));
  if (const SerialMidiSettings& serial = settings.serial_midi; serial.enabled) {
    const std::string& port = serial.port.empty() ? settings.serial.port : serial.port;
    lines.push_back(
        fmt::format("hears MIDI on the serial port {}, {} baud", port, serial.baudrate));
    add_mappings(lines, settings, serial.input, settings.route.input);
    lines.push_back("plays MIDI to it");
    add_mappings(lines, settings, serial.output, settings.route.output);
  }
  add_routes(lines, settings, "what the model hears as", settings.route.input);
  add_routes(lines, settings, "what the outputs have as", settings.route.output);
  for (std::size_t k = 0; k < settings.limits.controls.size(); ++k)
    if (const std::string& limit = settings.limits.controls[k]; !limit.empty())
      lines.push_back(fmt::format("the model keeps {} to: {}", of_model(settings, k), limit));
  if (!settings.limits.dt.empty()) lines.push_back("the model keeps dt to: " + settings.limits.dt);
  for (const MidiBinding& binding : settings.interaction.bindings)
    lines.push_back("bound to " + binding.text);
  for (const Scene& scene : settings.scenes)
    lines.push_back(fmt::format("scene \"{}\"", scene.name));
  return lines;
}

}  // namespace imps
