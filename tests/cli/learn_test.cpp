// `imps learn`, over a real JACK server: a controller is played, and stands in the file.
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "config/read.h"
#include "interface/midi/devices.h"
#include "interface/midi/message.h"
#include "tests/cli/program.h"
#include "tests/session/jack.h"

namespace imps::test {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Kind = MidiMessage::Kind;

constexpr const char* kFile =
    "# The stage.\n[model]\nsize = \"s\"  # small\n\n[midi]\napi = \"jack\"\n\n# OSC is off.\n"
    "[osc]\nenabled = false\n";

std::string content(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class Learn : public ::testing::Test {
 protected:
  void SetUp() override {
    IMPS_NEEDS_JACK();
    jack_.emplace(Jack::Patience::goes_on);
    system_ = jack_->connect();
    ASSERT_TRUE(system_);
    knobs_ = *system_->open_output("virtual:Knobs");
    std::ofstream(file_, std::ios::binary) << kFile;
  }
  void TearDown() override {
    program_.reset();
    knobs_.reset();
    system_.reset();
    jack_.reset();
  }
  /// Starts it, and waits until it hears.
  void begin(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "learn");
    program_.emplace(folder_.path(), arguments, jack_environment(home_.path()));
    ASSERT_TRUE(program_->says("hearing Knobs (JACK)")) << program_->err();
    ASSERT_TRUE(program_->says("Move your first control"));
  }
  void send(const MidiMessage& message) { ASSERT_TRUE(knobs_->send(message)); }
  /// Moves something until it is said to be learnt: a part of it may have been missed.
  [[nodiscard]] bool teaches(const std::function<void()>& move, const std::string& said) {
    const auto late = std::chrono::steady_clock::now() + kWait;
    while (std::chrono::steady_clock::now() < late) {
      move();
      if (program_->says(said, std::chrono::seconds(2))) return true;
    }
    return false;
  }
  [[nodiscard]] bool turns(int number, const std::string& said, int from = 0, int to = 127) {
    return teaches(
        [=, this] {
          for (int value = from; value < to; value += 8)
            send(MidiMessage::of(Kind::control_change, 1, number, value));
          send(MidiMessage::of(Kind::control_change, 1, number, to));
        },
        said);
  }

  Folder home_;  // what is not the musician's
  Folder folder_;
  fs::path file_ = folder_.path() / "imps.toml";
  std::optional<Jack> jack_;
  std::unique_ptr<MidiSystem> system_;
  std::unique_ptr<MidiOutput> knobs_;
  std::optional<Program> program_;
};

TEST_F(Learn, WritesWhatWasMovedAndKeepsTheRestOfTheFile) {
  begin({});
  ASSERT_TRUE(turns(7, "control 1: control_change 1 7 of Knobs (0-127)")) << program_->err();
  ASSERT_TRUE(program_->says("Move your second control, or press Enter to finish"));
  const auto bend = [this] {
    for (int raw = 8192; raw < 16'000; raw += 500)
      send(MidiMessage::pitch_bend(1, raw));
  };
  ASSERT_TRUE(teaches(bend, "control 2: pitch_bend 1 of Knobs (0-16383)")) << program_->err();
  EXPECT_EQ(content(file_), kFile) << "only Enter writes";
  program_->write("\n");
  EXPECT_EQ(program_->wait(), 0) << program_->err();
  EXPECT_EQ(content(file_),
            "# The stage.\n[model]\nsize = \"s\"  # small\n\n[midi]\napi = \"jack\"\n"
            "in_device = [\"Knobs\"]\ninput = [\"control_change 1 7\", \"pitch_bend 1\"]\n\n"
            "# OSC is off.\n[osc]\nenabled = false\n");
  EXPECT_EQ(program_->out(), "imps.toml: changed with 2 controls; 'imps run' plays with it\n");
  EXPECT_EQ(imps(folder_.path(), {"run", "--check"}).status, 0);
}

TEST_F(Learn, ForgetsTheLastOneWhenTold) {
  begin({});
  ASSERT_TRUE(turns(7, "control 1: control_change 1 7")) << program_->err();
  program_->write("u\n");
  ASSERT_TRUE(program_->says("control 1 is forgotten"));
  ASSERT_TRUE(turns(8, "control 1: control_change 1 8")) << program_->err();
  program_->write("\n");
  EXPECT_EQ(program_->wait(), 0);
  EXPECT_THAT(content(file_), HasSubstr("input = [\"control_change 1 8\"]\n"));
}

TEST_F(Learn, LeavesTheFileAsItWasWhenInterrupted) {
  begin({});
  ASSERT_TRUE(turns(7, "control 1: ")) << program_->err();
  EXPECT_EQ(program_->end(SIGINT), 1);
  EXPECT_THAT(program_->err(), HasSubstr("imps.toml is as it was"));
  EXPECT_EQ(content(file_), kFile);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_.path()), {}), 1);
}

