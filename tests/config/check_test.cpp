#include "config/check.h"

#include <cmath>
#include <limits>

#include <gmock/gmock.h>

#include "config/keys.h"

namespace imps {
namespace {

const Settings kDefaults;

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> faults(const Settings& settings) {
  std::vector<std::string> messages;
  for (const Error& error : check(settings))
    messages.push_back(error.message);
  return messages;
}

TEST(Check, FindsNothingWrongWithTheDefaults) { EXPECT_THAT(faults(kDefaults), IsEmpty()); }

TEST(Check, FindsWhatIsOutOfRangeFromAnySource) {
  Settings s;
  s.interaction.threshold = Seconds{-0.5};
  s.interaction.seed = std::numeric_limits<std::uint64_t>::max();
  s.model.dimension = -3;
  s.model.temperatures.pi = std::numeric_limits<double>::quiet_NaN();
  s.osc.outputs = {{"", 5000}};
  s.title = "\xff";
  s.model.folder = std::string("a\0b", 3);
  EXPECT_THAT(
      faults(s),
      ElementsAre("title is not UTF-8 (\"?\"): give a text of at most 4096 bytes",
                  "interaction.threshold is -0.5: give a number, 0 or more, in seconds",
                  "interaction.seed is 18446744073709551615: give a whole number from 0 to 2^53",
                  "model.dimension is -3: give a whole number from 2 to 129",
                  "model.folder holds a NUL: give a path of at most 4096 bytes",
                  "model.pitemp is nan: give a number above 0", HasSubstr("osc.outputs")));
}

TEST(Check, FindsControlsThatThereAreNot) {
  Settings s;
  s.model.dimension = 4;
  s.route.output = {{.source = 3}, {.source = 0}, {.source = 4}};
  s.midi.output = {{"Synth", {{.kind = MidiMapping::Kind::note, .gate = 3}}}};
  EXPECT_THAT(faults(s),
              ElementsAre("route.output takes control 4, and there are 3: give one from 1 to 3"));
  s.route.output = {{.source = 3}, {.source = 1}};
  EXPECT_THAT(
      faults(s),
      ElementsAre("midi.output has a gate by control 3, and there are 2: give one from 1 to 2"));
  s.route.output.clear();
  EXPECT_THAT(faults(s), IsEmpty());
  s.model.dimension.reset();
  s.route.output = {{.source = 99}};
  EXPECT_THAT(faults(s), IsEmpty()) << "how many there are is not known yet";
}

TEST(Check, HoldsTheRangesOfTheContractAtTheirEnds) {
  const auto with_timescale = [](double x) {
    Settings s;
    s.model.timescale = x;
    return faults(s).size();
  };
  EXPECT_EQ(with_timescale(1e-6), 0u);
  EXPECT_EQ(with_timescale(1000), 0u);
  EXPECT_EQ(with_timescale(0), 1u);
  EXPECT_EQ(with_timescale(std::nextafter(1000.0, 2000.0)), 1u);
  Settings zero;
  zero.interaction.threshold = Seconds{0};
  zero.model.temperatures.sigma = 0;
  EXPECT_THAT(faults(zero), IsEmpty());
}

TEST(Changes, NameTheKeysThatDiffer) {
  Settings from;
  Settings to = from;
  EXPECT_THAT(changes(from, to), IsEmpty());
  to.verbose = true;
  to.model.temperatures.sigma = 0.02;
  to.osc.outputs.push_back({"localhost", 9000});
  to.interaction.seed = 1;
  EXPECT_THAT(changes(from, to),
              ElementsAre("verbose", "interaction.seed", "model.sigmatemp", "osc.outputs"));
}

TEST(KeyTable, NamesEveryFieldOfSettings) {
  // A new field breaks these lines: give it a row in keys.cpp and count it here.
  const Settings s;
  [[maybe_unused]] const auto& [title, owner, description, verbose, scenes, instrument, interaction,
                                model, osc, midi, websocket, serial, serial_midi, route, limits,
                                smoothing, log, web] = s;
  [[maybe_unused]] const auto& [name, controls] = instrument;
  [[maybe_unused]] const auto& [mode, threshold, thru, start, ahead, rest, shared, release, glide,
                                tempo, grid, snap, pick_up, bindings, velocity, seed] = interaction;
  [[maybe_unused]] const auto& [dimension, file, size, folder, temperatures, surprise, timescale] =
      model;
  [[maybe_unused]] const auto& [sigma, pi] = temperatures;
  [[maybe_unused]] const auto& [osc_enabled, listen, outputs, in, out] = osc;
  [[maybe_unused]] const auto& [midi_enabled, midi_api, midi_inputs, midi_outputs, midi_input,
                                midi_output, midi_lights, midi_thru, echo_guard, echo_window,
                                midi_clock, pace] = midi;
  [[maybe_unused]] const auto& [websocket_enabled, websocket_listen, websocket_input,
                                websocket_output, origins] = websocket;
  [[maybe_unused]] const auto& [serial_enabled, serial_port, serial_speed] = serial;
  [[maybe_unused]] const auto& [serial_midi_enabled, serial_midi_port, serial_midi_speed,
                                serial_midi_input, serial_midi_output, serial_midi_clock] =
      serial_midi;
  [[maybe_unused]] const auto& [log_enabled, performer, predictions, log_folder, quota] = log;
  [[maybe_unused]] const auto& [web_enabled, web_listen, share, certificate, certificate_key] = web;
  [[maybe_unused]] const auto& [route_input, route_output] = route;
  [[maybe_unused]] const auto& [limit_of_dt, limits_of_controls] = limits;
  [[maybe_unused]] const auto& [kind, seconds, rate] = smoothing;
  constexpr int kFields = 5 + 2 + 16 + (6 + 2) + 5 + 12 + 5 + 3 + 6 + 2 + 2 + 5 + 5 + 3;
  int own = 0;
  for (const Key& key : keys())
    own += key.get != nullptr ? 1 : 0;
  EXPECT_EQ(own, kFields);
}

TEST(KeyTable, IsConsistent) {
  for (const Key& key : keys()) {
    EXPECT_EQ(find_key(key.path), &key) << key.path;
    EXPECT_THAT(std::string(key.documentation), testing::EndsWith(".")) << key.path;
    if (key.standing == Key::Standing::no_effect) continue;
    EXPECT_NE(key.set, nullptr) << key.path;
    EXPECT_FALSE(accepts(key).empty()) << key.path;
    EXPECT_EQ(key.get == nullptr, key.standing == Key::Standing::impsy) << key.path;
    if (key.standing == Key::Standing::impsy) {
      ASSERT_NE(find_key(key.same_as), nullptr) << key.path;
      EXPECT_NE(find_key(key.same_as)->get, nullptr) << key.path;
    } else {
      EXPECT_NE(default_text(key).empty(), key.example.empty()) << key.path;
    }
  }
}

}  // namespace
}  // namespace imps
