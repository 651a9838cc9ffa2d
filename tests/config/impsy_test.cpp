#include <gmock/gmock.h>

#include "config/read.h"

namespace imps {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

ConfigRead read(std::string_view toml) { return read_config(toml, "config.toml"); }

std::vector<std::string> texts(const std::vector<Diagnostic>& diagnostics) {
  std::vector<std::string> out;
  for (const Diagnostic& diagnostic : diagnostics)
    out.push_back(to_text(diagnostic));
  return out;
}

// Every section and key that IMPSY 1.2 reads.
constexpr std::string_view kWhole = R"(title = "A file of IMPSY"
owner = "Ada"
description = "everything at once"
log_input = true
log_predictions = false
verbose = true
[interaction]
mode = "polyphony"
threshold = 0.2
input_thru = true
[model]
dimension = 3
file = "models/musicMDRNN-dim3-layers2-units64-mixtures5-scale10.tflite"
size = "s"
sigmatemp = 0.02
pitemp = 1
timescale = 2
[midi]
in_device = ["Keys"]
out_device = ["Synth"]
feedback_protection = true
feedback_threshold = 0.02
input."Keys" = [["note_on", 1], ["control_change", 1, 2, 0, 100]]
output."Synth" = [["note_velocity", 1], ["pitch_bend", 1]]
thru_matrix."Keys" = ["Synth"]
[websocket]
server_ip = "0.0.0.0"
server_port = 5001
input = []
output = []
[osc]
server_ip = "localhost"
server_port = 6100
client_ip = "10.0.0.5"
client_port = 6200
[serial]
port = "/dev/ttyAMA0"
baudrate = 115200
[serialmidi]
port = "/dev/ttyAMA0"
input = []
output = []
[webui]
monitor_port = 4001
command_port = 4002
)";

TEST(ImpsyConfig, RunsUnchanged) {
  const ConfigRead config = read(kWhole);
  EXPECT_THAT(texts(config.errors), IsEmpty());
  EXPECT_TRUE(config.impsy);
  const Settings& s = config.settings;
  EXPECT_EQ(s.title, "A file of IMPSY");
  EXPECT_TRUE(s.verbose);
  EXPECT_TRUE(s.log.performer);
  EXPECT_FALSE(s.log.predictions);
  EXPECT_EQ(s.interaction.mode, Mode::polyphony);
  EXPECT_EQ(s.interaction.threshold, Seconds{0.2});
  EXPECT_TRUE(s.interaction.input_thru);
  EXPECT_EQ(s.model.dimension, 3);
  EXPECT_EQ(s.model.temperatures.pi, 1.0);
  EXPECT_EQ(s.model.timescale, 2.0);
  EXPECT_EQ(s.osc.listen, (Endpoint{"localhost", 6100}));
  EXPECT_THAT(s.osc.outputs, ElementsAre(Endpoint{"10.0.0.5", 6200}));
  EXPECT_EQ(s.osc.input_address, "/interface");
  EXPECT_EQ(s.osc.output_address, "/impsy");
}

TEST(ImpsyConfig, SaysWhatIsUnderstoodOtherwiseThanItStandsThere) {
  const ConfigRead config = read(kWhole);
  EXPECT_THAT(
      texts(config.warnings),
      ElementsAre(HasSubstr("27:13: websocket.server_ip \"0.0.0.0\" opens imps to every network"),
                  "config.toml:40:8: [serial] and [serialmidi] have the same line: it speaks MIDI; "
                  "leave one of the two out",
                  "config.toml:43:2: [webui] has no effect: where the page is, [web] says: "
                  "leave it, or take it out"));
}