TEST_F(Learn, EndsByItselfAndSaysInJsonWhatItLearnt) {
  const auto synth = system_->open_input("virtual:Synth", [] {});
  ASSERT_TRUE(synth.has_value());
  begin({"--controls", "2", "--json", "--ranges", "--names", "--output", "Synth"});
  ASSERT_TRUE(turns(7, "control 1: control_change 1 7 of Knobs (", 10, 100)) << program_->err();
  program_->write("Cutoff\n");
  ASSERT_TRUE(program_->says("Move your second control, from one end to the other"));
  const auto strike = [this] {
    for (const int note : {36, 51, 40})
      send(MidiMessage::of(Kind::note_on, 10, note, 100));
  };
  ASSERT_TRUE(teaches(strike, "control 2: note_on 10 of Knobs (")) << program_->err();
  program_->write("Pads\n");
  ASSERT_EQ(program_->wait(), 0) << program_->err();
  const auto json = nlohmann::json::parse(program_->out());
  EXPECT_EQ(json["config"], "imps.toml");
  EXPECT_EQ(json["dimension"], 3);
  EXPECT_EQ(json["output"], "Synth");
  const auto& control = json["controls"][0];
  EXPECT_EQ(control["mapping"],
            fmt::format("control_change 1 7 {} {}", control["lowest"].get<int>(),
                        control["highest"].get<int>()));
  EXPECT_GE(control["lowest"], 10);
  EXPECT_LE(control["highest"], 100);
  EXPECT_EQ(json["controls"][1]["name"], "Pads");
  const ConfigRead config = read_config_file(file_);
  ASSERT_TRUE(config.ok());
  EXPECT_THAT(config.settings.midi.outputs, ElementsAre("Synth"));
  EXPECT_EQ(config.settings.midi.output, config.settings.midi.input);
  EXPECT_THAT(config.settings.instrument.controls, ElementsAre("Cutoff", "Pads"));
}

TEST_F(Learn, MakesTheFileThatIsNotThereAndSaysWhatDisagrees) {
  begin({"new.toml", "--controls", "1", "--api", "jack"});
  ASSERT_TRUE(turns(7, "control 1: ")) << program_->err();
  ASSERT_EQ(program_->wait(), 0) << program_->err();
  EXPECT_EQ(program_->out(),
            "new.toml: written with 1 control; 'imps run new.toml' plays with it\n");
  const ConfigRead config = read_config_file(folder_.path() / "new.toml");
  EXPECT_THAT(config.errors, IsEmpty());
  EXPECT_TRUE(config.settings.midi.enabled);
  EXPECT_EQ(config.settings.midi.api, "jack");

  std::ofstream(file_, std::ios::binary) << "[model]\ndimension = 9\n[midi]\napi = \"jack\"\n";
  begin({"--controls", "1"});
  ASSERT_TRUE(turns(7, "control 1: ")) << program_->err();
  ASSERT_EQ(program_->wait(), 0) << program_->err();
  EXPECT_THAT(program_->err(), HasSubstr("model.dimension was 9, and is now 2"));
  EXPECT_THAT(content(file_), HasSubstr("dimension = 2\n"));
}

TEST_F(Learn, RefusesDevicesThatAreNotThere) {
  for (const auto& [flag, what] : {std::pair("--input", "no MIDI input has \"Nobody\""),
                                   std::pair("--output", "no MIDI output has \"Nobody\"")}) {
    program_.emplace(folder_.path(), std::vector<std::string>{"learn", flag, "Nobody"},
                     jack_environment(home_.path()));
    EXPECT_EQ(program_->wait(), 1);
    EXPECT_THAT(program_->err(), HasSubstr(what));
  }
}

TEST(LearnWithoutMidi, IsRefusedWithTheReason) {
  const Folder folder;
  const Outcome nothing = imps(folder.path(), {"learn", "--api", "core"});
#if !defined(__APPLE__)
  EXPECT_EQ(nothing.status, 1);
  EXPECT_THAT(nothing.err, HasSubstr("no MIDI here: there is no MIDI by core on this machine"));
  EXPECT_FALSE(fs::exists(folder.path() / "imps.toml"));
#endif
}

TEST(LearnWithoutMidi, RefusesWhatItCannotWriteTo) {
  const Folder folder;
  std::ofstream(folder.path() / "bad.toml") << "[model]\npitemp = -1\n";
  const Outcome bad = imps(folder.path(), {"learn", "bad.toml"});
  EXPECT_EQ(bad.status, 1);
  EXPECT_THAT(bad.err, HasSubstr("bad.toml:2:10: model.pitemp"));
  EXPECT_EQ(imps(folder.path(), {"learn", "model.keras"}).status, 2);
  EXPECT_EQ(imps(folder.path(), {"learn", "--controls", "0"}).status, 2);
  EXPECT_EQ(imps(folder.path(), {"learn", "--api", "oss"}).status, 2);
}

}  // namespace
}  // namespace imps::test
