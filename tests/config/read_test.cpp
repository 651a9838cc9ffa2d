#include "config/read.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>

namespace imps {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

ConfigRead read(std::string_view toml) { return read_config(toml, "imps.toml"); }

std::vector<std::string> texts(const std::vector<Diagnostic>& diagnostics) {
  std::vector<std::string> out;
  for (const Diagnostic& diagnostic : diagnostics)
    out.push_back(to_text(diagnostic));
  return out;
}

TEST(ReadConfig, TakesScenesInTheOrderOfTheFile) {
  const ConfigRead config = read(R"(
[scenes.verse]
interaction.mode = "polyphony"
midi.output = [["note_on", 1], "control_change 1 7"]

[scenes.chorus.interaction]
mode = "battle"
threshold = 1
[scenes.chorus.model]
sigmatemp = 0.2
file = "models/loud.keras"
[scenes.chorus.route]
output = [2, "1 1 0"]
)");
  EXPECT_THAT(texts(config.errors), IsEmpty());
  ASSERT_THAT(config.settings.scenes, SizeIs(2));
  EXPECT_EQ(config.settings.scenes[0].name, "verse");
  Settings chorus = config.settings;
  apply(config.settings.scenes[1], chorus);
  EXPECT_EQ(chorus.interaction.mode, Mode::battle);
  EXPECT_EQ(chorus.interaction.threshold, Seconds{1});
  EXPECT_EQ(chorus.model.file, "models/loud.keras");
  EXPECT_EQ(chorus.route.output[1], (Route{.source = 1, .least = 1, .most = 0}));
  Settings verse = config.settings;
  apply(config.settings.scenes[0], verse);
  EXPECT_THAT(verse.midi.output[0].second, SizeIs(2));
  EXPECT_EQ(verse.model.temperatures.sigma, config.settings.model.temperatures.sigma);
}

TEST(ReadConfig, WarnsOfABindingToASceneThatIsNotThere) {
  const ConfigRead read = read_config(
      "[interaction]\nbindings = [\"note 1 1: scene strom\", \"note 1 2: scene next\",\n"
      "  \"note 1 3: scene storm\"]\n[scenes.storm]\ninteraction.mode = \"battle\"\n",
      "imps.toml");
  ASSERT_TRUE(read.ok());
  ASSERT_EQ(read.warnings.size(), 1U);
  EXPECT_THAT(
      to_text(read.warnings[0]),
      HasSubstr("imps.toml:2:13: interaction.bindings: there is no scene \"strom\" (did you "
                "mean 'storm'?)"));
}

TEST(ReadConfig, WarnsOfAControllerThatIsBoundAndMapped) {
  const ConfigRead read = read_config(
      "[interaction]\nbindings = [\"control_change 1 20: mark x\", \"control_change 1 21: "
      "panic\"]\n"
      "[midi]\nin_device = \"a\"\ninput = [\"control_change 1 20\"]\n",
      "imps.toml");
  ASSERT_EQ(read.warnings.size(), 1U);
  EXPECT_THAT(
      to_text(read.warnings[0]),
      HasSubstr(
          "imps.toml:2:13: interaction.bindings: the message of \"control_change 1 20: mark x\" "
          "is in midi.input, too"));
}

TEST(ReadConfig, WarnsOfAParameterThatIsBoundAndMapped) {
  const ConfigRead read = read_config(
      "[interaction]\nbindings = [\"nrpn 1 300: panic\", \"nrpn 1 301: panic\", \"pitch_bend 2: "
      "mute\", \"control_change 1 34: mute\"]\n"
      "[websocket]\ninput = [\"nrpn 1 300\", \"pitch_bend 1\", \"control_change_fine 1 2\"]\n",
      "imps.toml");
  EXPECT_THAT(texts(read.warnings),
              ElementsAre(HasSubstr("\"nrpn 1 300: panic\" is in websocket.input, too"),
                          HasSubstr("\"control_change 1 34: mute\" is in websocket.input, too")));
}

TEST(ReadConfig, WarnsOfWhatIsBoundAndMappedInASceneOrSetsAMappedParameter) {
  EXPECT_THAT(
      texts(read("[interaction]\nbindings = [\"control_change 2 5: pause\"]\n"
                 "[scenes.x]\nmidi.input = [\"control_change 2 5\"]\n")
                .warnings),
      ElementsAre(HasSubstr("\"control_change 2 5: pause\" is in scenes.x.midi.input, too")));
  EXPECT_THAT(texts(read("[interaction]\nbindings = [\"control_change 1 38: pause\"]\n"
                         "[websocket]\ninput = [\"nrpn 1 300\"]\n")
                        .warnings),
              ElementsAre(HasSubstr("\"control_change 1 38: pause\" is in websocket.input, too")));
}

TEST(ReadConfig, WarnsOfNotesThatWouldGlide) {
  const auto warned = [](const std::string& smoothing) {
    return texts(read("[midi]\nout_device = \"a\"\noutput = [\"control_change 1 1\", "
                      "\"note_on 1\"]\n[smoothing]\n" +
                      smoothing)
                     .warnings);
  };
  EXPECT_THAT(
      warned("kind = \"slew\""),
      ElementsAre(HasSubstr("5:8: smoothing plays every note on the way of control 2, which "
                            "is \"note_on 1\" in midi.output: give smoothing.seconds by "
                            "control, and 0 for control 2")));
  EXPECT_THAT(warned("kind = \"slew\"\nseconds = [0.1, 0.2]"), SizeIs(1));
  EXPECT_THAT(warned("kind = \"slew\"\nseconds = [0.1, 0]"), IsEmpty());
  EXPECT_THAT(warned("kind = \"slew\"\nseconds = [0.1]"), SizeIs(1));
  EXPECT_THAT(warned("seconds = [0.1]"), IsEmpty()) << "nothing is smoothed";
  // The model's second control goes to the first output, and glides or not.
  EXPECT_THAT(warned("kind = \"slew\"\nseconds = [0, 0.1]\n[route]\noutput = [2, 1]"), IsEmpty());
  EXPECT_THAT(warned("kind = \"slew\"\nseconds = [0.1, 0]\n[route]\noutput = [2, 1]"),
              ElementsAre(HasSubstr("of control 1, which is \"note_on 1\"")));
  EXPECT_THAT(warned("kind = \"slew\"\n[route]\noutput = [1, \"hold 0.5\"]"), IsEmpty());
  EXPECT_THAT(warned("seconds = [0.1]\n[scenes.soft]\nsmoothing.kind = \"slew\""),
              ElementsAre(HasSubstr("scene \"soft\": smoothing plays every note")));
}

TEST(ReadConfig, PointsAtWhatIsWrongInAScene) {
  const ConfigRead config = read(R"(
[scenes.verse]
interaction.moode = "battle"
log.folder = "x"
model.sigmatemp = -1
mode = "battle"
[scenes]
chorus = 3
)");
  EXPECT_THAT(
      texts(config.errors),
      ElementsAre(HasSubstr("3:13: interaction.moode is no key that a scene changes (did you mean "
                            "'interaction.mode'?)"),
                  HasSubstr("4:5: log.folder is no key that a scene changes: give keys such as"),
                  HasSubstr("5:19: model.sigmatemp is -1.0: give a number, 0 or more"),
                  HasSubstr("6:1: mode is no section of a scene"),
                  HasSubstr("8:1: scenes.chorus is 3: write a section")));
}

TEST(ReadConfig, RefusesScenesWithNamesThatMeanSomethingElse) {
  EXPECT_THAT(texts(read("[scenes.next]\nmodel.pitemp = 1").errors),
              ElementsAre(HasSubstr("\"next\", which is no name for a scene")));
}

TEST(ReadConfig, TakesRoutesAndSmoothing) {
  const ConfigRead config = read(R"(
[route]
input = [2, "1 1 0", "hold 0.5"]
[smoothing]
kind = "slew"
seconds = 0.2
rate = 50
)");
  EXPECT_THAT(texts(config.errors), IsEmpty());
  EXPECT_EQ(config.settings.route.input[2], (Route{.source = 0, .held = 0.5}));
  EXPECT_THAT(config.settings.smoothing.seconds, ElementsAre(0.2));
  EXPECT_EQ(model_controls(config.settings), 3U);
  EXPECT_EQ(mapped_controls(config.settings), 2U);
  EXPECT_THAT(
      texts(read("[route]\ninput = [0]\noutput = [\"1 2 3\"]\n[smoothing]\nseconds = [-1]").errors),
      ElementsAre(HasSubstr("2:10: route.input: \"0\" begins with no control"),
                  HasSubstr("3:11: route.output: \"1 2 3\" has no range"),
                  HasSubstr("5:12: smoothing.seconds holds -1")));
}

TEST(ReadConfig, TellsEveryElementOfAListThatIsWrong) {
  EXPECT_THAT(
      texts(read(R"(
[interaction]
bindings = ["nite 1 36: pause", "note 1 36: pause",
            "note 1 37: pasue", 7]
pick_up = [0, 1, 200]
[midi]
input = ["control_chnge 1 3", "control_change 1 4", "note_on 77"]
output.A = ["note_on 1", "pich_bend 1"]
output.B = [["note_on", 17]]
in_device = ["A", 2]
[osc]
outputs = ["5000", "localhost:0", "nowhere"]
[route]
input = ["hod 0.5", 1, "2 3"]
[limits]
controls = ["", "spare 0.5", "0.8 to 0.2"]
)")
                .errors),
      ElementsAre(
          AllOf(StartsWith("imps.toml:3:13: interaction.bindings: \"nite 1 36: pause\" begins with "
                           "no message (did you mean 'note'?): give a message and a command"),
                Not(HasSubstr("a list of"))),
          StartsWith("imps.toml:4:13: interaction.bindings: \"note 1 37: pasue\" 'pasue' is not a "
                     "command (did you mean 'pause'?): give"),
          StartsWith("imps.toml:4:33: interaction.bindings holds 7: give a list of"),
          StartsWith("imps.toml:5:12: interaction.pick_up holds 0: give"),
          StartsWith("imps.toml:5:18: interaction.pick_up holds 200: give"),
          "imps.toml:7:10: midi.input: \"control_chnge 1 3\" is no mapping (did you mean "
          "'control_change'?): give such as \"note_on 1\" or \"control_change 1 7\"",
          "imps.toml:7:53: midi.input: \"note_on 77\" has no channel: give one from 1 to 16 after "
          "note_on",
          StartsWith("imps.toml:8:26: midi.output: \"pich_bend 1\" is no mapping (did you mean "
                     "'pitch_bend'?)"),
          StartsWith("imps.toml:9:13: midi.output: \"note_on 17\" has no channel"),
          StartsWith("imps.toml:10:19: midi.in_device holds 2: give"),
          StartsWith("imps.toml:12:20: osc.outputs holds \"localhost:0\", which has port 0"),
          StartsWith("imps.toml:12:35: osc.outputs holds \"nowhere\", which has no port"),
          StartsWith(
              "imps.toml:14:10: route.input: \"hod 0.5\" begins with no control (did you mean "
              "'hold'?): give"),
          StartsWith("imps.toml:14:24: route.input: \"2 3\" has no range"),
          StartsWith("imps.toml:16:17: limits.controls: \"spare 0.5\" is no limit (did you mean "
                     "'sparse'?): give"),
          StartsWith("imps.toml:16:30: limits.controls: \"0.8 to 0.2\" takes two numbers from 0 to "
                     "1, rising: give")));
}

TEST(ReadConfig, WantsALineWhereASerialInterfaceIsInUse) {
  EXPECT_THAT(
      texts(read("title = \"x\"\n[serial]\nbaudrate = 9600\nenabled = true").errors),
      ElementsAre("imps.toml:3:1: [serial] is in use, and serial.port is not given: give the "
                  "path of a serial line, or \"usb:VENDOR:PRODUCT\" with the numbers that "
                  "'imps ports' lists"));
  EXPECT_THAT(
      texts(read("[serialmidi]\ninput = [\"note_on 1\"]").errors),
      ElementsAre(HasSubstr("2:1: [serialmidi] is in use, and serialmidi.port is not given")));
  EXPECT_TRUE(read("[serial]\nport = \"/dev/x\"\n[serialmidi]\ninput = [\"note_on 1\"]").ok());
  EXPECT_TRUE(read("[serial]\nenabled = false").ok());
}

TEST(ReadConfig, RefusesUsbNumbersThatNoDeviceHas) {
  for (const std::string port :
       {"usb:zz:1", "usb:", "usb:0d28:020", "usb:0d28-0204", "usb:0d28:0204 "})
    EXPECT_THAT(texts(read("[serial]\nport = \"" + port + "\"").errors),
                ElementsAre(HasSubstr("2:8: serial.port is \"" + port +
                                      "\": give a serial line: a path, "
                                      "or \"usb:VENDOR:PRODUCT\"")));
  EXPECT_TRUE(read("[serialmidi]\nport = \"usb:0D28:0204\"").ok());
}

TEST(ReadConfig, WarnsOfDevicesThatAreNotAmongTheSections) {
  EXPECT_THAT(
      texts(read(R"([midi]
in_device = ["Keys", "Pads"]
out_device = "Synth"
input."Kyes" = ["note_on 1"]
input."Pads" = ["note_on 1"]
output."zz" = ["note_on 1"]
[midi.thru_matrix]
"z" = ["Synth", "Snyth"]
"" = "Synth"
)")
                .warnings),
      ElementsAre(
          "imps.toml:4:16: midi.input has \"Kyes\", which midi.in_device has not (did you mean "
          "'Keys'?): it has no effect; give it as it stands in midi.in_device",
          HasSubstr(
              "6:15: midi.output has \"zz\", which midi.out_device has not: it has no effect"),
          HasSubstr("8:7: midi.thru_matrix has \"z\", which midi.in_device has not"),
          HasSubstr("8:17: midi.thru_matrix has \"Snyth\", which midi.out_device has not (did you "
                    "mean 'Synth'?)")));
}

TEST(ReadConfig, TakesOneListOfWaysThroughForAllInputs) {
  const ConfigRead config =
      read("[midi]\nin_device = \"A\"\nout_device = \"B\"\nthru_matrix = [\"B\"]");
  EXPECT_THAT(texts(config.errors), IsEmpty());
  EXPECT_THAT(texts(config.warnings), IsEmpty());
  EXPECT_EQ(config.settings.midi.thru, (TextTable{{"", {"B"}}}));
}

TEST(ReadConfig, WarnsOfVelocitiesThatMidiHasNot) {
  EXPECT_THAT(texts(read(R"([midi]
in_device = "A"
out_device = "B"
input."A" = ["note_on 1 200"]
output."B" = ["note_on 1 127", ["note_on", 1, 200], "note_on 2 0 36 84 length 0.5"]
)")
                        .warnings),
              ElementsAre("imps.toml:5:32: midi.output: \"note_on 1 200\" is played with velocity "
                          "127: give a velocity from 1 to 127",
                          HasSubstr("midi.output: \"note_on 2 0 36 84 length 0.5\" is played with "
                                    "velocity 1: give")));
}

TEST(ReadConfig, WarnsOfMappingsThatWebSocketClientsHaveNoMessageFor) {
  EXPECT_THAT(
      texts(read(R"([websocket]
input = ["program_change 1"]
output = ["note_on 1", "program_change 1", ["channel_pressure", 2], "poly_pressure 1 60", "nrpn 1 3"]
[scenes.a]
websocket.output = ["program_change 1"]
)")
                .warnings),
      ElementsAre("imps.toml:3:24: websocket.output: \"program_change 1\" is never sent: the "
                  "messages of WebSocket clients have no form for program_change: give a "
                  "control_change, pitch_bend or note_on",
                  HasSubstr("3:44: websocket.output: \"channel_pressure 2\" is never sent"),
                  HasSubstr("3:69: websocket.output: \"poly_pressure 1 60\" is never sent"),
                  HasSubstr("5:21: websocket.output: \"program_change 1\" is never sent")));
}

TEST(ReadConfig, TellsEveryElementOfASceneThatIsWrong) {
  EXPECT_THAT(texts(read("[scenes.a]\nmidi.output = [\"note_om 1\", [\"note_on\", 0]]").errors),
              ElementsAre(StartsWith("imps.toml:2:16: midi.output: \"note_om 1\" is no mapping"),
                          StartsWith("imps.toml:2:29: midi.output: \"note_on 0\" has no channel")));
}

TEST(ReadConfig, TakesEveryKeyOfTheOwnFormat) {
  const ConfigRead config = read(R"(
title = "Duo"
owner = "Ada"
description = "Two hands and a network"
verbose = true
[instrument]
name = "EMPI"
controls = ["lever", "knob"]
[interaction]
mode = "battle"
threshold = 0.25
input_thru = true
start = "now"
ahead = true
max_rest = 3
seed = 9007199254740992
[model]
file = "models/duo.keras"
dimension = 3
size = "xs"
folder = "elsewhere"
sigmatemp = 0.05
pitemp = 1.5
timescale = 1e-6
[osc]
enabled = false
listen = "[::1]:5001"
outputs = ["localhost:5000", "[::1]:5002", "7000"]
input_address = "/lever"
output_address = "/answer"
[log]
enabled = false
performer = false
predictions = false
folder = "takes"
quota = "500 MB"
)");
  EXPECT_THAT(texts(config.errors), IsEmpty());
  EXPECT_THAT(texts(config.warnings), IsEmpty());
  EXPECT_FALSE(config.impsy);
  const Settings& s = config.settings;
  EXPECT_EQ(s.title, "Duo");
  EXPECT_EQ(s.owner, "Ada");
  EXPECT_EQ(s.description, "Two hands and a network");
  EXPECT_TRUE(s.verbose);
  EXPECT_EQ(s.instrument.name, "EMPI");
  EXPECT_THAT(s.instrument.controls, ElementsAre("lever", "knob"));
  EXPECT_EQ(s.interaction.mode, Mode::battle);
  EXPECT_EQ(s.interaction.threshold, Seconds{0.25});
  EXPECT_TRUE(s.interaction.input_thru);
  EXPECT_TRUE(s.interaction.start_now);
  EXPECT_TRUE(s.interaction.ahead);
  EXPECT_EQ(s.interaction.max_rest, Seconds{3});
  EXPECT_EQ(s.interaction.seed, 9007199254740992u);
  EXPECT_EQ(s.model.file, "models/duo.keras");
  EXPECT_EQ(s.model.dimension, 3);
  EXPECT_EQ(s.model.size, "xs");
  EXPECT_EQ(s.model.folder, "elsewhere");
  EXPECT_EQ(s.model.temperatures.sigma, 0.05);
  EXPECT_EQ(s.model.temperatures.pi, 1.5);
  EXPECT_EQ(s.model.timescale, 1e-6);
  EXPECT_FALSE(s.osc.enabled);
  EXPECT_EQ(s.osc.listen, (Endpoint{"::1", 5001}));
  EXPECT_THAT(s.osc.outputs, ElementsAre(Endpoint{"localhost", 5000}, Endpoint{"::1", 5002},
                                         Endpoint{"localhost", 7000}));
  EXPECT_EQ(s.osc.input_address, "/lever");
  EXPECT_EQ(s.osc.output_address, "/answer");
  EXPECT_FALSE(s.log.enabled);
  EXPECT_FALSE(s.log.performer);
  EXPECT_FALSE(s.log.predictions);
  EXPECT_EQ(s.log.folder, "takes");
  EXPECT_EQ(s.log.quota_bytes, 500'000'000u);
  EXPECT_THAT(config.understood, SizeIs(30));
}

TEST(ReadConfig, TakesImpsysWordForTheSizeThatItTakesByDefault) {
  const ConfigRead config = read("[model]\nsize = \"default\"\n");
  EXPECT_THAT(texts(config.errors), IsEmpty());
  EXPECT_EQ(config.settings.model.size, "m");
}

TEST(ReadConfig, LeavesWhatIsNotSaidAtItsDefault) {
  const ConfigRead config = read("");
  EXPECT_TRUE(config.ok());
  EXPECT_THAT(config.warnings, IsEmpty());
  EXPECT_THAT(config.understood, IsEmpty());
  EXPECT_EQ(config.settings.osc.listen, (Endpoint{"localhost", 5001}));
  EXPECT_EQ(config.settings.osc.output_address, "/prediction");
}

TEST(ReadConfig, ReportsEverythingThatIsWrongAtOnceAndWhere) {
  const ConfigRead config = read(R"(verbose = 1
[interaction]
mode = "solo"
threshold = -1
max_rest = "long"
seed = -5
[model]
dimension = 1
size = "xxl"
pitemp = 0
timescale = 1000.5
sigmatemp = nan
[osc]
listen = "localhost"
outputs = ["localhost:0"]
input_address = "interface"
[log]
folder = ""
quota = 500
)");
  EXPECT_THAT(
      texts(config.errors),
      ElementsAre(
          "imps.toml:1:11: verbose is 1: give true or false",
          "imps.toml:3:8: interaction.mode is \"solo\": give one of \"callresponse\", "
          "\"polyphony\", \"battle\", \"useronly\", \"duet\"",
          "imps.toml:4:13: interaction.threshold is -1.0: give a number, 0 or more, in seconds",
          "imps.toml:5:12: interaction.max_rest is \"long\": give a number, 0.001 or more, in "
          "seconds",
          "imps.toml:6:8: interaction.seed is -5: give a whole number from 0 to 2^53",
          "imps.toml:8:13: model.dimension is 1: give a whole number from 2 to 129",
          "imps.toml:9:8: model.size is \"xxl\": give one of \"xxs\", \"xs\", \"s\", \"m\", \"l\", "
          "\"xl\", \"default\"",
          "imps.toml:10:10: model.pitemp is 0.0: give a number above 0",
          "imps.toml:11:13: model.timescale is 1000.5: give a number above 0 and at most 1000",
          "imps.toml:12:13: model.sigmatemp is nan: give a number, 0 or more",
          "imps.toml:14:10: osc.listen is \"localhost\", which has no port: give \"host:port\" or "
          "a port (0 takes any free one)",
          "imps.toml:15:12: osc.outputs holds \"localhost:0\", which has port 0, which nothing can "
          "be sent to: give a list of at most 64 of \"host:port\"",
          "imps.toml:16:17: osc.input_address is \"interface\": give an OSC address such as "
          "\"/interface\"",
          "imps.toml:18:10: log.folder is empty: give a path of at most 4096 bytes",
          "imps.toml:19:9: log.quota is \"500 B\": give a size such as \"500 MB\", 10 kB or more"));
  EXPECT_THAT(config.understood, IsEmpty());
}

TEST(ReadConfig, KeepsWhatWasRightBesideWhatWasWrong) {
  const ConfigRead config = read("[interaction]\nthreshold = 0.2\nmax_rest = -1\n");
  EXPECT_THAT(config.errors, SizeIs(1));
  EXPECT_THAT(config.understood, ElementsAre("interaction.threshold"));
  EXPECT_EQ(config.settings.interaction.threshold, Seconds{0.2});
  EXPECT_EQ(config.settings.interaction.max_rest, Seconds{5});
}

TEST(ReadConfig, RefusesInfinityAndNotANumberWhereverANumberIsWanted) {
  for (const std::string key : {"interaction.threshold", "interaction.max_rest", "model.sigmatemp",
                                "model.pitemp", "model.timescale"}) {
    for (const std::string value : {"inf", "-inf", "+inf", "nan", "-nan"}) {
      EXPECT_FALSE(read(key + " = " + value).ok()) << key << value;
    }
  }
}

TEST(ReadConfig, TakesWholeNumbersForNumbersButNeverForTrueAndFalse) {
  EXPECT_EQ(read("model.pitemp = 2").settings.model.temperatures.pi, 2.0);
  EXPECT_FALSE(read("log.enabled = 1").ok());
  EXPECT_FALSE(read("log.enabled = \"true\"").ok());
  EXPECT_FALSE(read("model.dimension = 9.0").ok());
}

TEST(ReadConfig, WarnsOfUnknownKeysAndNamesTheNearest) {
  const ConfigRead config = read(R"(titel = "x"
threshold = 0.2
[interactoin]
mode = "battle"
[model]
sigma_temp = 1
dimension = 9
xyzzy = 1
[osc]
"Ünknown key" = 2
)");
  EXPECT_TRUE(config.ok());
  EXPECT_THAT(
      texts(config.warnings),
      ElementsAre(
          "imps.toml:1:1: unknown key titel (did you mean 'title'?): it has no effect; mend it or "
          "take it out",
          "imps.toml:2:1: unknown key threshold (did you mean 'interaction.threshold'?): it has no "
          "effect; mend it or take it out",
          "imps.toml:3:2: unknown key [interactoin] (did you mean 'interaction'?): it has no "
          "effect; mend it or take it out",
          "imps.toml:6:1: unknown key model.sigma_temp (did you mean 'model.sigmatemp'?): it has "
          "no effect; mend it or take it out",
          "imps.toml:8:1: unknown key model.xyzzy: it has no effect; mend it or take it out",
          "imps.toml:10:1: unknown key osc.Ünknown key: it has no effect; mend it or take it out"));
}

TEST(ReadConfig, SaysWhenASectionIsSomethingElse) {
  EXPECT_THAT(texts(read("osc = 5").errors),
              ElementsAre("imps.toml:1:1: osc is 5: write [osc] on a line of its own, and its keys "
                          "below"));
  EXPECT_THAT(texts(read("[[model]]\ndimension = 9\n").errors),
              ElementsAre(HasSubstr("model is a list")));
  EXPECT_THAT(texts(read("log = 3").errors), ElementsAre(HasSubstr("[log]")));
}

TEST(ReadConfig, RefusesAFileThatContradictsItself) {
  EXPECT_THAT(texts(read("instrument.controls = [\"a\", \"b\"]\nmodel.dimension = 9\n").errors),
              ElementsAre("imps.toml:1:23: instrument.controls has 2 names, and model.dimension is "
                          "9: give 8 names, or dimension 3"));
  EXPECT_THAT(texts(read("osc.input_address = \"/imps/mode\"").errors),
              ElementsAre(AllOf(StartsWith("imps.toml:1:21: "), HasSubstr("live control"))));
  EXPECT_TRUE(read("osc.input_address = \"/impsy\"").ok());
}

TEST(ReadConfig, CallsADuplicateTableOrKeyASyntaxError) {
  const ConfigRead twice = read("[osc]\nenabled = true\n[osc]\n");
  ASSERT_THAT(twice.errors, SizeIs(1));
  EXPECT_EQ(twice.errors[0].line, 3);
  EXPECT_THAT(to_text(twice.errors[0]), HasSubstr("not TOML"));
  EXPECT_EQ(read("verbose = true\nverbose = true\n").errors.at(0).line, 2);
}

TEST(ReadConfig, ReadsByteOrderMarksAndWindowsLineEnds) {
  const ConfigRead config =
      read("\xEF\xBB\xBFtitle = \"a\"\r\n[interaction]\r\nthreshold = -2\r\n");
  EXPECT_EQ(config.settings.title, "a");
  EXPECT_THAT(texts(config.errors), ElementsAre(StartsWith("imps.toml:3:13: ")));
}

TEST(ReadConfig, CountsColumnsInCharacters) {
  const ConfigRead config = read("model = { file = \"modèle\", dimension = 1 }");
  EXPECT_THAT(texts(config.errors), ElementsAre(StartsWith("imps.toml:1:40: ")));
}

TEST(ReadConfig, TakesAnEmptyModelFileForNone) {
  EXPECT_FALSE(read("model.file = \"\"").settings.model.file.has_value());
}

class ReadConfigFile : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(testing::TempDir()) /
              testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path file(std::string_view text) {
    const auto path = folder_ / "imps.toml";
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
  std::filesystem::path folder_;
};

TEST_F(ReadConfigFile, ReadsAFileAndNamesIt) {
  const ConfigRead config = read_config_file(file("verbose = true\nx = 1\n"));
  EXPECT_TRUE(config.settings.verbose);
  EXPECT_THAT(texts(config.warnings), ElementsAre(HasSubstr("imps.toml:2:1: unknown key x")));
}

TEST_F(ReadConfigFile, RefusesWhatIsNoFile) {
  EXPECT_THAT(texts(read_config_file(folder_ / "none.toml").errors),
              ElementsAre(EndsWith("none.toml: there is no such file: give the path of a config "
                                   "file")));
  EXPECT_THAT(texts(read_config_file(folder_).errors), ElementsAre(HasSubstr("is a folder")));
  EXPECT_THAT(texts(read_config_file("/dev/null").errors),
              ElementsAre(HasSubstr("not a plain file")));
}

TEST_F(ReadConfigFile, RefusesAFileOfMoreThanAMebibyte) {
  const std::string most = "#" + std::string(kLongestConfig - 1, ' ');
  EXPECT_TRUE(read_config_file(file(most)).ok());
  EXPECT_THAT(texts(read_config_file(file(most + " ")).errors),
              ElementsAre(HasSubstr("longer than 1 MiB")));
}

}  // namespace
}  // namespace imps
