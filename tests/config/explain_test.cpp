// What a configuration means is said in words, device by device and control by control.
#include "config/explain.h"

#include <gmock/gmock.h>

#include "config/read.h"

namespace imps {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;

std::vector<std::string> words_of(const std::string& toml) {
  const ConfigRead read = read_config(toml, "a.toml");
  EXPECT_TRUE(read.ok());
  return in_words(read.settings);
}

std::string of_mapping(const std::string& text) {
  return in_words(midi_mapping_from_text(text).value());
}

TEST(InWords, AreEveryKindOfMapping) {
  EXPECT_EQ(of_mapping("none"), "nothing");
  EXPECT_EQ(of_mapping("note_on 2"), "the pitch of notes on channel 2");
  EXPECT_EQ(of_mapping("note_on 2 90 36 60"),
            "the pitch of notes on channel 2, 36 to 60, played with velocity 90");
  EXPECT_EQ(of_mapping("note_on 1 length 0.5"), "the pitch of notes on channel 1, each 0.5 s long");
  EXPECT_EQ(of_mapping("note_on 1 gate 3"),
            "the pitch of notes on channel 1, sounding while x_3 is up");
  EXPECT_EQ(of_mapping("note_velocity 3"), "the velocity of notes on channel 3");
  EXPECT_EQ(of_mapping("control_change 1 20 127 0"), "controller 20 on channel 1, 127 to 0");
  EXPECT_EQ(of_mapping("control_change 1 20 curve 2"), "controller 20 on channel 1, curve 2");
  EXPECT_EQ(of_mapping("control_change_fine 1 2"), "controllers 2 and 34 (14 bits) on channel 1");
  EXPECT_EQ(of_mapping("nrpn 16 300"), "parameter 300 (NRPN) on channel 16");
  EXPECT_EQ(of_mapping("pitch_bend 1"), "pitch bend on channel 1");
  EXPECT_EQ(of_mapping("channel_pressure 1"), "channel pressure on channel 1");
  EXPECT_EQ(of_mapping("poly_pressure 1 60"), "pressure on note 60 on channel 1");
  EXPECT_EQ(of_mapping("program_change 1"), "program changes on channel 1");
}

TEST(InWords, IsWhatTheModelDoesAndWithWhich) {
  EXPECT_THAT(words_of("[interaction]\nmode = \"callresponse\"\nthreshold = 2.5\n"),
              Contains(HasSubstr("answers once you have been silent for 2.5 s")));
  EXPECT_THAT(words_of("[model]\nfile = \"a.keras\"\ndimension = 4\nsigmatemp = 0.5\n"),
              Contains("model: a.keras; dimension 4: dt and 3 controls; sigma temperature 0.5, pi "
                       "temperature 1, timescale 1"));
}

TEST(InWords, IsWhatIsHeardAndPlayedByWhichName) {
  EXPECT_THAT(words_of(R"(
      [instrument]
      controls = ["cutoff"]
      [midi]
      in_device = ["Knobs", "Pads"]
      out_device = ["Synth"]
      input = { Pads = ["note_on 10"], "" = ["control_change 1 1", "pitch_bend 1"] }
      output = ["control_change 1 1", "none"]
      [osc]
      listen = "localhost:6000"
      outputs = ["localhost:6001", "localhost:6002"])"),
              IsSupersetOf({"hears MIDI from \"Knobs\", \"Pads\"",
                            "  \"Pads\":", "  x_1 (cutoff): the pitch of notes on channel 10",
                            "  any other device:", "  x_2: pitch bend on channel 1",
                            "plays MIDI to \"Synth\"", "  x_1 (cutoff): controller 1 on channel 1",
                            "  x_2: nothing", "hears OSC /interface on localhost:6000",
                            "plays OSC /prediction to localhost:6001, localhost:6002"}));
}

TEST(InWords, TellsPlacesOnADeviceFromTheModelsControls) {
  EXPECT_THAT(words_of(R"(
      [midi]
      in_device = ["Knobs"]
      input = ["control_change 1 1", "control_change 1 2"]
      [route]
      input = ["2", "1 1 0", "hold 0.5", "hold"])"),
              IsSupersetOf({"  control 2: controller 2 on channel 1", "what the model hears as",
                            "  x_1: from control 2", "  x_2: from control 1, as 1 to 0",
                            "  x_3: held at 0.5", "  x_4: held where it stands"}));
}

TEST(InWords, SayThatADeviceWithoutMappingsIsNotUnderstood) {
  EXPECT_THAT(words_of("[midi]\nin_device = [\"Knobs\"]\n"), Contains(HasSubstr("imps learn")));
}

}  // namespace
}  // namespace imps
