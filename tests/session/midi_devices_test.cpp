// A performance over MIDI: real JACK ports, which the test plugs in and pulls out.
#include <chrono>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <poll.h>

#include "interface/midi/devices.h"
#include "platform/wake.h"
#include "tests/session/jack.h"
#include "tests/session/live.h"

#if defined(__SANITIZE_THREAD__)
// JACK's library is not built for the thread sanitizer, which cannot see how its ring buffers
// agree.
extern "C" const char* __tsan_default_suppressions() { return "race:libjack.so\n"; }
#endif

namespace imps::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Kind = MidiMessage::Kind;

/// A synthesizer: what it hears.
class Synth {
 public:
  Synth(MidiSystem& system, const std::string& name)
      : port_(std::move(*system.open_input("virtual:" + name, [this] { wake_.signal(); }))) {}
  std::optional<MidiMessage> hear() {
    while (true) {
      if (const auto message = port_->next()) return message;
      pollfd heard{.fd = wake_.fd(), .events = POLLIN, .revents = 0};
      if (::poll(&heard, 1, static_cast<int>(kWait.count())) != 1) return std::nullopt;
      wake_.clear();
    }
  }

 private:
  platform::Wake wake_;
  std::unique_ptr<MidiInput> port_;
};

class OverMidi : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!Jack::is_installed()) {
      ASSERT_TRUE(std::getenv("IMPS_REFERENCE_REQUIRED") == nullptr)
          << "a JACK server is required here and is not there";
      GTEST_SKIP() << "needs a JACK server: jackd in $PATH (Debian: jackd2)";
    }
    jack_.emplace();
    system_ = jack_->connect();
    ASSERT_TRUE(system_);
    options_.dimension = 4;
    options_.settings.interaction.input_thru = true;
    options_.settings.interaction.mode = Mode::user_only;
    MidiSettings& midi = options_.settings.midi;
    midi.enabled = true;
    midi.api = "jack";
    midi.inputs = {"Knobs"};
    midi.outputs = {"Synth"};
    const std::vector<MidiMapping> mappings{
        {.kind = MidiMapping::Kind::control_change, .number = 1},
        {.kind = MidiMapping::Kind::note},
        {.kind = MidiMapping::Kind::pitch_bend, .most = 16'383}};
    midi.input = {{"", mappings}};
    midi.output = {{"Synth", mappings}};
  }
  void TearDown() override {
    live_.reset();
    system_.reset();
    jack_.reset();
  }

  void plug_in_knobs() { knobs_ = std::move(*system_->open_output("virtual:Knobs")); }
  void plug_in_synth() { synth_.emplace(*system_, "Synth"); }
  void begin() { live_.emplace(musician_, options_); }
  void begin_with_all() {
    plug_in_knobs();
    plug_in_synth();
    begin();
    ASSERT_TRUE(comes("midi_inputs", 1));
    ASSERT_TRUE(comes("midi_outputs", 1));
  }
  bool comes(const std::string& key, std::int64_t wanted) {
    const auto late = std::chrono::steady_clock::now() + kWait;
    while (std::chrono::steady_clock::now() < late)
      if (musician_.count(live_->port(), key) == wanted) return true;
    return false;
  }
  void turn(const MidiMessage& message) { ASSERT_TRUE(knobs_->send(message.bytes())); }

  std::optional<Jack> jack_;
  std::unique_ptr<MidiSystem> system_;
  std::unique_ptr<MidiOutput> knobs_;
  std::optional<Synth> synth_;
  Musician musician_;
  LiveOptions options_;
  std::optional<Live> live_;
};

