#include "config/keys.h"

#include <algorithm>
#include <array>

#include "config/bytes.h"
#include "config/endpoint.h"
#include "config/text.h"

namespace imps {
namespace {

using Kind = Key::Kind;
using Standing = Key::Standing;

constexpr std::array<std::string_view, 5> kModes{"callresponse", "polyphony", "battle", "useronly",
                                                 "duet"};
constexpr std::array<std::string_view, 7> kSizes{"xxs", "xs", "s", "m", "l", "xl", "default"};
constexpr std::array<std::string_view, 4> kMidiApis{"auto", "alsa", "jack", "core"};
constexpr std::array<std::string_view, 3> kSmoothings{"none", "one_pole", "slew"};
constexpr std::array<std::string_view, 2> kStarts{"first", "now"};

Value text_or_none(const std::optional<std::filesystem::path>& path) {
  return path ? Value{to_utf8(*path)} : Value{};
}
const std::string& text(const Value& value) { return std::get<std::string>(value); }
bool none(const Value& value) { return std::holds_alternative<std::monostate>(value); }

// A value has passed fault() when it comes here, so that its text is an endpoint.
Endpoint endpoint(const std::string& text, EndpointUse use) {
  return endpoint_from_text(text, use).value();
}

// IMPSY's client is one output; its host and port are separate keys.
Endpoint& client(Settings& settings) {
  auto& outputs = settings.osc.outputs;
  if (outputs.empty()) outputs = impsy_osc().outputs;
  return outputs.front();
}

std::string host_or_localhost(const std::string& host) {
  if (host.empty()) return "localhost";
  const bool bracketed = host.front() == '[' && host.back() == ']';
  return bracketed ? host.substr(1, host.size() - 2) : host;
}

std::vector<std::string> mapping_texts(const std::vector<MidiMapping>& mappings) {
  std::vector<std::string> texts;
  for (const MidiMapping& mapping : mappings)
    texts.push_back(to_text(mapping));
  return texts;
}
std::vector<MidiMapping> mappings(const std::vector<std::string>& texts) {
  std::vector<MidiMapping> list;
  for (const std::string& one : texts)
    list.push_back(midi_mapping_from_text(one).value());
  return list;
}
std::vector<MidiMapping> mappings(const Value& value) {
  return mappings(std::get<std::vector<std::string>>(value));
}
TextTable mapping_table(const DeviceMappings& devices) {
  TextTable table;
  for (const auto& [name, list] : devices)
    table.emplace_back(name, mapping_texts(list));
  return table;
}
DeviceMappings device_mappings(const Value& value) {
  DeviceMappings devices;
  for (const auto& [name, texts] : std::get<TextTable>(value))
    devices.emplace_back(name, mappings(texts));
  return devices;
}

TextTable light_table(const DeviceLights& devices) {
  TextTable table;
  for (const auto& [name, list] : devices) {
    table.emplace_back(name, std::vector<std::string>());
    for (const MidiLight& light : list)
      table.back().second.push_back(to_text(light));
  }
  return table;
}
DeviceLights device_lights(const Value& value) {
  DeviceLights devices;
  for (const auto& [name, texts] : std::get<TextTable>(value)) {
    devices.emplace_back(name, std::vector<MidiLight>());
    for (const std::string& one : texts)
      devices.back().second.push_back(midi_light_from_text(one).value());
  }
  return devices;
}

std::vector<std::string> route_texts(const std::vector<Route>& routes) {
  std::vector<std::string> texts;
  for (const Route& route : routes)
    texts.push_back(to_text(route));
  return texts;
}
std::vector<Route> routes(const Value& value) {
  std::vector<Route> list;
  for (const std::string& one : std::get<std::vector<std::string>>(value))
    list.push_back(route_from_text(one).value());
  return list;
}
TextTable scene_table(const std::vector<Scene>& scenes) {
  TextTable table;
  for (const Scene& scene : scenes)
    table.emplace_back(scene.name, lines_of(scene));
  return table;
}
std::vector<Scene> scenes(const Value& value) {
  std::vector<Scene> list;
  for (const auto& [name, lines] : std::get<TextTable>(value))
    list.push_back(scene_from_lines(name, lines).value());
  return list;
}

constexpr std::string_view kElsewhere = "Has no effect: where the page is, [web] says.";

// In the order of doc/configuration.md and of written files.
const std::array kKeys{
    Key{
        .path = "title",
        .kind = Kind::text,
        .standing = Standing::shared,
        .documentation = "What this configuration is called.",
        .get = [](const Settings& s) { return Value{s.title}; },
        .set = [](Settings& s, const Value& v) { s.title = text(v); },
    },
    Key{
        .path = "owner",
        .kind = Kind::text,
        .standing = Standing::shared,
        .documentation = "Whose it is.",
        .get = [](const Settings& s) { return Value{s.owner}; },
        .set = [](Settings& s, const Value& v) { s.owner = text(v); },
    },
    Key{
        .path = "description",
        .kind = Kind::text,
        .standing = Standing::shared,
        .documentation = "What it is for.",
        .get = [](const Settings& s) { return Value{s.description}; },
        .set = [](Settings& s, const Value& v) { s.description = text(v); },
    },
    Key{
        .path = "verbose",
        .kind = Kind::boolean,
        .standing = Standing::shared,
        .documentation = "Prints every frame.",
        .get = [](const Settings& s) { return Value{s.verbose}; },
        .set = [](Settings& s, const Value& v) { s.verbose = std::get<bool>(v); },
    },
    Key{
        .path = "scenes",
        .kind = Kind::scenes,
        .standing = Standing::own,
        .documentation =
            "Sets of keys to switch to while playing, each in its own section [scenes.NAME].",
        .example = R"({ verse = { interaction.mode = "battle" } })",
        .get =
            [](const Settings& s) {
              return s.scenes.empty() ? Value{} : Value{scene_table(s.scenes)};
            },
        .set = [](Settings& s,
                  const Value& v) { s.scenes = none(v) ? std::vector<Scene>{} : scenes(v); },
    },
    Key{
        .path = "name",
        .kind = Kind::text,
        .standing = Standing::impsy,
        .documentation = "The owner, in older files.",
        .same_as = "owner",
        .set = [](Settings& s, const Value& v) { s.owner = text(v); },
    },
    Key{
        .path = "log_input",
        .kind = Kind::boolean,
        .standing = Standing::impsy,
        .documentation = "Whether the performer's frames are logged.",
        .same_as = "log.performer",
        .set = [](Settings& s, const Value& v) { s.log.performer = std::get<bool>(v); },
    },
    Key{
        .path = "log",
        .kind = Kind::boolean,
        .standing = Standing::impsy,
        .documentation =
            "log_input in older files, when it is true or false and not the section [log].",
        .same_as = "log.performer",
        .set = [](Settings& s, const Value& v) { s.log.performer = std::get<bool>(v); },
    },
    Key{
        .path = "log_predictions",
        .kind = Kind::boolean,
        .standing = Standing::impsy,
        .documentation = "Whether the model's frames are logged.",
        .same_as = "log.predictions",
        .set = [](Settings& s, const Value& v) { s.log.predictions = std::get<bool>(v); },
    },

    Key{
        .path = "instrument.name",
        .kind = Kind::text,
        .standing = Standing::own,
        .documentation = "The performer's instrument, for the record of each take.",
        .get = [](const Settings& s) { return Value{s.instrument.name}; },
        .set = [](Settings& s, const Value& v) { s.instrument.name = text(v); },
    },
    Key{
        .path = "instrument.controls",
        .kind = Kind::names,
        .standing = Standing::own,
        .documentation = "What each control is called, in order: one name for each, or none.",
        .get = [](const Settings& s) { return Value{s.instrument.controls}; },
        .set =
            [](Settings& s, const Value& v) {
              s.instrument.controls = std::get<std::vector<std::string>>(v);
            },
    },

    Key{
        .path = "interaction.mode",
        .kind = Kind::mode,
        .standing = Standing::shared,
        .choices = kModes,
        .documentation =
            "Who hears whom: the model answers when you pause (callresponse), answers every frame "
            "(polyphony), plays by itself (battle), is silent (useronly), or plays what you do not "
            "touch (duet).",
        .get = [](const Settings& s) { return Value{std::string(name(s.interaction.mode))}; },
        .set =
            [](Settings& s, const Value& v) {
              if (const auto mode = mode_from_name(text(v))) s.interaction.mode = *mode;
            },
    },
    Key{
        .path = "interaction.threshold",
        .kind = Kind::number,
        .standing = Standing::shared,
        .unit = "seconds",
        .range = {.least = 0},
        .documentation = "In callresponse, the silence after which the model answers.",
        .get = [](const Settings& s) { return Value{s.interaction.threshold.count()}; },
        .set = [](Settings& s,
                  const Value& v) { s.interaction.threshold = Seconds{std::get<double>(v)}; },
    },
    Key{
        .path = "interaction.input_thru",
        .kind = Kind::boolean,
        .standing = Standing::shared,
        .documentation = "Sends the performer's frames to the outputs as well.",
        .get = [](const Settings& s) { return Value{s.interaction.input_thru}; },
        .set = [](Settings& s, const Value& v) { s.interaction.input_thru = std::get<bool>(v); },
    },
    Key{
        .path = "interaction.start",
        .kind = Kind::choice,
        .standing = Standing::own,
        .choices = kStarts,
        .documentation = "In battle, the model begins with the performer's first frame, or now.",
        .get = [](const Settings& s) { return Value{s.interaction.start_now ? "now" : "first"}; },
        .set = [](Settings& s, const Value& v) { s.interaction.start_now = text(v) == "now"; },
    },
    Key{
        .path = "interaction.ahead",
        .kind = Kind::boolean,
        .standing = Standing::own,
        .documentation =
            "Sends predictions early, as bundles timetagged with their due time, to receivers that "
            "schedule by themselves.",
        .get = [](const Settings& s) { return Value{s.interaction.ahead}; },
        .set = [](Settings& s, const Value& v) { s.interaction.ahead = std::get<bool>(v); },
    },
    Key{
        .path = "interaction.max_rest",
        .kind = Kind::number,
        .standing = Standing::own,
        .unit = "seconds",
        .range = {.least = 0.001},
        .documentation = "The longest rest that the model may take between two frames.",
        .get = [](const Settings& s) { return Value{s.interaction.max_rest.count()}; },
        .set = [](Settings& s,
                  const Value& v) { s.interaction.max_rest = Seconds{std::get<double>(v)}; },
    },
    Key{
        .path = "interaction.shared_hands",
        .kind = Kind::boolean,
        .standing = Standing::own,
        .documentation =
            "In every mode, as in duet, what you touch stays yours while the model plays the rest.",
        .get = [](const Settings& s) { return Value{s.interaction.shared_hands}; },
        .set = [](Settings& s, const Value& v) { s.interaction.shared_hands = std::get<bool>(v); },
    },
    Key{
        .path = "interaction.release",
        .kind = Kind::number,
        .standing = Standing::own,
        .unit = "seconds",
        .range = {.least = 0, .most = 3600},
        .documentation =
            "With shared hands, how long after your last touch a control is the model's again.",
        .get = [](const Settings& s) { return Value{s.interaction.release.count()}; },
        .set = [](Settings& s,
                  const Value& v) { s.interaction.release = Seconds{std::get<double>(v)}; },
    },
    Key{
        .path = "interaction.glide",
        .kind = Kind::number,
        .standing = Standing::own,
        .unit = "seconds",
        .range = {.least = 0, .most = 60},
        .documentation =
            "How long the model takes from where you left a control to where it wants it.",
        .get = [](const Settings& s) { return Value{s.interaction.glide.count()}; },
        .set = [](Settings& s,
                  const Value& v) { s.interaction.glide = Seconds{std::get<double>(v)}; },
    },
    Key{
        .path = "interaction.tempo",
        .kind = Kind::number,
        .standing = Standing::own,
        .unit = "beats a minute",
        .range = {.least = 0, .most = 400},
        .documentation = "The tempo that the model keeps to; 0: none.",
        .get = [](const Settings& s) { return Value{s.interaction.tempo}; },
        .set = [](Settings& s, const Value& v) { s.interaction.tempo = std::get<double>(v); },
    },
    Key{
        .path = "interaction.grid",
        .kind = Kind::number,
        .standing = Standing::own,
        .unit = "lines a beat",
        .range = {.least = 0.25, .most = 24},
        .documentation = "How finely the model keeps to the tempo: 4 are sixteenths.",
        .get = [](const Settings& s) { return Value{s.interaction.grid}; },
        .set = [](Settings& s, const Value& v) { s.interaction.grid = std::get<double>(v); },
    },
    Key{
        .path = "interaction.snap",
        .kind = Kind::number,
        .standing = Standing::own,
        .range = {.least = 0, .most = 1},
        .documentation =
            "How strongly: what the model plays goes so much of the way to the nearest line.",
        .get = [](const Settings& s) { return Value{s.interaction.snap}; },
        .set = [](Settings& s, const Value& v) { s.interaction.snap = std::get<double>(v); },
    },
    Key{
        .path = "interaction.pick_up",
        .kind = Kind::controls,
        .standing = Standing::own,
        .documentation =
            "Controls, by number, that stay where you left them until what the model wants comes "
            "by, instead of gliding there.",
        .get = [](const Settings& s) { return Value{s.interaction.pick_up}; },
        .set = [](Settings& s,
                  const Value& v) { s.interaction.pick_up = std::get<std::vector<double>>(v); },
    },
    Key{
        .path = "interaction.bindings",
        .kind = Kind::bindings,
        .standing = Standing::own,
        .documentation = "Buttons, pedals and knobs that steer imps, on all that speaks MIDI.",
        .get =
            [](const Settings& s) {
              std::vector<std::string> texts;
              for (const MidiBinding& binding : s.interaction.bindings)
                texts.push_back(binding.text);
              return Value{texts};
            },
        .set =
            [](Settings& s, const Value& v) {
              s.interaction.bindings.clear();
              for (const std::string& one : std::get<std::vector<std::string>>(v))
                s.interaction.bindings.push_back(midi_binding_from_text(one).value());
            },
    },
    Key{
        .path = "interaction.remember_velocity",
        .kind = Kind::boolean,
        .standing = Standing::own,
        .documentation =
            "Whether the model's notes are as loud as the performer's last ones, where no control "
            "says how loud.",
        .get = [](const Settings& s) { return Value{s.interaction.remember_velocity}; },
        .set = [](Settings& s,
                  const Value& v) { s.interaction.remember_velocity = std::get<bool>(v); },
    },
    Key{
        .path = "interaction.seed",
        .kind = Kind::seed,
        .standing = Standing::own,
        .documentation =
            "Makes the model's chances the same at every start; else they are drawn anew.",
        .example = "42",
        .get =
            [](const Settings& s) {
              return s.interaction.seed ? Value{*s.interaction.seed} : Value{};
            },
        .set =
            [](Settings& s, const Value& v) {
              s.interaction.seed.reset();
              if (!none(v)) s.interaction.seed = std::get<std::uint64_t>(v);
            },
    },

    Key{
        .path = "model.file",
        .kind = Kind::path,
        .standing = Standing::shared,
        .documentation =
            "The model to play (.h5, .keras, .tflite), from where imps is started; \"\" is none, "
            "and the newest that fits in the models folder is taken.",
        .example = "\"models/mine.keras\"",
        .get = [](const Settings& s) { return text_or_none(s.model.file); },
        .set =
            [](Settings& s, const Value& v) {
              s.model.file.reset();
              if (!none(v) && !text(v).empty()) s.model.file = path_from_utf8(text(v));
            },
    },
    Key{
        .path = "model.dimension",
        .kind = Kind::whole,
        .standing = Standing::shared,
        .range = {.least = kMinDimension, .most = kMaxDimension},
        .documentation =
            "Controls and one more, for time; else the model's, or taken from the first message.",
        .example = "9",
        .get =
            [](const Settings& s) {
              return s.model.dimension ? Value{std::int64_t{*s.model.dimension}} : Value{};
            },
        .set =
            [](Settings& s, const Value& v) {
              s.model.dimension.reset();
              if (!none(v)) s.model.dimension = static_cast<int>(std::get<std::int64_t>(v));
            },
    },
    Key{
        .path = "model.size",
        .kind = Kind::choice,
        .standing = Standing::shared,
        .choices = kSizes,
        .documentation = "Takes only models of this size from the models folder. `default` is "
                         "IMPSY's word for m.",
        .example = "\"s\"",
        .get = [](const Settings& s) { return s.model.size ? Value{*s.model.size} : Value{}; },
        .set =
            [](Settings& s, const Value& v) {
              s.model.size.reset();
              if (!none(v)) s.model.size = text(v) == "default" ? "m" : text(v);
            },
    },
    Key{
        .path = "model.folder",
        .kind = Kind::path,
        .standing = Standing::own,
        .documentation = "Where models are found, from where imps is started.",
        .get = [](const Settings& s) { return Value{to_utf8(s.model.folder)}; },
        .set = [](Settings& s, const Value& v) { s.model.folder = path_from_utf8(text(v)); },
    },
    Key{
        .path = "model.sigmatemp",
        .kind = Kind::number,
        .standing = Standing::shared,
        .range = {.least = 0},
        .documentation =
            "Sigma temperature: how far the model strays from what it thinks most likely.",
        .get = [](const Settings& s) { return Value{s.model.temperatures.sigma}; },
        .set = [](Settings& s,
                  const Value& v) { s.model.temperatures.sigma = std::get<double>(v); },
    },
    Key{
        .path = "model.pitemp",
        .kind = Kind::number,
        .standing = Standing::shared,
        .range = {.least = 0, .above_least = true},
        .documentation = "Pi temperature: how often the model takes its less likely ideas.",
        .get = [](const Settings& s) { return Value{s.model.temperatures.pi}; },
        .set = [](Settings& s, const Value& v) { s.model.temperatures.pi = std::get<double>(v); },
    },
    Key{
        .path = "model.surprise",
        .kind = Kind::number,
        .standing = Standing::own,
        .range = {.least = 0, .most = 1},
        .documentation = "Which of 16 futures the model takes: 0 the most typical one, 1 the "
                         "rarest, 0.5 any.",
        .get = [](const Settings& s) { return Value{s.model.surprise}; },
        .set = [](Settings& s, const Value& v) { s.model.surprise = std::get<double>(v); },
    },
    Key{
        .path = "model.timescale",
        .kind = Kind::number,
        .standing = Standing::shared,
        .range = {.least = 0, .most = 1000, .above_least = true},
        .documentation = "Stretches the time that the model plays in: 2 is half as fast.",
        .get = [](const Settings& s) { return Value{s.model.timescale}; },
        .set = [](Settings& s, const Value& v) { s.model.timescale = std::get<double>(v); },
    },

    Key{
        .path = "osc.enabled",
        .kind = Kind::boolean,
        .standing = Standing::own,
        .documentation = "Whether imps talks OSC at all.",
        .get = [](const Settings& s) { return Value{s.osc.enabled}; },
        .set = [](Settings& s, const Value& v) { s.osc.enabled = std::get<bool>(v); },
    },
    Key{
        .path = "osc.listen",
        .kind = Kind::listen,
        .standing = Standing::own,
        .documentation =
            "Where imps hears OSC; \"0.0.0.0:5001\" opens it to every network of the machine.",
        .get = [](const Settings& s) { return Value{to_text(s.osc.listen)}; },
        .set = [](Settings& s,
                  const Value& v) { s.osc.listen = endpoint(text(v), EndpointUse::listen); },
    },
    Key{
        .path = "osc.outputs",
        .kind = Kind::outputs,
        .standing = Standing::own,
        .documentation = "Where predictions go.",
        .get =
            [](const Settings& s) {
              std::vector<std::string> texts;
              for (const Endpoint& output : s.osc.outputs)
                texts.push_back(to_text(output));
              return Value{texts};
            },
        .set =
            [](Settings& s, const Value& v) {
              s.osc.outputs.clear();
              for (const std::string& output : std::get<std::vector<std::string>>(v)) {
                s.osc.outputs.push_back(endpoint(output, EndpointUse::send));
              }
            },
    },
    Key{
        .path = "osc.input_address",
        .kind = Kind::osc_address,
        .standing = Standing::own,
        .documentation = "The OSC address of the performer's frames.",
        .get = [](const Settings& s) { return Value{s.osc.input_address}; },
        .set = [](Settings& s, const Value& v) { s.osc.input_address = text(v); },
    },
    Key{
        .path = "osc.output_address",
        .kind = Kind::osc_address,
        .standing = Standing::own,
        .documentation = "The OSC address of predictions; /impsy when IMPSY's [osc] keys are used.",
        .get = [](const Settings& s) { return Value{s.osc.output_address}; },
        .set = [](Settings& s, const Value& v) { s.osc.output_address = text(v); },
    },
    Key{
        .path = "osc.server_ip",
        .kind = Kind::host,
        .standing = Standing::impsy,
        .documentation = "The host where imps hears OSC; localhost when absent.",
        .same_as = "osc.listen",
        .set = [](Settings& s, const Value& v) { s.osc.listen.host = host_or_localhost(text(v)); },
    },
    Key{
        .path = "osc.server_port",
        .kind = Kind::port,
        .standing = Standing::impsy,
        .range = {.least = 1, .most = 65535},
        .documentation = "The port where imps hears OSC; 6000 when absent.",
        .same_as = "osc.listen",
        .set =
            [](Settings& s, const Value& v) {
              s.osc.listen.port = static_cast<std::uint16_t>(std::get<std::int64_t>(v));
            },
    },
    Key{
        .path = "osc.client_ip",
        .kind = Kind::host,
        .standing = Standing::impsy,
        .documentation = "The host that predictions go to; localhost when absent.",
        .same_as = "osc.outputs",
        .set = [](Settings& s, const Value& v) { client(s).host = host_or_localhost(text(v)); },
    },
    Key{
        .path = "osc.client_port",
        .kind = Kind::port,
        .standing = Standing::impsy,
        .range = {.least = 1, .most = 65535},
        .documentation = "The port that predictions go to; 6001 when absent.",
        .same_as = "osc.outputs",
        .set =
            [](Settings& s, const Value& v) {
              client(s).port = static_cast<std::uint16_t>(std::get<std::int64_t>(v));
            },
    },

    Key{
        .path = "midi.enabled",
        .kind = Kind::boolean,
        .standing = Standing::own,
        .documentation =
            "Whether imps plays over MIDI devices; true when the section has other keys.",
        .get = [](const Settings& s) { return Value{s.midi.enabled}; },
        .set = [](Settings& s, const Value& v) { s.midi.enabled = std::get<bool>(v); },
    },
    Key{
        .path = "midi.api",
        .kind = Kind::choice,
        .standing = Standing::own,
        .choices = kMidiApis,
        .documentation = "The system's MIDI to use; auto is the first that there is.",
        .get = [](const Settings& s) { return Value{s.midi.api}; },
        .set = [](Settings& s, const Value& v) { s.midi.api = text(v); },
    },
    Key{
        .path = "midi.in_device",
        .kind = Kind::devices,
        .standing = Standing::shared,
        .documentation =
            "The MIDI inputs to hear, by a part of their names; \"virtual:NAME\" makes one.",
        .get = [](const Settings& s) { return Value{s.midi.inputs}; },
        .set = [](Settings& s,
                  const Value& v) { s.midi.inputs = std::get<std::vector<std::string>>(v); },
    },
    Key{
        .path = "midi.out_device",
        .kind = Kind::devices,
        .standing = Standing::shared,
        .documentation =
            "The MIDI outputs to play on, by a part of their names; \"virtual:NAME\" makes one.",
        .get = [](const Settings& s) { return Value{s.midi.outputs}; },
        .set = [](Settings& s,
                  const Value& v) { s.midi.outputs = std::get<std::vector<std::string>>(v); },
    },
    Key{
        .path = "midi.input",
        .kind = Kind::device_mappings,
        .standing = Standing::shared,
        .documentation =
            "What on each MIDI input moves x_1, x_2, …: a list for all, or one for each device.",
        .get = [](const Settings& s) { return Value{mapping_table(s.midi.input)}; },
        .set = [](Settings& s, const Value& v) { s.midi.input = device_mappings(v); },
    },
    Key{
        .path = "midi.output",
        .kind = Kind::device_mappings,
        .standing = Standing::shared,
        .documentation =
            "What x_1, x_2, … are on each MIDI output: a list for all, or one for each device.",
        .get = [](const Settings& s) { return Value{mapping_table(s.midi.output)}; },
        .set = [](Settings& s, const Value& v) { s.midi.output = device_mappings(v); },
    },
    Key{
        .path = "midi.lights",
        .kind = Kind::device_lights,
        .standing = Standing::own,
        .documentation =
            "The lamps that show whose x_1, x_2, … are on each MIDI output: a list for all, or one "
            "for each device.",
        .get = [](const Settings& s) { return Value{light_table(s.midi.lights)}; },
        .set = [](Settings& s, const Value& v) { s.midi.lights = device_lights(v); },
    },
    Key{
        .path = "midi.thru_matrix",
        .kind = Kind::device_matrix,
        .standing = Standing::shared,
        .documentation =
            "The MIDI outputs that the messages of a MIDI input are passed on to, as they are.",
        .get = [](const Settings& s) { return Value{s.midi.thru}; },
        .set = [](Settings& s, const Value& v) { s.midi.thru = std::get<TextTable>(v); },
    },
    Key{
        .path = "midi.feedback_protection",
        .kind = Kind::boolean,
        .standing = Standing::shared,
        .documentation =
            "Whether what a device sends back of what it was just sent is ignored. An input and an "
            "output are of one device when they are called alike, or alike before a colon "
            "(Push:in, Push:out).",
        .get = [](const Settings& s) { return Value{s.midi.echo_guard}; },
        .set = [](Settings& s, const Value& v) { s.midi.echo_guard = std::get<bool>(v); },
    },
    Key{
        .path = "midi.feedback_threshold",
        .kind = Kind::number,
        .standing = Standing::shared,
        .unit = "seconds",
        .range = {.least = 0, .most = 10},
        .documentation = "How soon after it was sent a message counts as sent back.",
        .get = [](const Settings& s) { return Value{s.midi.echo_window.count()}; },
        .set = [](Settings& s,
                  const Value& v) { s.midi.echo_window = Seconds{std::get<double>(v)}; },
    },

    Key{
        .path = "midi.follow_clock",
        .kind = Kind::boolean,
        .standing = Standing::own,
        .documentation =
            "Whether the tempo and the beats that the model keeps to are those of the MIDI clock "
            "that comes in.",
        .get = [](const Settings& s) { return Value{s.midi.follow_clock}; },
        .set = [](Settings& s, const Value& v) { s.midi.follow_clock = std::get<bool>(v); },
    },
    Key{
        .path = "midi.bytes_per_second",
        .kind = Kind::number,
        .standing = Standing::own,
        .range = {.least = 0, .most = 1'000'000},
        .documentation =
            "What a MIDI output takes: of frames that come faster the newest goes. 3125 is what a "
            "DIN plug carries; 0 sends all.",
        .get = [](const Settings& s) { return Value{s.midi.bytes_per_second}; },
        .set = [](Settings& s, const Value& v) { s.midi.bytes_per_second = std::get<double>(v); },
    },

    Key{
        .path = "websocket.enabled",
        .kind = Kind::boolean,
        .standing = Standing::own,
        .documentation =
            "Whether imps has a WebSocket server; true when the section has other keys.",
        .get = [](const Settings& s) { return Value{s.websocket.enabled}; },
        .set = [](Settings& s, const Value& v) { s.websocket.enabled = std::get<bool>(v); },
    },
    Key{
        .path = "websocket.listen",
        .kind = Kind::listen,
        .standing = Standing::own,
        .documentation = "Where imps hears WebSocket clients.",
        .get = [](const Settings& s) { return Value{to_text(s.websocket.listen)}; },
        .set = [](Settings& s,
                  const Value& v) { s.websocket.listen = endpoint(text(v), EndpointUse::listen); },
    },
    Key{
        .path = "websocket.input",
        .kind = Kind::mappings,
        .standing = Standing::shared,
        .documentation = "Which messages of clients move x_1, x_2, ….",
        .get = [](const Settings& s) { return Value{mapping_texts(s.websocket.input)}; },
        .set = [](Settings& s, const Value& v) { s.websocket.input = mappings(v); },
    },
    Key{
        .path = "websocket.output",
        .kind = Kind::mappings,
        .standing = Standing::shared,
        .documentation = "Which messages x_1, x_2, … are for clients.",
        .get = [](const Settings& s) { return Value{mapping_texts(s.websocket.output)}; },
        .set = [](Settings& s, const Value& v) { s.websocket.output = mappings(v); },
    },
    Key{
        .path = "websocket.origins",
        .kind = Kind::names,
        .standing = Standing::own,
        .documentation = "Web pages that may connect beside those of this machine, as in "
                         "\"https://example.org\".",
        .get = [](const Settings& s) { return Value{s.websocket.origins}; },
        .set = [](Settings& s,
                  const Value& v) { s.websocket.origins = std::get<std::vector<std::string>>(v); },
    },
    Key{
        .path = "websocket.server_ip",
        .kind = Kind::host,
        .standing = Standing::impsy,
        .documentation = "The host where imps hears WebSocket clients; localhost when absent.",
        .same_as = "websocket.listen",
        .set = [](Settings& s,
                  const Value& v) { s.websocket.listen.host = host_or_localhost(text(v)); },
    },
    Key{
        .path = "websocket.server_port",
        .kind = Kind::port,
        .standing = Standing::impsy,
        .range = {.least = 1, .most = 65535},
        .documentation = "The port where imps hears WebSocket clients; 5001 when absent.",
        .same_as = "websocket.listen",
        .set =
            [](Settings& s, const Value& v) {
              s.websocket.listen.port = static_cast<std::uint16_t>(std::get<std::int64_t>(v));
            },
    },

    Key{
        .path = "serial.enabled",
        .kind = Kind::boolean,
        .standing = Standing::own,
        .documentation = "Whether imps plays over a serial line, with values in text; true when "
                         "the section has other keys.",
        .get = [](const Settings& s) { return Value{s.serial.enabled}; },
        .set = [](Settings& s, const Value& v) { s.serial.enabled = std::get<bool>(v); },
    },
    Key{
        .path = "serial.port",
        .kind = Kind::line,
        .standing = Standing::shared,
        .documentation = "The serial line: the device's path, or \"usb:VENDOR:PRODUCT\" with the "
                         "numbers that lsusb shows.",
        .get = [](const Settings& s) { return Value{s.serial.port}; },
        .set = [](Settings& s, const Value& v) { s.serial.port = text(v); },
    },
    Key{
        .path = "serial.baudrate",
        .kind = Kind::whole,
        .standing = Standing::shared,
        .unit = "baud",
        .range = {.least = 50, .most = 20'000'000},
        .documentation = "How fast the serial line is.",
        .get = [](const Settings& s) { return Value{std::int64_t{s.serial.baudrate}}; },
        .set =
            [](Settings& s, const Value& v) {
              s.serial.baudrate = static_cast<int>(std::get<std::int64_t>(v));
            },
    },

    Key{
        .path = "serialmidi.enabled",
        .kind = Kind::boolean,
        .standing = Standing::own,
        .documentation =
            "Whether imps plays MIDI over a serial line; true when the section has other keys.",
        .get = [](const Settings& s) { return Value{s.serial_midi.enabled}; },
        .set = [](Settings& s, const Value& v) { s.serial_midi.enabled = std::get<bool>(v); },
    },
    Key{
        .path = "serialmidi.port",
        .kind = Kind::line,
        .standing = Standing::shared,
        .documentation =
            "The serial line that speaks MIDI: the device's path, or \"usb:VENDOR:PRODUCT\" with "
            "the numbers that lsusb shows; \"\" is that of [serial].",
        .get = [](const Settings& s) { return Value{s.serial_midi.port}; },
        .set = [](Settings& s, const Value& v) { s.serial_midi.port = text(v); },
    },
    Key{
        .path = "serialmidi.baudrate",
        .kind = Kind::whole,
        .standing = Standing::own,
        .unit = "baud",
        .range = {.least = 50, .most = 20'000'000},
        .documentation = "How fast that line is.",
        .get = [](const Settings& s) { return Value{std::int64_t{s.serial_midi.baudrate}}; },
        .set =
            [](Settings& s, const Value& v) {
              s.serial_midi.baudrate = static_cast<int>(std::get<std::int64_t>(v));
            },
    },
    Key{
        .path = "serialmidi.input",
        .kind = Kind::mappings,
        .standing = Standing::shared,
        .documentation = "What on the line moves x_1, x_2, ….",
        .get = [](const Settings& s) { return Value{mapping_texts(s.serial_midi.input)}; },
        .set = [](Settings& s, const Value& v) { s.serial_midi.input = mappings(v); },
    },
    Key{
        .path = "serialmidi.output",
        .kind = Kind::mappings,
        .standing = Standing::shared,
        .documentation = "What x_1, x_2, … are on the line.",
        .get = [](const Settings& s) { return Value{mapping_texts(s.serial_midi.output)}; },
        .set = [](Settings& s, const Value& v) { s.serial_midi.output = mappings(v); },
    },
    Key{
        .path = "serialmidi.follow_clock",
        .kind = Kind::boolean,
        .standing = Standing::own,
        .documentation = "As midi.follow_clock, of the clock that comes in on the line.",
        .get = [](const Settings& s) { return Value{s.serial_midi.follow_clock}; },
        .set = [](Settings& s, const Value& v) { s.serial_midi.follow_clock = std::get<bool>(v); },
    },

    Key{
        .path = "route.input",
        .kind = Kind::routes,
        .standing = Standing::own,
        .documentation =
            "Which of the performer's controls each of the model's is: its number, with the values "
            "of 0 and 1 to scale it or turn it over, or held. None: each its own.",
        .get = [](const Settings& s) { return Value{route_texts(s.route.input)}; },
        .set = [](Settings& s, const Value& v) { s.route.input = routes(v); },
    },
    Key{
        .path = "route.output",
        .kind = Kind::routes,
        .standing = Standing::own,
        .documentation =
            "Which of the model's controls each of the outputs' is, as above; one may go to "
            "several.",
        .get = [](const Settings& s) { return Value{route_texts(s.route.output)}; },
        .set = [](Settings& s, const Value& v) { s.route.output = routes(v); },
    },

    Key{
        .path = "limits.controls",
        .kind = Kind::limits,
        .standing = Standing::own,
        .documentation =
            "What the model keeps to with x_1, x_2, …, such as \"0.2 to 0.8\" or \"scale D dorian, "
            "sparse 0.5\": bounds, steps, a scale, a sigma temperature of its own, how often it "
            "moves, or held. None: \"\".",
        .get = [](const Settings& s) { return Value{s.limits.controls}; },
        .set = [](Settings& s,
                  const Value& v) { s.limits.controls = std::get<std::vector<std::string>>(v); },
    },
    Key{
        .path = "limits.dt",
        .kind = Kind::text,
        .standing = Standing::own,
        .documentation =
            "The same for the time between two of the model's frames, in seconds: \"0.1 to 2\", "
            "\"sigma 0.2\".",
        .get = [](const Settings& s) { return Value{s.limits.dt}; },
        .set = [](Settings& s, const Value& v) { s.limits.dt = text(v); },
    },

    Key{
        .path = "smoothing.kind",
        .kind = Kind::choice,
        .standing = Standing::own,
        .choices = kSmoothings,
        .documentation =
            "How outputs get from one of the model's frames to the next: at once, exponentially "
            "(one_pole), or at a steady rate (slew).",
        .get =
            [](const Settings& s) {
              return Value{std::string(kSmoothings[static_cast<std::size_t>(s.smoothing.kind)])};
            },
        .set =
            [](Settings& s, const Value& v) {
              const auto found = std::find(kSmoothings.begin(), kSmoothings.end(), text(v));
              s.smoothing.kind = static_cast<SmoothingSettings::Kind>(found - kSmoothings.begin());
            },
    },
    Key{
        .path = "smoothing.seconds",
        .kind = Kind::numbers,
        .standing = Standing::own,
        .unit = "seconds",
        .range = {.least = 0, .most = 60},
        .documentation =
            "By control, or one for all: the time constant (one_pole), or the time from 0 to 1 "
            "(slew); 0 is at once, as notes want it.",
        .get = [](const Settings& s) { return Value{s.smoothing.seconds}; },
        .set = [](Settings& s,
                  const Value& v) { s.smoothing.seconds = std::get<std::vector<double>>(v); },
    },
    Key{
        .path = "smoothing.rate",
        .kind = Kind::number,
        .standing = Standing::own,
        .unit = "frames a second",
        .range = {.least = 1, .most = 1000},
        .documentation = "How often outputs are sent a value on the way.",
        .get = [](const Settings& s) { return Value{s.smoothing.rate}; },
        .set = [](Settings& s, const Value& v) { s.smoothing.rate = std::get<double>(v); },
    },

    Key{
        .path = "log.enabled",
        .kind = Kind::boolean,
        .standing = Standing::own,
        .documentation = "Whether performances are logged.",
        .get = [](const Settings& s) { return Value{s.log.enabled}; },
        .set = [](Settings& s, const Value& v) { s.log.enabled = std::get<bool>(v); },
    },
    Key{
        .path = "log.performer",
        .kind = Kind::boolean,
        .standing = Standing::own,
        .documentation = "Whether the performer's frames are in the log.",
        .get = [](const Settings& s) { return Value{s.log.performer}; },
        .set = [](Settings& s, const Value& v) { s.log.performer = std::get<bool>(v); },
    },
    Key{
        .path = "log.predictions",
        .kind = Kind::boolean,
        .standing = Standing::own,
        .documentation = "Whether the model's frames are in the log.",
        .get = [](const Settings& s) { return Value{s.log.predictions}; },
        .set = [](Settings& s, const Value& v) { s.log.predictions = std::get<bool>(v); },
    },
    Key{
        .path = "log.folder",
        .kind = Kind::path,
        .standing = Standing::own,
        .documentation = "Where logs are kept, from where imps is started.",
        .get = [](const Settings& s) { return Value{to_utf8(s.log.folder)}; },
        .set = [](Settings& s, const Value& v) { s.log.folder = path_from_utf8(text(v)); },
    },
    Key{
        .path = "log.quota",
        .kind = Kind::size,
        .standing = Standing::own,
        .unit = "bytes",
        // Less than this is a forgotten unit: "500" for 500 MB.
        .range = {.least = 10'000, .most = static_cast<double>(kMostBytes)},
        .documentation = "What the log folder may grow to; it is said aloud before logging stops.",
        .example = "\"2 GB\"",
        .get =
            [](const Settings& s) {
              return s.log.quota_bytes ? Value{*s.log.quota_bytes} : Value{};
            },
        .set =
            [](Settings& s, const Value& v) {
              s.log.quota_bytes.reset();
              if (!none(v)) s.log.quota_bytes = std::get<std::uint64_t>(v);
            },
    },

    Key{
        .path = "web.enabled",
        .kind = Kind::boolean,
        .standing = Standing::own,
        .documentation = "Whether imps has its page, to be seen in a browser.",
        .get = [](const Settings& s) { return Value{s.web.enabled}; },
        .set = [](Settings& s, const Value& v) { s.web.enabled = std::get<bool>(v); },
    },
    Key{
        .path = "web.listen",
        .kind = Kind::listen,
        .standing = Standing::own,
        .documentation = "Where the page is. When the port is taken, imps plays on without it.",
        .get = [](const Settings& s) { return Value{to_text(s.web.listen)}; },
        .set = [](Settings& s,
                  const Value& v) { s.web.listen = endpoint(text(v), EndpointUse::listen); },
    },
    Key{
        .path = "web.share",
        .kind = Kind::boolean,
        .standing = Standing::own,
        .documentation = "Whether other machines may open the page, by a link with a token that "
                         "imps says when it starts. It listens on all addresses then.",
        .get = [](const Settings& s) { return Value{s.web.share}; },
        .set = [](Settings& s, const Value& v) { s.web.share = std::get<bool>(v); },
    },
    Key{
        .path = "web.certificate",
        .kind = Kind::path,
        .standing = Standing::own,
        .documentation =
            "A certificate, and those that vouch for it, as a PEM file, from where imps "
            "is started: the page is given over https then, to other machines only so.",
        .example = "\"stage.pem\"",
        .get =
            [](const Settings& s) {
              return s.web.certificate.empty() ? Value{} : Value{to_utf8(s.web.certificate)};
            },
        .set =
            [](Settings& s, const Value& v) {
              s.web.certificate = none(v) ? std::filesystem::path() : path_from_utf8(text(v));
            },
    },
    Key{
        .path = "web.certificate_key",
        .kind = Kind::path,
        .standing = Standing::own,
        .documentation =
            "The certificate's key, as a PEM file without a passphrase, when it is not "
            "in the certificate's own.",
        .example = "\"stage.key\"",
        .get =
            [](const Settings& s) {
              return s.web.certificate_key.empty() ? Value{}
                                                   : Value{to_utf8(s.web.certificate_key)};
            },
        .set =
            [](Settings& s, const Value& v) {
              s.web.certificate_key = none(v) ? std::filesystem::path() : path_from_utf8(text(v));
            },
    },

    Key{.path = "webui", .standing = Standing::no_effect, .documentation = kElsewhere},
};

}  // namespace

std::span<const Key> keys() noexcept { return kKeys; }

const Key* find_key(std::string_view path) noexcept {
  for (const Key& key : kKeys) {
    if (key.path == path) return &key;
  }
  return nullptr;
}

std::string_view section(const Key& key) noexcept {
  const std::size_t dot = key.path.find('.');
  return dot == std::string_view::npos ? std::string_view{} : key.path.substr(0, dot);
}

std::string_view leaf(const Key& key) noexcept {
  const std::size_t dot = key.path.find('.');
  return dot == std::string_view::npos ? key.path : key.path.substr(dot + 1);
}

std::vector<std::string> changes(const Settings& from, const Settings& to) {
  std::vector<std::string> changed;
  for (const Key& key : kKeys) {
    if (key.get != nullptr && !same(key.get(from), key.get(to))) changed.emplace_back(key.path);
  }
  return changed;
}

std::size_t mapped_controls(const Settings& settings) noexcept {
  std::size_t most = 0;
  if (settings.midi.enabled) {
    for (const auto& [name, list] : settings.midi.input)
      most = std::max(most, list.size());
  }
  if (settings.websocket.enabled) most = std::max(most, settings.websocket.input.size());
  if (settings.serial_midi.enabled) most = std::max(most, settings.serial_midi.input.size());
  for (const Route& route : settings.route.input)
    most = std::max(most, static_cast<std::size_t>(route.source));
  return most;
}

std::size_t model_controls(const Settings& settings) noexcept {
  return settings.route.input.empty() ? mapped_controls(settings) : settings.route.input.size();
}

OscSettings impsy_osc() {
  OscSettings osc;
  osc.listen = {"localhost", 6000};
  osc.outputs = {{"localhost", 6001}};
  osc.output_address = "/impsy";
  return osc;
}

}  // namespace imps
