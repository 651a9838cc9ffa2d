// What was learnt stands in the file, and what else was there still does.
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "config/read.h"
#include "config/write.h"
#include "interface/midi/learnt_config.h"

namespace imps {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

HeardControl control(const std::string& mapping, const std::string& device = "X-TOUCH") {
  return {.device = device,
          .mapping = midi_mapping_from_text(mapping).value(),
          .lowest = 20,
          .highest = 100};
}

std::string written(std::string_view toml, const LearntMidi& learnt) {
  const auto config = with_learnt_midi(toml, learnt);
  return config ? config->text : "refused: " + config.error().message;
}

TEST(LearntConfig, IsDeviceAndMappings) {
  EXPECT_EQ(written("# mine\n[midi]\napi = \"jack\"  # here\n\n[osc]\nenabled = false\n",
                    {.controls = {control("control_change 1 7"), control("pitch_bend 1")}}),
            "# mine\n[midi]\napi = \"jack\"  # here\nin_device = [\"X-TOUCH\"]\n"
            "input = [\"control_change 1 7\", \"pitch_bend 1\"]\n\n[osc]\nenabled = false\n");
}

TEST(LearntConfig, KeepsTheCommentsBesideTheMappings) {
  EXPECT_EQ(
      written("[midi]\nin_device = [\"X-TOUCH\"]\ninput = [\n  \"none\",  # the left one\n]\n",
              {.controls = {control("control_change 1 7"), control("pitch_bend 1")}}),
      "[midi]\nin_device = [\"X-TOUCH\"]\ninput = [\n  \"control_change 1 7\",  # the left one"
      "\n  \"pitch_bend 1\",\n]\n");
}

TEST(LearntConfig, HasALineForEachOfManyAndForEachName) {
  EXPECT_EQ(written("", {.controls = {control("control_change 1 7"), control("pitch_bend 1")},
                         .names = {"Cutoff", "Pitch"}}),
            "[midi]\nin_device = [\"X-TOUCH\"]\ninput = [\n  \"control_change 1 7\",  # Cutoff\n"
            "  \"pitch_bend 1\",  # Pitch\n]\n\n[instrument]\n"
            "controls = [\"Cutoff\", \"Pitch\"]\n");
}

TEST(LearntConfig, SpeaksOfEachOfSeveralDevices) {
  const LearntMidi learnt{
      .controls = {control("control_change 1 7"), control("note_on 1", "Keys")}};
  EXPECT_EQ(written("", learnt),
            "[midi]\nin_device = [\"X-TOUCH\", \"Keys\"]\n"
            "input.X-TOUCH = [\"control_change 1 7\", \"none\"]\n"
            "input.Keys = [\"none\", \"note_on 1\"]\n");
  EXPECT_THAT(written("midi.input = ['none']\n", learnt),
              HasSubstr("midi.input = { \"X-TOUCH\" = [\"control_change 1 7\", \"none\"], "
                        "\"Keys\" = [\"none\", \"note_on 1\"] }\n"));
  EXPECT_THAT(
      written("[midi.input]\n\"X-TOUCH\" = []  # the desk\n", learnt),
      HasSubstr("[midi.input]\n\"X-TOUCH\" = [\"control_change 1 7\", \"none\"]  # the desk\n"
                "Keys = [\"none\", \"note_on 1\"]\n"));
}

TEST(LearntConfig, AlsoSaysOutputsRangesAndTheSystem) {
  EXPECT_EQ(written("", {.controls = {control("control_change 1 7")},
                         .output = "Volca",
                         .api = "jack",
                         .narrow = true}),
            "[midi]\nin_device = [\"X-TOUCH\"]\ninput = [\"control_change 1 7 20 100\"]\n"
            "out_device = [\"Volca\"]\noutput = [\"control_change 1 7 20 100\"]\napi = \"jack\"\n");
}

TEST(LearntConfig, SaysWhatHadToFollow) {
  const auto config = with_learnt_midi(
      "[instrument]\ncontrols = ['a', 'b']\n[model]\ndimension = 3  # two\n[midi]\n"
      "enabled = false\n",
      {.controls = {control("control_change 1 7")}});
  ASSERT_TRUE(config.has_value()) << config.error().message;
  EXPECT_EQ(config->dimension, 2);
  EXPECT_THAT(config->besides, ElementsAre(HasSubstr("model.dimension was 3, and is now 2"),
                                           HasSubstr("instrument.controls had 2 names")));
  EXPECT_EQ(config->text,
            "[instrument]\ncontrols = []\n[model]\ndimension = 2  # two\n[midi]\n"
            "enabled = true\nin_device = [\"X-TOUCH\"]\ninput = [\"control_change 1 7\"]\n");
}

TEST(LearntConfig, SaysTheDimensionWhereOtherMappingsWouldBelieItsOwn) {
  EXPECT_THAT(written("[midi.input]\nOld = [\"none\", \"none\", \"none\"]\n",
                      {.controls = {control("control_change 1 7")}}),
              HasSubstr("[model]\ndimension = 2\n"));
}

TEST(LearntConfig, OfAFileThatImpsWroteIsOneThatImpsReads) {
  const auto config = with_learnt_midi(
      write_config(Settings{}),
      {.controls = {control("control_change 1 7"), control("note_on 2"), control("pitch_bend 1")},
       .names = {"a", "b", "c"}});
  ASSERT_TRUE(config.has_value()) << config.error().message;
  EXPECT_THAT(config->besides, IsEmpty());
  const ConfigRead read = read_config(config->text, "x.toml");
  EXPECT_THAT(read.errors, IsEmpty());
  EXPECT_THAT(read.warnings, IsEmpty());
  EXPECT_TRUE(read.settings.midi.enabled);
  EXPECT_EQ(mapped_controls(read.settings), 3u);
  EXPECT_THAT(read.settings.instrument.controls, ElementsAre("a", "b", "c"));
}

TEST(LearntConfig, OfAFileWithErrorsIsRefused) {
  EXPECT_THAT(written("[model]\npitemp = -1\n", {.controls = {control("note_on 1")}}),
              HasSubstr("refused: 2:10: model.pitemp"));
}

TEST(MidiName, LastsFromOneStartToTheNext) {
  const std::vector<std::string> alsa{"Midi Through:Midi Through Port-0 14:0",
                                      "X-TOUCH MINI:X-TOUCH MINI MIDI 1 20:0",
                                      "Desk:Desk MIDI 1 24:0", "Desk:Desk MIDI 2 24:1"};
  EXPECT_EQ(lasting_midi_name(alsa[1], alsa, {}), "X-TOUCH MINI");
  EXPECT_EQ(lasting_midi_name(alsa[1], alsa, {"Desk", "x-touch"}), "x-touch") << "as it is called";
  EXPECT_EQ(lasting_midi_name(alsa[3], alsa, {}), "Desk:Desk MIDI 2");
  const std::vector<std::string> jack{"system:midi_capture_1", "imps-01:Knobs"};
  EXPECT_EQ(lasting_midi_name(jack[0], jack, {}), "system:midi_capture_1");
  EXPECT_EQ(lasting_midi_name(jack[1], jack, {}), "Knobs");
}

}  // namespace
}  // namespace imps