TEST(ImpsyConfig, TurnsOnTheInterfacesThatItHasSectionsOf) {
  const Settings s = read(kWhole).settings;
  EXPECT_TRUE(s.midi.enabled);
  EXPECT_THAT(s.midi.inputs, ElementsAre("Keys"));
  EXPECT_THAT(s.midi.outputs, ElementsAre("Synth"));
  EXPECT_TRUE(s.midi.echo_guard);
  ASSERT_EQ(s.midi.input.size(), 1U);
  EXPECT_EQ(s.midi.input[0].first, "Keys");
  EXPECT_THAT(
      s.midi.input[0].second,
      ElementsAre(
          MidiMapping{.kind = MidiMapping::Kind::note},
          MidiMapping{
              .kind = MidiMapping::Kind::control_change, .number = 2, .least = 0, .most = 100}));
  ASSERT_EQ(s.midi.output.size(), 1U);
  EXPECT_EQ(s.midi.output[0].second[1].kind, MidiMapping::Kind::pitch_bend);
  ASSERT_EQ(s.midi.thru.size(), 1U);
  EXPECT_THAT(s.midi.thru[0].second, ElementsAre("Synth"));
  EXPECT_TRUE(s.websocket.enabled);
  EXPECT_EQ(s.websocket.listen, (Endpoint{"0.0.0.0", 5001}));
  EXPECT_FALSE(s.serial.enabled) << "its line speaks MIDI";
  EXPECT_TRUE(s.serial_midi.enabled);
  EXPECT_EQ(s.serial_midi.port, "/dev/ttyAMA0");
  EXPECT_EQ(s.serial_midi.baudrate, 31'250);

  const Settings none = read("title = \"no interface\"").settings;
  EXPECT_FALSE(none.midi.enabled || none.websocket.enabled || none.serial.enabled ||
               none.serial_midi.enabled);
  EXPECT_FALSE(read("[serial]\nenabled = false\nport = \"/dev/ttyUSB0\"").settings.serial.enabled);
}

TEST(ImpsyConfig, ReadsMappingsInEveryForm) {
  const auto input = [](const std::string& list) {
    return read("[websocket]\ninput = " + list).settings.websocket.input;
  };
  const MidiMapping knob{.kind = MidiMapping::Kind::control_change, .channel = 11, .number = 1};
  EXPECT_THAT(input("[[\"control_change\", 11, 1]]"), ElementsAre(knob));
  EXPECT_THAT(input("[\"control_change 11 1\"]"), ElementsAre(knob));
  EXPECT_THAT(input("[[\"control_change 11\", 1], [\"control_change\", \"11 1\"]]"),
              ElementsAre(knob, knob));
  EXPECT_EQ(read("[midi]\ninput = [[\"control_change\", 11, 1]]").settings.midi.input,
            (DeviceMappings{{"", {knob}}}));
  EXPECT_EQ(read("[midi]\nin_device = \"X\"\ninput.\"Z\" = []\ninput.A = [\"control_change 11 1\"]")
                .settings.midi.input,
            (DeviceMappings{{"Z", {}}, {"A", {knob}}}))
      << "in the file's order";
}

TEST(ImpsyConfig, PointsAtTheMappingThatIsWrong) {
  const auto complaint = [](const std::string& toml) {
    const auto errors = texts(read(toml).errors);
    return errors.size() == 1 ? errors[0] : std::to_string(errors.size()) + " errors";
  };
  EXPECT_THAT(complaint("[websocket]\ninput = [\n  [\"note_on\", 1],\n  [\"note_om\", 1],\n]"),
              HasSubstr("config.toml:4:3: websocket.input: \"note_om 1\" is no mapping (did "
                        "you mean 'note_on'?)"));
  EXPECT_THAT(complaint("[midi]\noutput.Synth = [[\"note_on\", 17]]"),
              HasSubstr("config.toml:2:17: midi.output: \"note_on 17\" has no channel"));
  EXPECT_THAT(complaint("[serialmidi]\nport = \"x\"\ninput = [[\"note_on\", 1.5]]"),
              HasSubstr("config.toml:3:22: serialmidi.input: part 2 of a mapping is 1.5: give a "
                        "whole number, as in [\"control_change\", 1, 7]"));
  EXPECT_THAT(
      complaint("[websocket]\ninput = [[[\"note_on\"], 1]]"),
      HasSubstr("config.toml:2:11: websocket.input: part 1 of a mapping is a list: give the "
                "kind of message, as in"));
  EXPECT_THAT(complaint("[websocket]\ninput = [true]"),
              HasSubstr("config.toml:2:10: websocket.input holds true: give a mapping such as"));
  EXPECT_THAT(complaint("[midi]\ninput = 3"), HasSubstr("midi.input is 3"));
}

TEST(ImpsyConfig, ReadsMappingsAsImpsyDoes) {
  const auto config = [](const std::string& list) { return read("[websocket]\ninput = " + list); };
  const MidiMapping knob{.kind = MidiMapping::Kind::control_change, .number = 7, .least = 64};
  EXPECT_THAT(config("[[\"control_change\", 1, 7, 64]]").settings.websocket.input,
              ElementsAre(knob))
      << "a least value alone";
  EXPECT_THAT(config("[[\"control_change\", 1.0, 7.0, 64, 127.0]]").settings.websocket.input,
              ElementsAre(knob))
      << "whole numbers with a point";
  EXPECT_FALSE(config("[[\"note_on\", 1.5]]").ok());
  const ConfigRead spare = config(
      "[[\"control_change\", 1, 7, 64, 127, \"cutoff\"], [\"note_velocity\", 1, 5], "
      "[\"pitch_bend\", 1, 5]]");
  EXPECT_THAT(texts(spare.errors), IsEmpty());
  EXPECT_THAT(spare.settings.websocket.input,
              ElementsAre(knob, MidiMapping{.kind = MidiMapping::Kind::velocity},
                          MidiMapping{.kind = MidiMapping::Kind::pitch_bend, .most = 16'383}));
  EXPECT_THAT(texts(spare.warnings),
              ElementsAre("config.toml:2:44: websocket.input: the parts of the mapping from "
                          "\"cutoff\" on have no effect, as in IMPSY: take them out",
                          HasSubstr("2:76: websocket.input: the parts of the mapping from 5 on"),
                          HasSubstr("websocket.input: the parts of the mapping from 5 on")));
}

TEST(ImpsyConfig, TakesTheOwnerBesideTheOlderName) {
  const ConfigRead config = read("name = \"Bob\"\nowner = \"Ada\"\n");
  EXPECT_TRUE(config.ok());
  EXPECT_EQ(config.settings.owner, "Ada");
  EXPECT_THAT(texts(config.warnings),
              ElementsAre("config.toml:1:1: name has no effect beside owner (line 2): leave it, or "
                          "take it out"));
}

TEST(ImpsyConfig, WarnsOfMappingsThatDoNotFitTheDimension) {
  EXPECT_THAT(texts(read("[model]\ndimension = 3\n[websocket]\noutput = [\"note_on 1\"]").warnings),
              ElementsAre(HasSubstr("4:10: websocket.output has 1 mappings, and dimension 3 has 2 "
                                    "controls")));
}

TEST(ImpsyConfig, FillsAbsentOscKeysFromImpsysAddresses) {
  const ConfigRead config = read("[osc]\nclient_ip = \"synth.local\"\n");
  EXPECT_TRUE(config.impsy);
  EXPECT_EQ(config.settings.osc.listen, (Endpoint{"localhost", 6000}));
  EXPECT_THAT(config.settings.osc.outputs, ElementsAre(Endpoint{"synth.local", 6001}));
  EXPECT_EQ(config.settings.osc.output_address, "/impsy");
}

TEST(ImpsyConfig, WithoutAnOscSectionIsHeardWhereImpsAlwaysIs) {
  const ConfigRead config = read("log_input = true\n[midi]\nin_device = \"Keys\"\n");
  EXPECT_TRUE(config.impsy);
  EXPECT_EQ(config.settings.osc.listen, (Endpoint{"localhost", 5001}));
  EXPECT_EQ(config.settings.osc.output_address, "/prediction");
  EXPECT_THAT(texts(config.warnings), IsEmpty());
}

TEST(ImpsyConfig, OpensToTheNetworkWhenTheFileSaysSoAndWarns) {
  const ConfigRead config = read("[osc]\nserver_ip = \"0.0.0.0\"\nserver_port = 6000\n");
  EXPECT_TRUE(config.ok());
  EXPECT_EQ(config.settings.osc.listen, (Endpoint{"0.0.0.0", 6000}));
  EXPECT_THAT(texts(config.warnings),
              ElementsAre("config.toml:2:13: osc.server_ip \"0.0.0.0\" opens imps to every network "
                          "that this machine is in: write \"localhost\" if all that plays with it "
                          "runs on this machine"));
}

TEST(ImpsyConfig, NeverOpensToTheNetworkUnasked) {
  EXPECT_EQ(read("[osc]\nserver_port = 6000\n").settings.osc.listen.host, "localhost");
  EXPECT_EQ(read("[osc]\nserver_ip = \"\"\n").settings.osc.listen.host, "localhost");
}

TEST(ImpsyConfig, SendsToThisMachineWhenItsClientIsEveryNetwork) {
  for (const std::string host : {"0.0.0.0", "::", "[::]"}) {
    const ConfigRead config = read("[osc]\nclient_ip = \"" + host + "\"\n");
    EXPECT_TRUE(config.ok()) << host;
    EXPECT_THAT(config.settings.osc.outputs, ElementsAre(Endpoint{"localhost", 6001})) << host;
    EXPECT_THAT(texts(config.warnings), ElementsAre(HasSubstr("no place to send to"))) << host;
  }
  const ConfigRead empty = read("[osc]\nclient_ip = \"\"\n");
  EXPECT_THAT(empty.settings.osc.outputs, ElementsAre(Endpoint{"localhost", 6001}));
}

TEST(ImpsyConfig, TakesAddressesOfVersionSixWithAndWithoutBrackets) {
  EXPECT_EQ(read("osc.server_ip = \"::1\"").settings.osc.listen, (Endpoint{"::1", 6000}));
  EXPECT_EQ(read("osc.server_ip = \"[::1]\"").settings.osc.listen, (Endpoint{"::1", 6000}));
}

TEST(ImpsyConfig, RefusesImpossibleValuesWhereImpsyWouldFailLater) {
  const ConfigRead config = read(R"(log_input = 1
[osc]
server_ip = "not a host"
server_port = 70000
client_ip = 5
client_port = "6001"
)");
  EXPECT_THAT(
      texts(config.errors),
      ElementsAre("config.toml:1:13: log_input is 1: give true or false",
                  "config.toml:3:13: osc.server_ip is \"not a host\": give a host name or an "
                  "address",
                  "config.toml:4:15: osc.server_port is 70000: give a whole number from 1 to 65535",
                  "config.toml:5:13: osc.client_ip is 5: give a host name or an address",
                  "config.toml:6:15: osc.client_port is \"6001\": give a whole number from 1 to "
                  "65535"));
}

TEST(ImpsyConfig, ReadsTheKeysOfOlderFiles) {
  const ConfigRead config = read("name = \"Ada\"\nlog = false\n");
  EXPECT_TRUE(config.ok());
  EXPECT_TRUE(config.impsy);
  EXPECT_EQ(config.settings.owner, "Ada");
  EXPECT_FALSE(config.settings.log.performer);
  EXPECT_THAT(config.understood, ElementsAre("name", "log"));
}

TEST(ImpsyConfig, RefusesTwoWordsForOneThing) {
  EXPECT_THAT(texts(read("log_input = true\n[log]\nperformer = false\n").errors),
              ElementsAre("config.toml:1:1: log_input and log.performer say the same: keep "
                          "log.performer (line 3)"));
  EXPECT_THAT(texts(read("[osc]\nlisten = \"5001\"\nserver_port = 6000\n").errors),
              ElementsAre(HasSubstr("osc.server_port and osc.listen say the same")));
}

TEST(ImpsyConfig, LetsImpssKeysSpeakBesideImpsys) {
  const ConfigRead config = read(
      "[osc]\noutput_address = \"/prediction\"\nserver_port = 6000\ninput_address = \"/in\"\n");
  EXPECT_TRUE(config.ok());
  EXPECT_EQ(config.settings.osc.output_address, "/prediction");
  EXPECT_EQ(config.settings.osc.input_address, "/in");
  EXPECT_EQ(config.settings.osc.listen.port, 6000);
}

}  // namespace
}  // namespace imps
