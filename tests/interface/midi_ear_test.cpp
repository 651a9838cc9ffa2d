#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "interface/midi/ear.h"

namespace imps {
namespace {

using Kind = MidiMessage::Kind;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// What was told, in words.
class Story final : public Listener {
 public:
  std::vector<std::string> words;
  double value = 0;  ///< of the control that moved last
  void begin_turn() override {}
  void end_turn(bool) override {}
  void on_frame(std::span<const double>, Duration) override {}
  void on_updates(std::span<const ControlUpdate> updates) override {
    words.push_back("x_" + std::to_string(updates[0].control + 1));
    value = updates[0].value;
  }
  void on_let_go(const ControlSet& controls) override {
    words.push_back("let go " + controls.to_string().substr(controls.size() - 2));
  }
  void on_command(const Command& command, Duration) override {
    words.push_back(std::string(name(command.kind)) + " " +
                    (command.kind == Command::Kind::mode ? std::string(name(command.mode))
                                                         : std::to_string(command.number)));
  }
  void on_toggle(Command::Kind kind) override {
    words.push_back("toggle " + std::string(name(kind)));
  }
  std::vector<StatusEntry> status() override { return {}; }
};

class Ear : public testing::Test {
 protected:
  void bind(const std::vector<std::string>& texts) {
    std::vector<MidiBinding> bindings;
    for (const std::string& text : texts)
      bindings.push_back(midi_binding_from_text(text).value());
    ear_ = MidiEar({{.kind = MidiMapping::Kind::note},
                    {.kind = MidiMapping::Kind::control_change, .number = 20}},
                   std::move(bindings));
  }
  std::vector<std::string> hear(const MidiMessage& message) {
    story_.words.clear();
    ear_.hear(message, story_);
    return story_.words;
  }
  Story story_;
  MidiEar ear_{{}, {}};
};

TEST(MidiBinding, TakesNamesAsTheyAre) {
  const auto text = [](const char* binding) {
    return midi_binding_from_text(binding).value().command.text;
  };
  EXPECT_EQ(text("note 1 36: scene verse 2"), "verse 2");
  EXPECT_EQ(text("control_change 1 64:scene 2 "), "2");
  EXPECT_EQ(text("note 1 36: model my  file.keras"), "my  file.keras");
  EXPECT_EQ(text("note 1 36: mark a b c d e f g h i j k l m n o p q r s t"),
            "a b c d e f g h i j k l m n o p q r s t");
  EXPECT_EQ(text("note 1 36: mark 7"), "7");
}

TEST(MidiBinding, MayHaveWordsForAPedal) {
  for (const char* const message : {"control_change 1 64", "note 1 36", "poly_pressure 1 30"}) {
    const auto binding = midi_binding_from_text(std::string(message) + ": mark not that");
    ASSERT_TRUE(binding) << binding.error().message;
    EXPECT_EQ(binding->action, MidiBinding::Action::say);
    EXPECT_EQ(binding->command.text, "not that");
  }
}

TEST_F(Ear, TellsOfAKeyThatWasLetGoOnce) {
  bind({});
  EXPECT_THAT(hear(MidiMessage::of(Kind::note_on, 1, 50, 90)), ElementsAre("x_1"));
  EXPECT_THAT(hear(MidiMessage::of(Kind::note_off, 1, 51)), IsEmpty()) << "another key";
  EXPECT_THAT(hear(MidiMessage::of(Kind::note_on, 1, 50, 0)), ElementsAre("let go 01"));
  EXPECT_THAT(hear(MidiMessage::of(Kind::note_off, 1, 50)), IsEmpty());
}

TEST_F(Ear, APadSwitchesAndMovesNoControl) {
  bind({"note 1 36: pause"});
  EXPECT_THAT(hear(MidiMessage::of(Kind::note_on, 1, 36, 90)), ElementsAre("toggle pause"));
  EXPECT_THAT(hear(MidiMessage::of(Kind::note_off, 1, 36)), IsEmpty());
  EXPECT_THAT(hear(MidiMessage::of(Kind::note_on, 1, 36, 0)), IsEmpty());
  EXPECT_THAT(hear(MidiMessage::of(Kind::note_on, 1, 36, 1)), ElementsAre("toggle pause"));
  EXPECT_THAT(hear(MidiMessage::of(Kind::note_on, 1, 37, 90)), ElementsAre("x_1"));
}

TEST_F(Ear, APedalActsWhenItIsPressedAndNotAgainUntilItWasLetGo) {
  bind({"control_change 1 64: panic"});
  EXPECT_THAT(hear(MidiMessage::of(Kind::control_change, 1, 64, 63)), IsEmpty());
  EXPECT_THAT(hear(MidiMessage::of(Kind::control_change, 1, 64, 64)),
              ElementsAre(HasSubstr("panic")));
  EXPECT_THAT(hear(MidiMessage::of(Kind::control_change, 1, 64, 127)), IsEmpty());
  EXPECT_THAT(hear(MidiMessage::of(Kind::control_change, 1, 64, 0)), IsEmpty());
  EXPECT_THAT(hear(MidiMessage::of(Kind::control_change, 1, 64, 127)),
              ElementsAre(HasSubstr("panic")));
}

TEST_F(Ear, AKnobTurnsANumber) {
  bind({"control_change 1 20: sigmatemp 0.5 0"});
  EXPECT_THAT(hear(MidiMessage::of(Kind::control_change, 1, 20, 0)),
              ElementsAre("sigmatemp 0.500000"));
  EXPECT_THAT(hear(MidiMessage::of(Kind::control_change, 1, 20, 127)),
              ElementsAre("sigmatemp 0.000000"));
}

TEST_F(Ear, OneMessageMayMeanSeveralThings) {
  bind({"program_change 2 5: mode battle", "program_change 2 5: seed 7"});
  EXPECT_THAT(hear(MidiMessage::of(Kind::program_change, 2, 5)),
              ElementsAre("mode battle", HasSubstr("seed")));
}

TEST_F(Ear, BendsAndPressuresTurnAndSwitchAsControllersDo) {
  bind({"pitch_bend 1: timescale 0.5 2", "channel_pressure 2: panic", "poly_pressure 3 60: mute"});
  EXPECT_THAT(hear(MidiMessage::pitch_bend(1, 0)), ElementsAre("timescale 0.500000"));
  EXPECT_THAT(hear(MidiMessage::pitch_bend(1, 16'383)), ElementsAre("timescale 2.000000"));
  EXPECT_THAT(hear(MidiMessage::of(Kind::channel_pressure, 2, 63)), IsEmpty());
  EXPECT_THAT(hear(MidiMessage::of(Kind::channel_pressure, 2, 64)),
              ElementsAre(HasSubstr("panic")));
  EXPECT_THAT(hear(MidiMessage::of(Kind::poly_pressure, 3, 61, 127)), IsEmpty());
  EXPECT_THAT(hear(MidiMessage::of(Kind::poly_pressure, 3, 60, 127)), ElementsAre("toggle mute"));
}

TEST_F(Ear, AParameterTurnsAndSwitchesWithBothHalvesOrTheUpperOneAlone) {
  bind({"nrpn 1 300: sigmatemp 0 1", "nrpn 1 301: pause"});
  const auto control = [&](int number, int value) {
    return hear(MidiMessage::of(Kind::control_change, 1, number, value));
  };
  EXPECT_THAT(control(6, 127), IsEmpty()) << "no parameter is chosen";
  control(99, 300 >> 7);
  EXPECT_THAT(control(98, 300 & 127), IsEmpty());
  EXPECT_THAT(control(6, 127), ElementsAre("sigmatemp 1.000000")) << "the upper half alone";
  EXPECT_THAT(control(38, 127), ElementsAre("sigmatemp 1.000000"));
  EXPECT_THAT(control(6, 0), IsEmpty()) << "now it waits for the lower half";
  EXPECT_TRUE(ear_.waits());
  EXPECT_THAT(control(38, 0), ElementsAre("sigmatemp 0.000000"));
  control(6, 127);
  story_.words.clear();
  EXPECT_FALSE(ear_.settle(story_));
  EXPECT_TRUE(ear_.settle(story_)) << "no lower half came";
  EXPECT_THAT(story_.words, ElementsAre("sigmatemp 1.000000"));
  control(98, 301 & 127);
  control(6, 64);
  EXPECT_THAT(control(38, 0), ElementsAre("toggle pause"));
  control(6, 127);
  EXPECT_THAT(control(38, 1), IsEmpty()) << "still down";
  control(101, 0);
  control(100, 0);
  EXPECT_THAT(control(6, 0), IsEmpty()) << "a registered parameter's";
}

TEST_F(Ear, AParametersLowerHalfMayComeFirst) {
  ear_ = MidiEar({{.kind = MidiMapping::Kind::nrpn, .number = 5, .most = 16'383}}, {});
  const auto control = [&](int number, int value) {
    return hear(MidiMessage::of(Kind::control_change, 1, number, value));
  };
  for (const int upper : {101, 3}) {
    control(99, 0);
    control(98, 5);
    EXPECT_THAT(control(38, 20), IsEmpty());
    EXPECT_THAT(control(6, upper), ElementsAre("x_1"));
    EXPECT_DOUBLE_EQ(story_.value, (upper << 7 | 20) / 16383.0);
  }
  control(98, 5);
  control(38, 7);
  EXPECT_TRUE(ear_.waits());
  ear_.settle(story_);
  EXPECT_TRUE(ear_.settle(story_)) << "no upper half came";
  EXPECT_DOUBLE_EQ(story_.value, 7 / 16383.0);
}

TEST_F(Ear, AParameterThatIsBoundMovesNoControlThatIsMappedToIt) {
  ear_ = MidiEar({{.kind = MidiMapping::Kind::nrpn, .number = 5, .most = 16'383}},
                 {midi_binding_from_text("nrpn 1 5: panic").value()});
  for (const auto& [number, value] : {std::pair{99, 0}, {98, 5}, {38, 1}, {6, 20}, {38, 1}})
    EXPECT_THAT(hear(MidiMessage::of(Kind::control_change, 1, number, value)), IsEmpty());
  EXPECT_FALSE(ear_.waits());
}

TEST_F(Ear, AllNotesOffLetsEveryKeyOfItsChannelGo) {
  bind({});
  hear(MidiMessage::of(Kind::note_on, 1, 50, 90));
  EXPECT_THAT(hear(MidiMessage::of(Kind::control_change, 2, 123, 0)), IsEmpty());
  EXPECT_THAT(hear(MidiMessage::of(Kind::control_change, 1, 123, 0)), ElementsAre("let go 01"));
  EXPECT_THAT(hear(MidiMessage::of(Kind::note_off, 1, 50)), IsEmpty());
}

TEST_F(Ear, AKeyThatIsHeldWhileThingsAreMappedAnewIsStillLetGo) {
  bind({});
  hear(MidiMessage::of(Kind::note_on, 1, 50, 90));
  const std::vector<MidiBinding> bound{midi_binding_from_text("note 1 50: mark here").value()};
  ear_.remap({{.kind = MidiMapping::Kind::note, .least = 20}}, bound, &story_);
  EXPECT_THAT(hear(MidiMessage::of(Kind::note_off, 1, 50)), ElementsAre("let go 01"));
}

TEST_F(Ear, AKeyThatMeansNothingAnyMoreIsLetGoAtOnce) {
  bind({});
  hear(MidiMessage::of(Kind::note_on, 1, 50, 90));
  story_.words.clear();
  ear_.remap({{.kind = MidiMapping::Kind::control_change}}, {}, &story_);
  EXPECT_THAT(story_.words, ElementsAre("let go 01"));
}

TEST_F(Ear, APedalThatIsDownWhileThingsAreMappedAnewDoesNotActAgain) {
  bind({"control_change 1 64: scene next"});
  EXPECT_EQ(hear(MidiMessage::of(Kind::control_change, 1, 64, 66)).size(), 1U);
  ear_.remap({}, {midi_binding_from_text("control_change 1 64: scene next").value()}, &story_);
  EXPECT_THAT(hear(MidiMessage::of(Kind::control_change, 1, 64, 100)), IsEmpty());
}

TEST_F(Ear, HalvesOfAValueAndTheChosenParameterOutliveANewMapping) {
  const std::vector<MidiMapping> mappings{
      {.kind = MidiMapping::Kind::control_change_fine, .number = 2, .most = 16'383},
      {.kind = MidiMapping::Kind::nrpn, .number = 5, .most = 16'383}};
  ear_ = MidiEar(mappings, {});
  hear(MidiMessage::of(Kind::control_change, 1, 2, 9));
  hear(MidiMessage::of(Kind::control_change, 1, 34, 3));
  hear(MidiMessage::of(Kind::control_change, 1, 99, 0));
  hear(MidiMessage::of(Kind::control_change, 1, 98, 5));
  ear_.remap(mappings, {}, &story_);
  hear(MidiMessage::of(Kind::control_change, 1, 34, 4));
  EXPECT_DOUBLE_EQ(story_.value, (9 * 128 + 4) / 16383.0);
  EXPECT_THAT(hear(MidiMessage::of(Kind::control_change, 1, 6, 20)), ElementsAre("x_2"));
}

TEST(MidiBindings, SayWhatIsWrong) {
  const auto complaint = [](std::string_view text) {
    const auto binding = midi_binding_from_text(text);
    return binding ? std::string("none") : binding.error().message;
  };
  EXPECT_THAT(complaint("note 1 36"), HasSubstr("has no command"));
  EXPECT_THAT(complaint("note 1: pause"), HasSubstr("no message of three words"));
  EXPECT_THAT(complaint("nite 1 36: pause"), HasSubstr("begins with no message"));
  EXPECT_THAT(complaint("note 17 36: pause"), HasSubstr("channel from 1 to 16"));
  EXPECT_THAT(complaint("note 1 128: pause"), HasSubstr("number from 0 to 127"));
  EXPECT_THAT(complaint("note 1 36: pauze"), HasSubstr("'pauze' is not a command (did you mean"));
  EXPECT_THAT(complaint("note 1 36: sigmatemp -1"), HasSubstr("0 or more"));
  EXPECT_THAT(complaint("control_change 1 20: pitemp 0 1"), HasSubstr("above 0"));
  EXPECT_THAT(complaint("control_change 1 20: mode battle useronly"), HasSubstr("mode"));
  for (const char* const command : {"pause 0 1", "seed 1 2", "panic 0 1", "reset 0 1", "grip 1 2"})
    EXPECT_THAT(complaint(std::string("control_change 1 20: ") + command),
                HasSubstr("none can be turned"));
  EXPECT_THAT(complaint("pitch_bend 1 20: panic"), HasSubstr("no message of two words"));
  EXPECT_EQ(complaint("control_change 1 20: pause 1"), "none");
  EXPECT_EQ(complaint("control_change 1 23: limit 1 hold"), "none");
  EXPECT_THAT(complaint("nrpn 1 16383: panic"), HasSubstr("number from 0 to 16382"));
  EXPECT_EQ(complaint("nrpn 1 16382: panic"), "none");
  EXPECT_EQ(complaint("note 1 36: model mine.keras"), "none");
}

}  // namespace
}  // namespace imps
