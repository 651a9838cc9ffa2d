// Settings as TOML and as JSON, and back: every value bit for bit, for a replay depends on it.
#include <bit>
#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>
#include <rapidcheck/gtest.h>

#include "config/check.h"
#include "config/json.h"
#include "config/keys.h"
#include "config/read.h"
#include "config/text.h"
#include "config/write.h"

namespace imps {
namespace {

const Settings kDefaults;

using testing::HasSubstr;
using testing::IsEmpty;

/// Any double from 0 (or above) to `most`, all orders of magnitude, drawn by its bits.
rc::Gen<double> number(double least, double most) {
  return rc::gen::map(
      rc::gen::inRange(std::bit_cast<std::uint64_t>(least), std::bit_cast<std::uint64_t>(most) + 1),
      [](std::uint64_t bits) { return std::bit_cast<double>(bits); });
}

rc::Gen<std::string> text() {
  const auto piece = rc::gen::element<std::string>("a", "Z", " ", "\"", "\\", "'", "#", "=", "\n",
                                                   "\r\n", "\t", "\x01", "\x7f", "ä", "日", "🎹",
                                                   ".", "[", "]", "\"\"\"", std::string(1, '\0'));
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(piece),
                      [](const std::vector<std::string>& pieces) {
                        std::string out;
                        for (const std::string& p : pieces)
                          out += p;
                        return out.substr(0, 4000);
                      });
}

rc::Gen<std::string> path() {
  return rc::gen::map(text(), [](std::string out) {
    std::erase(out, '\0');
    return "p" + out;
  });
}

rc::Gen<Endpoint> endpoint() {
  return rc::gen::construct<Endpoint>(
      rc::gen::element<std::string>("localhost", "::1", "fe80::1%eth0", "10.1.2.3", "pi.local"),
      rc::gen::inRange<std::uint16_t>(1, 65535));
}

rc::Gen<std::vector<std::string>> names() {
  return rc::gen::resize(8, rc::gen::container<std::vector<std::string>>(
                                rc::gen::map(text(), [](const std::string& one) {
                                  return is_utf8(one.substr(0, 200)) ? one.substr(0, 200) : "a";
                                })));
}

rc::Gen<std::vector<MidiMapping>> mappings() {
  return rc::gen::resize(
      8, rc::gen::container<std::vector<MidiMapping>>(rc::gen::map(
             rc::gen::element<std::string>("none", "note_on 1", "note_on 2 100 36 96",
                                           "control_change 16 127 127 0", "pitch_bend 3",
                                           "nrpn 1 16383", "note_velocity 5", "program_change 9",
                                           "note_on 1 length 0.25 gate 2 curve 1.5"),
             [](const std::string& words) { return midi_mapping_from_text(words).value(); })));
}

/// Each name once, and short enough.
template <class Table>
void settle_names(Table& table) {
  std::size_t number = 0;
  for (auto& [name, list] : table)
    name = number++ == 0 && table.size() == 1 ? "" : "device " + std::to_string(number) + " ä\"";
  if (table.size() > 64) table.resize(64);
}

rc::Gen<DeviceMappings> device_mappings() {
  return rc::gen::map(
      rc::gen::resize(8, rc::gen::container<DeviceMappings>(rc::gen::pair(text(), mappings()))),
      [](DeviceMappings table) {
        settle_names(table);
        return table;
      });
}

rc::Gen<DeviceLights> device_lights() {
  const auto lights = rc::gen::container<std::vector<MidiLight>>(
      rc::gen::map(rc::gen::element<std::string>("none", "note 1 36", "note 16 127 1 0",
                                                 "control_change 11 1", "control_change 2 7 0 127"),
                   [](const std::string& words) { return midi_light_from_text(words).value(); }));
  return rc::gen::map(
      rc::gen::resize(8, rc::gen::container<DeviceLights>(rc::gen::pair(text(), lights))),
      [](DeviceLights table) {
        settle_names(table);
        return table;
      });
}

rc::Gen<std::vector<Route>> routes() {
  return rc::gen::resize(
      8, rc::gen::container<std::vector<Route>>(rc::gen::map(
             rc::gen::element<std::string>("1", "128", "3 1 0", "2 0.1 0.7", "hold", "hold 0.3"),
             [](const std::string& words) { return route_from_text(words).value(); })));
}

/// Routes and gates by controls that there are.
void settle_controls(Settings& s) {
  const auto controls =
      s.model.dimension ? *s.model.dimension - 1 : static_cast<int>(model_controls(s));
  if (controls == 0) return;
  for (Route& route : s.route.output)
    route.source = std::min(route.source, controls);
  const int outputs = s.route.output.empty() ? controls : static_cast<int>(s.route.output.size());
  const auto settle = [outputs](std::vector<MidiMapping>& list) {
    for (MidiMapping& mapping : list)
      mapping.gate = std::min(mapping.gate, outputs);
  };
  for (auto& [device, list] : s.midi.output)
    settle(list);
  settle(s.websocket.output);
  settle(s.serial_midi.output);
}

Settings any_settings() {
  constexpr double kMost = std::numeric_limits<double>::max();
  constexpr double kSmallest = std::numeric_limits<double>::denorm_min();
  Settings s;
  s.title = *text();
  s.owner = *text();
  s.description = *text();
  s.verbose = *rc::gen::arbitrary<bool>();
  s.instrument.name = *text();
  s.interaction.mode =
      *rc::gen::element(Mode::call_response, Mode::polyphony, Mode::battle, Mode::user_only);
  s.interaction.threshold = Seconds{*number(0, kMost)};
  s.interaction.input_thru = *rc::gen::arbitrary<bool>();
  s.interaction.start_now = *rc::gen::arbitrary<bool>();
  s.interaction.ahead = *rc::gen::arbitrary<bool>();
  for (const char* const text : {"note 1 36: pause", "pitch_bend 16: sigmatemp 0.5 0"}) {
    if (*rc::gen::arbitrary<bool>())
      s.interaction.bindings.push_back(midi_binding_from_text(text).value());
  }
  s.interaction.max_rest = Seconds{*number(0.001, kMost)};
  if (*rc::gen::arbitrary<bool>()) {
    s.interaction.seed = *rc::gen::inRange<std::uint64_t>(0, (std::uint64_t{1} << 53) + 1);
  }
  if (*rc::gen::arbitrary<bool>()) s.model.dimension = *rc::gen::inRange(2, 130);
  if (*rc::gen::arbitrary<bool>()) s.model.file = *path();
  if (*rc::gen::arbitrary<bool>()) {
    s.model.size = *rc::gen::element<std::string>("xxs", "xs", "s", "m", "l", "xl");
  }
  s.model.folder = *path();
  s.model.temperatures.sigma = *rc::gen::oneOf(number(0, kMost), rc::gen::element(0.0, -0.0, 0.1));
  s.model.temperatures.pi = *number(kSmallest, kMost);
  s.interaction.tempo = *number(0, 400);
  s.interaction.grid = *number(0.25, 24);
  s.interaction.snap = *number(0, 1);
  s.model.surprise = *number(0, 1);
  s.model.timescale = *number(kSmallest, 1000);
  s.osc.enabled = *rc::gen::arbitrary<bool>();
  s.osc.listen = *endpoint();
  s.osc.outputs = (*rc::gen::container<std::vector<Endpoint>>(endpoint()));
  if (s.osc.outputs.size() > 64) s.osc.outputs.resize(64);
  s.osc.input_address = *rc::gen::element<std::string>("/interface", "/a/b-c_d.9", "/!");
  s.osc.output_address = *rc::gen::element<std::string>("/prediction", "/impsy", "/x");
  s.midi.enabled = *rc::gen::arbitrary<bool>();
  s.midi.inputs = *names();
  s.midi.outputs = *names();
  s.midi.input = *device_mappings();
  s.midi.output = *device_mappings();
  s.midi.lights = *device_lights();
  s.midi.thru = *rc::gen::container<TextTable>(rc::gen::pair(text(), names()));
  settle_names(s.midi.thru);
  s.midi.echo_guard = *rc::gen::arbitrary<bool>();
  s.midi.echo_window = Seconds{*number(0, 10)};
  s.websocket.enabled = *rc::gen::arbitrary<bool>();
  s.websocket.listen = *endpoint();
  s.websocket.input = *mappings();
  s.websocket.output = *mappings();
  s.websocket.origins = *names();
  s.serial.port = *rc::gen::arbitrary<bool>() ? *path() : "";
  s.serial.enabled = !s.serial.port.empty() && *rc::gen::arbitrary<bool>();
  s.serial.baudrate = *rc::gen::inRange(50, 20'000'001);
  s.serial_midi.port = *path() + "!";
  // The same line for both is settled when read.
  s.serial_midi.enabled = s.serial_midi.port != s.serial.port && *rc::gen::arbitrary<bool>();
  s.serial_midi.baudrate = *rc::gen::inRange(50, 20'000'001);
  s.serial_midi.input = *mappings();
  s.serial_midi.output = *mappings();
  // On these predictions would sound early.
  if (s.midi.enabled || s.websocket.enabled || s.serial.enabled || s.serial_midi.enabled)
    s.interaction.ahead = false;
  s.midi.bytes_per_second = *number(0, 1e6);
  s.midi.follow_clock = *rc::gen::arbitrary<bool>();
  s.serial_midi.follow_clock = *rc::gen::arbitrary<bool>();
  s.interaction.remember_velocity = *rc::gen::arbitrary<bool>();
  s.route.input = *routes();
  s.route.output = *routes();
  s.smoothing.kind = s.interaction.ahead ? SmoothingSettings::Kind::none
                                         : *rc::gen::element(SmoothingSettings::Kind::none,
                                                             SmoothingSettings::Kind::one_pole,
                                                             SmoothingSettings::Kind::slew);
  s.smoothing.seconds.assign(*rc::gen::inRange<std::size_t>(1, 5), *number(0, 60));
  s.smoothing.rate = *number(1, 1000);
  if (*rc::gen::arbitrary<bool>()) {
    s.scenes.push_back(
        scene_from_lines("verse ä\"",
                         {"interaction.mode = \"battle\"", "model.sigmatemp = 0.25",
                          "midi.output = [\"note_on 1\"]", "route.output = [\"1 1 0\"]"})
            .value());
    s.scenes.push_back(scene_from_lines("2", {}).value());
  }
  s.log.enabled = *rc::gen::arbitrary<bool>();
  s.log.performer = *rc::gen::arbitrary<bool>();
  s.log.predictions = *rc::gen::arbitrary<bool>();
  s.log.folder = *path();
  if (*rc::gen::arbitrary<bool>()) {
    s.log.quota_bytes = *rc::gen::inRange<std::uint64_t>(10'000, (std::uint64_t{1} << 53) + 1);
  }
  if (s.model.dimension)
    s.route.input.resize(s.route.input.empty() ? 0
                                               : static_cast<std::size_t>(*s.model.dimension - 1));
  if (*rc::gen::arbitrary<bool>()) {
    s.instrument.controls.assign(static_cast<std::size_t>(s.model.dimension.value_or(6) - 1),
                                 "ä\"");
  }
  settle_controls(s);
  return s;
}

RC_GTEST_PROP(WrittenConfig, ReadsBackBitForBit, ()) {
  const Settings settings = any_settings();
  RC_ASSERT(check(settings).empty());
  const ConfigRead config = read_config(write_config(settings), "written.toml");
  for (const Diagnostic& error : config.errors)
    RC_LOG() << to_text(error) << '\n';
  RC_ASSERT(config.ok());
  // Drawn apart from each other: dimension and mappings, devices and their names.
  for (const Diagnostic& warning : config.warnings)
    RC_ASSERT(warning.what.find(" mappings, and dimension ") != std::string::npos ||
              warning.what.find("_device has not") != std::string::npos ||
              warning.what.find(" is never sent") != std::string::npos ||
              warning.what.find("smoothing plays every ") != std::string::npos ||
              warning.what.find("interaction.bindings: the message of ") != std::string::npos ||
              warning.what.find(" more that have no effect") != std::string::npos);
  RC_ASSERT(!config.impsy);
  for (const std::string& key : changes(settings, config.settings))
    RC_LOG() << key << " has changed\n";
  RC_ASSERT(changes(settings, config.settings).empty());
}

RC_GTEST_PROP(SettingsJson, ReadsBackBitForBit, ()) {
  const Settings settings = any_settings();
  const auto back = settings_from_json(settings_to_json(settings));
  if (!back) RC_LOG() << back.error().message << '\n';
  RC_ASSERT(back.has_value());
  RC_ASSERT(changes(settings, *back).empty());
}

TEST(SettingsJson, IsNestedByItsSections) {
  const auto json = nlohmann::json::parse(settings_to_json(kDefaults));
  EXPECT_EQ(json["interaction"]["mode"], "callresponse");
  EXPECT_EQ(json["interaction"]["threshold"], 0.1);
  EXPECT_TRUE(json["interaction"]["seed"].is_null());
  EXPECT_EQ(json["osc"]["outputs"], nlohmann::json({"localhost:5000"}));
  EXPECT_EQ(json["title"], "");
}

TEST(SettingsJson, IsWrittenWhateverTheSettingsHold) {
  Settings settings;
  settings.title = "\xff";
  settings.model.temperatures.pi = std::numeric_limits<double>::infinity();
  EXPECT_THAT(settings_to_json(settings), HasSubstr("\"pitemp\":null"));
}

TEST(SettingsJson, OfAnOlderImpsTakesDefaultsAndOfANewerOneIsRefused) {
  const auto older = settings_from_json(R"({"model": {"pitemp": 2}})");
  ASSERT_TRUE(older.has_value());
  EXPECT_THAT(changes(kDefaults, *older), testing::ElementsAre("model.pitemp"));
  const auto newer = settings_from_json(R"({"model": {"swing": 2}, "groove": {"x": 1}})");
  ASSERT_FALSE(newer.has_value());
  EXPECT_THAT(newer.error().message, HasSubstr("model.swing"));
  EXPECT_THAT(newer.error().message, HasSubstr("groove.x"));
}

TEST(WrittenConfig, ExplainsEveryKeyInLinesOfAHundredColumns) {
  const std::string text = write_config(kDefaults);
  for (const Key& key : keys()) {
    if (key.get == nullptr) continue;
    EXPECT_THAT(text, HasSubstr(std::string(leaf(key)) + " = "));
  }
  std::size_t start = 0;
  for (std::size_t end; (end = text.find('\n', start)) != std::string::npos; start = end + 1) {
    EXPECT_LE(end - start, 100u) << text.substr(start, end - start);
  }
}

TEST(WrittenConfig, OffersExamplesThatWorkWhenTheirMarkIsTakenAway) {
  std::string text = write_config(kDefaults);
  for (const Key& key : keys()) {
    if (key.example.empty()) continue;
    const std::string line = std::string(leaf(key)) + " = " + std::string(key.example) + "\n";
    const auto at = text.find("# " + line);
    ASSERT_NE(at, std::string::npos) << line;
    text.erase(at, 2);
  }
  const ConfigRead config = read_config(text, "x.toml");
  EXPECT_THAT(config.errors, IsEmpty());
  EXPECT_THAT(config.warnings, IsEmpty());
  EXPECT_THAT(
      changes(kDefaults, config.settings),
      testing::ElementsAre("scenes", "interaction.seed", "model.file", "model.dimension",
                           "model.size", "log.quota", "web.certificate", "web.certificate_key"));
}

}  // namespace
}  // namespace imps