TEST_F(OverMidi, All128ValuesComeAndGoExactly) {
  begin_with_all();
  for (int value = 127; value >= 0; --value) {
    turn(MidiMessage::of(Kind::control_change, 1, 1, value));
    ASSERT_EQ(synth_->hear(), MidiMessage::of(Kind::control_change, 1, 1, value));
  }
  for (const int raw : {0, 1, 8191, 8192, 16'383}) {
    turn(MidiMessage::pitch_bend(1, raw));
    ASSERT_EQ(synth_->hear(), MidiMessage::pitch_bend(1, raw));
  }
  EXPECT_EQ(musician_.count(live_->port(), "midi_moves"), 133);
}

TEST_F(OverMidi, NotesAreReleasedBeforeTheNextAndAtTheEnd) {
  begin_with_all();
  turn(MidiMessage::of(Kind::note_on, 1, 60, 100));
  EXPECT_EQ(synth_->hear(), MidiMessage::of(Kind::note_on, 1, 60, 127));
  turn(MidiMessage::of(Kind::control_change, 1, 1, 5));
  EXPECT_EQ(synth_->hear(), MidiMessage::of(Kind::control_change, 1, 1, 5)) << "no note again";
  turn(MidiMessage::of(Kind::note_on, 1, 62, 100));
  EXPECT_EQ(synth_->hear(), MidiMessage::of(Kind::note_off, 1, 60));
  EXPECT_EQ(synth_->hear(), MidiMessage::of(Kind::note_on, 1, 62, 127));
  live_->finish();
  EXPECT_EQ(synth_->hear(), MidiMessage::of(Kind::note_off, 1, 62));
}

TEST_F(OverMidi, PanicSilencesWhatMaySoundAtAll) {
  begin_with_all();
  turn(MidiMessage::of(Kind::note_on, 1, 60, 100));
  ASSERT_TRUE(synth_->hear());
  live_->send(TakeCommand{Command{.kind = Command::Kind::panic}});
  EXPECT_EQ(synth_->hear(), MidiMessage::of(Kind::note_off, 1, 60));
  EXPECT_EQ(synth_->hear(), MidiMessage::of(Kind::control_change, 1, 64, 0));
  EXPECT_EQ(synth_->hear(), MidiMessage::pitch_bend(1, 8192));
  EXPECT_EQ(synth_->hear(), MidiMessage::of(Kind::control_change, 1, 120, 0));
  EXPECT_EQ(synth_->hear(), MidiMessage::of(Kind::control_change, 1, 123, 0));
}

TEST_F(OverMidi, DevicesMayComeAndGo) {
  begin();
  for (int round = 0; round < 3; ++round) {
    plug_in_knobs();
    ASSERT_TRUE(comes("midi_inputs", 1)) << round;
    plug_in_synth();
    ASSERT_TRUE(comes("midi_outputs", 1)) << round;
    turn(MidiMessage::of(Kind::note_on, 1, 60 + round, 100));
    EXPECT_EQ(synth_->hear(), MidiMessage::of(Kind::note_on, 1, 60 + round, 127)) << round;
    synth_.reset();  // with a note sounding
    ASSERT_TRUE(comes("midi_outputs", 0)) << round;
    turn(MidiMessage::of(Kind::note_on, 1, 70, 100));
    knobs_.reset();
    ASSERT_TRUE(comes("midi_inputs", 0)) << round;
  }
}

TEST_F(OverMidi, MessagesArePassedOnAsTheyAreAndReleasedAtTheEnd) {
  options_.settings.interaction.input_thru = false;
  options_.settings.midi.thru = {{"Knobs", {"Synth"}}};
  begin_with_all();
  turn(MidiMessage::of(Kind::note_on, 9, 40, 3));
  EXPECT_EQ(synth_->hear(), MidiMessage::of(Kind::note_on, 9, 40, 3));
  turn(MidiMessage::of(Kind::note_on, 9, 41, 4));
  EXPECT_EQ(synth_->hear(), MidiMessage::of(Kind::note_on, 9, 41, 4));
  turn(MidiMessage::of(Kind::note_off, 9, 40, 64));
  EXPECT_EQ(synth_->hear(), MidiMessage::of(Kind::note_off, 9, 40, 64));
  live_->finish();
  EXPECT_EQ(synth_->hear(), MidiMessage::of(Kind::note_off, 9, 41));
}

TEST_F(OverMidi, WhatADeviceSendsBackIsNoInteraction) {
  MidiSettings& midi = options_.settings.midi;
  midi.inputs = {"Knobs", "Synth"};
  midi.outputs = {"Synth"};
  midi.echo_guard = true;
  midi.echo_window = Seconds{5};
  begin_with_all();
  const auto back = std::move(*system_->open_output("virtual:Synth"));
  ASSERT_TRUE(comes("midi_inputs", 2));
  turn(MidiMessage::of(Kind::control_change, 1, 1, 77));
  const auto heard = synth_->hear();
  ASSERT_TRUE(heard);
  ASSERT_TRUE(back->send(heard->bytes()));
  ASSERT_TRUE(comes("midi_echoes", 1));
  EXPECT_EQ(musician_.count(live_->port(), "midi_moves"), 1);
  // The same once more was not sent twice, and another value was not sent at all.
  ASSERT_TRUE(back->send(heard->bytes()));
  ASSERT_TRUE(comes("midi_moves", 2));
  ASSERT_TRUE(back->send(MidiMessage::of(Kind::control_change, 1, 1, 78).bytes()));
  ASSERT_TRUE(comes("midi_moves", 3));
}

TEST_F(OverMidi, WithoutAnyMidiSystemEverythingElseWorks) {
  options_.settings.midi.api = "core";  // nobody has both
  begin();
  std::string fault;
  const auto late = std::chrono::steady_clock::now() + kWait;
  while (fault.empty() && std::chrono::steady_clock::now() < late)
    fault = live_->report().fault;
  EXPECT_THAT(fault, HasSubstr("there is no MIDI by core on this machine"));
  musician_.play({0.5F, 0.25F, 0.75F}, live_->port());
  EXPECT_TRUE(musician_.hear("/prediction"));
}

TEST(MidiPorts, AreFoundByAPartOfTheirNames) {
  const std::vector<std::string> names{"Midi Through:0", "X-TOUCH MINI:X-TOUCH MINI MIDI 1 20:0"};
  EXPECT_EQ(find_midi_port(names, "X-TOUCH"), names[1]);
  EXPECT_EQ(find_midi_port(names, "x-touch"), names[1]);
  EXPECT_EQ(find_midi_port(names, "Volca"), std::nullopt);
}

}  // namespace
}  // namespace imps::test
