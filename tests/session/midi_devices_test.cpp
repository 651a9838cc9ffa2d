// A performance over MIDI: real JACK ports, which the test plugs in and pulls out.
#include <chrono>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#if defined(IMPS_HAS_JACK)
#include <jack/jack.h>
#include <jack/midiport.h>
#endif

#include "interface/midi/devices.h"
#include "interface/ports_here.h"
#include "tests/session/jack.h"
#include "tests/session/live.h"

namespace imps::test {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;
using Kind = MidiMessage::Kind;

class OverMidi : public ::testing::Test {
 protected:
  void SetUp() override {
    IMPS_NEEDS_JACK();
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

  void plug_in_knobs() { knobs_ = *system_->open_output("virtual:Knobs"); }
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
  /// What was told, with "!" before what is bad, until there were so many.
  std::vector<std::string> news(std::size_t count) {
    std::vector<std::string> all;
    const auto late = std::chrono::steady_clock::now() + kWait;
    while (all.size() < count && std::chrono::steady_clock::now() < late)
      for (const PortNews& one : live_->report().news)
        all.push_back((one.is_bad ? "!" : "") + one.text);
    return all;
  }
  /// The synthesizer is back: it may be the same one, behind an adapter that was pulled out.
  void expect_release(int note) {
    EXPECT_EQ(synth_->hear(), MidiMessage::of(Kind::note_off, 1, note));
    EXPECT_EQ(synth_->hear(), MidiMessage::of(Kind::control_change, 1, 64, 0));
    EXPECT_EQ(synth_->hear(), MidiMessage::of(Kind::control_change, 1, 123, 0));
  }
  void turn(const MidiMessage& message) { ASSERT_TRUE(knobs_->send(message)); }

  std::optional<Jack> jack_;
  std::unique_ptr<MidiSystem> system_;
  std::unique_ptr<MidiOutput> knobs_;
  std::optional<Synth> synth_;
  Musician musician_;
  LiveOptions options_;
  std::optional<Live> live_;
};

#if defined(IMPS_HAS_JACK)
/// A client that notes in which period it heard what.
class Periods {
 public:
  struct Heard {
    int period;
    int status;
    int first;
  };
  Periods()
      : client_(jack_client_open("periods", JackNoStartServer, nullptr)),
        port_(jack_port_register(client_, "in", JACK_DEFAULT_MIDI_TYPE, JackPortIsInput, 0)) {
    jack_set_process_callback(
        client_,
        [](jack_nframes_t frames, void* self) {
          static_cast<Periods*>(self)->process(frames);
          return 0;
        },
        this);
    jack_activate(client_);
  }
  ~Periods() { jack_client_close(client_); }
  Periods(const Periods&) = delete;
  Periods& operator=(const Periods&) = delete;
  std::vector<Heard> heard() {
    const std::lock_guard lock(mutex_);
    return heard_;
  }

 private:
  void process(jack_nframes_t frames) {
    const std::lock_guard lock(mutex_);
    ++period_;
    void* const buffer = jack_port_get_buffer(port_, frames);
    for (std::uint32_t k = 0; k < jack_midi_get_event_count(buffer); ++k) {
      jack_midi_event_t event;
      if (jack_midi_event_get(&event, buffer, k) == 0 && event.size > 1)
        heard_.push_back({period_, event.buffer[0], event.buffer[1]});
    }
  }

  jack_client_t* const client_;
  jack_port_t* const port_;
  std::mutex mutex_;
  int period_ = 0;
  std::vector<Heard> heard_;
};

TEST_F(OverMidi, WhatEndsAllNotesComesAPeriodAfterWhatEndedEach) {
  Periods periods;
  options_.settings.midi.outputs = {"periods"};
  options_.settings.midi.output = {{"periods", options_.settings.midi.output.front().second}};
  plug_in_knobs();
  begin();
  ASSERT_TRUE(comes("midi_inputs", 1));
  ASSERT_TRUE(comes("midi_outputs", 1));
  turn(MidiMessage::of(Kind::note_on, 1, 60, 100));
  ASSERT_TRUE(comes("midi_moves", 1));
  live_->finish();
  std::vector<Periods::Heard> heard;
  const auto late = std::chrono::steady_clock::now() + kWait;
  while (heard.size() < 3 && std::chrono::steady_clock::now() < late)
    heard = periods.heard();
  ASSERT_EQ(heard.size(), 3U);
  EXPECT_EQ(heard[1].status, 0x80);
  EXPECT_EQ(heard[2].first, controller::kAllNotesOff);
  EXPECT_EQ(heard[2].period, heard[1].period + 1);
}
#endif

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
  EXPECT_EQ(synth_->hear(), MidiMessage::of(Kind::control_change, 1, 123, 0));
}

TEST_F(OverMidi, AKeyThatIsLetGoEndsItsOwnNoteThroughThru) {
  begin_with_all();
  turn(MidiMessage::of(Kind::note_on, 1, 60, 100));
  turn(MidiMessage::of(Kind::note_off, 1, 61));
  turn(MidiMessage::of(Kind::note_off, 1, 60));
  EXPECT_EQ(synth_->hear(), MidiMessage::of(Kind::note_on, 1, 60, 127));
  EXPECT_EQ(synth_->hear(), MidiMessage::of(Kind::note_off, 1, 60));
}

TEST_F(OverMidi, AKeyThatIsHeldWhileASceneIsSwitchedStillEndsItsNote) {
  begin_with_all();
  turn(MidiMessage::of(Kind::note_on, 1, 60, 100));
  EXPECT_EQ(synth_->hear(), MidiMessage::of(Kind::note_on, 1, 60, 127));
  const auto next = std::make_shared<Settings>(live_->settings());
  next->interaction.bindings = {midi_binding_from_text("note 1 60: panic").value()};
  live_->send(TakeSettings{.settings = next,
                           .scene = "other",
                           .model = {},
                           .commands = {{.kind = Command::Kind::seed, .seed = 7}}});
  ASSERT_TRUE(comes("seed", 7));
  turn(MidiMessage::of(Kind::note_off, 1, 60));
  EXPECT_EQ(synth_->hear(), MidiMessage::of(Kind::note_off, 1, 60));
}

TEST_F(OverMidi, AKeyThatIsHeldWhileThruIsSwitchedOffEndsItsNote) {
  begin_with_all();
  turn(MidiMessage::of(Kind::note_on, 1, 60, 100));
  EXPECT_EQ(synth_->hear(), MidiMessage::of(Kind::note_on, 1, 60, 127));
  const auto next = std::make_shared<Settings>(live_->settings());
  next->interaction.input_thru = false;
  live_->send(TakeSettings{.settings = next, .scene = {}, .model = {}, .commands = {}});
  EXPECT_EQ(synth_->hear(), MidiMessage::of(Kind::note_off, 1, 60));
}

TEST_F(OverMidi, ANoteOfAFixedLengthEndsByItself) {
  options_.settings.midi.output = {{"Synth",
                                    {midi_mapping_from_text("none").value(),
                                     midi_mapping_from_text("note_on 1 length 0.02").value()}}};
  begin_with_all();
  turn(MidiMessage::of(Kind::note_on, 1, 60, 100));
  EXPECT_EQ(synth_->hear(), MidiMessage::of(Kind::note_on, 1, 60, 127));
  EXPECT_EQ(synth_->hear(), MidiMessage::of(Kind::note_off, 1, 60));
}

TEST_F(OverMidi, TheModelIsAsLoudAsThePerformerWasWhenAsked) {
  options_.settings.interaction.input_thru = false;
  options_.settings.interaction.mode = Mode::polyphony;
  options_.settings.interaction.remember_velocity = true;
  options_.settings.midi.output = {{"Synth", {{}, {.kind = MidiMapping::Kind::note}}}};
  begin_with_all();
  turn(MidiMessage::of(Kind::note_on, 1, 60, 33));
  const auto heard = synth_->hear();
  ASSERT_TRUE(heard);
  EXPECT_TRUE(heard->is_note_on());
  EXPECT_EQ(heard->second(), 33);
}

TEST_F(OverMidi, ASlowDeviceGetsTheLatestValuesRatherThanAQueue) {
  options_.settings.midi.bytes_per_second = 100;  // 30 ms for a message
  begin_with_all();
  for (int value = 0; value < 128; ++value)
    turn(MidiMessage::of(Kind::control_change, 1, 1, value));
  int heard = 0;
  for (auto message = synth_->hear(); message; message = synth_->hear()) {
    ++heard;
    if (message->second() == 127) break;
  }
  EXPECT_LT(heard, 100);
  EXPECT_GE(heard, 2);
}

TEST_F(OverMidi, ADeviceThatStaysInTheConfigurationPlaysOnWhileOthersComeAndGo) {
  begin_with_all();
  turn(MidiMessage::of(Kind::note_on, 1, 60, 100));
  EXPECT_EQ(synth_->hear(), MidiMessage::of(Kind::note_on, 1, 60, 127));

  Synth second(*system_, "Second");
  auto next = std::make_shared<Settings>(live_->settings());
  next->midi.outputs = {"Synth", "Second"};
  next->midi.output = {{"", options_.settings.midi.output[0].second}};
  live_->send(TakeSettings{.settings = next, .scene = {}, .model = {}, .commands = {}});
  ASSERT_TRUE(comes("midi_outputs", 2));
  turn(MidiMessage::of(Kind::control_change, 1, 1, 9));
  EXPECT_EQ(synth_->hear(), MidiMessage::of(Kind::control_change, 1, 1, 9)) << "note 60 is held";
  EXPECT_EQ(second.hear(), MidiMessage::of(Kind::control_change, 1, 1, 9));

  turn(MidiMessage::of(Kind::note_on, 1, 61, 100));
  EXPECT_EQ(second.hear(), MidiMessage::of(Kind::note_on, 1, 61, 127));
  EXPECT_EQ(synth_->hear(), MidiMessage::of(Kind::note_off, 1, 60));
  EXPECT_EQ(synth_->hear(), MidiMessage::of(Kind::note_on, 1, 61, 127));
  next = std::make_shared<Settings>(*next);
  next->midi.outputs = {"Synth"};
  live_->send(TakeSettings{.settings = next, .scene = {}, .model = {}, .commands = {}});
  EXPECT_EQ(second.hear(), MidiMessage::of(Kind::note_off, 1, 61)) << "released when it goes";
  EXPECT_EQ(second.hear(), MidiMessage::of(Kind::control_change, 1, 123, 0));
  ASSERT_TRUE(comes("midi_outputs", 1));
  turn(MidiMessage::of(Kind::control_change, 1, 1, 10));
  EXPECT_EQ(synth_->hear(), MidiMessage::of(Kind::control_change, 1, 1, 10)) << "61 is held here";
}

TEST_F(OverMidi, ASceneWithOtherMappingsReleasesWhatHasNoPlaceAnyMore) {
  begin_with_all();
  turn(MidiMessage::of(Kind::note_on, 1, 60, 100));
  EXPECT_EQ(synth_->hear(), MidiMessage::of(Kind::note_on, 1, 60, 127));
  auto next = std::make_shared<Settings>(live_->settings());
  next->midi.output[0].second[1] = {.kind = MidiMapping::Kind::control_change, .number = 9};
  live_->send(TakeSettings{.settings = next, .scene = "other", .model = {}, .commands = {}});
  EXPECT_EQ(synth_->hear(), MidiMessage::of(Kind::note_off, 1, 60));
  turn(MidiMessage::of(Kind::note_on, 1, 64, 100));
  EXPECT_EQ(synth_->hear(), MidiMessage::of(Kind::control_change, 1, 9, 64));
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

TEST_F(OverMidi, WhatWasHeldWhenACableWasTakenOutEndsWhenItIsBack) {
  begin_with_all();
  const auto cable = [](const std::string& program) {
    return std::system((program + " 'imps:imps to imps:Synth' imps:Synth").c_str());
  };
  turn(MidiMessage::of(Kind::note_on, 1, 60, 100));
  EXPECT_EQ(synth_->hear(), MidiMessage::of(Kind::note_on, 1, 60, 127));
  ASSERT_EQ(cable("jack_disconnect"), 0);
  turn(MidiMessage::of(Kind::note_on, 1, 62, 100));  // the note-off of 60 goes nowhere
  ASSERT_TRUE(musician_.is_answered(live_->port()));
  ASSERT_EQ(cable("jack_connect"), 0);
  auto heard = synth_->hear();
  while (heard && *heard != MidiMessage::of(Kind::control_change, 1, 123, 0))
    heard = synth_->hear();
  EXPECT_TRUE(heard);
  turn(MidiMessage::of(Kind::control_change, 1, 1, 5));
  do {
    heard = synth_->hear();
  } while (heard && *heard != MidiMessage::of(Kind::control_change, 1, 1, 5));
  EXPECT_TRUE(heard) << "it plays on";
}

TEST_F(OverMidi, DevicesMayComeAndGo) {
  begin();
  for (int round = 0; round < 3; ++round) {
    plug_in_knobs();
    ASSERT_TRUE(comes("midi_inputs", 1)) << round;
    plug_in_synth();
    ASSERT_TRUE(comes("midi_outputs", 1)) << round;
    if (round > 0) expect_release(59 + round);
    turn(MidiMessage::of(Kind::note_on, 1, 60 + round, 100));
    EXPECT_EQ(synth_->hear(), MidiMessage::of(Kind::note_on, 1, 60 + round, 127)) << round;
    synth_.reset();  // with a note sounding
    ASSERT_TRUE(comes("midi_outputs", 0)) << round;
    turn(MidiMessage::of(Kind::note_on, 1, 70, 100));
    knobs_.reset();
    ASSERT_TRUE(comes("midi_inputs", 0)) << round;
  }
}

TEST_F(OverMidi, ANameOfTwoDevicesIsSaid) {
  const auto one = system_->open_output("virtual:Knobs left");
  const auto two = system_->open_output("virtual:Knobs right");
  ASSERT_TRUE(one && two);
  begin();
  EXPECT_THAT(news(3),
              Contains(AllOf(HasSubstr("!midi: \"Knobs\" is in the names of 2 MIDI inputs ("),
                             HasSubstr("give more of the name to choose"))));
}

TEST_F(OverMidi, DevicesAreToldOfInTheOrderInWhichTheyCameAndWent) {
  begin_with_all();
  EXPECT_THAT(news(2),
              UnorderedElementsAre("midi: hearing imps:Knobs", "midi: playing on imps:Synth"));
  for (int round = 0; round < 3; ++round) {
    synth_.reset();
    ASSERT_TRUE(comes("midi_outputs", 0));
    knobs_.reset();
    ASSERT_TRUE(comes("midi_inputs", 0));
    plug_in_synth();
    ASSERT_TRUE(comes("midi_outputs", 1));
    plug_in_knobs();
    ASSERT_TRUE(comes("midi_inputs", 1));
    EXPECT_THAT(news(4), ElementsAre("!midi: imps:Synth has gone: imps goes on looking for it",
                                     "!midi: imps:Knobs has gone: imps goes on looking for it",
                                     "midi: playing on imps:Synth", "midi: hearing imps:Knobs"));
  }
}

TEST_F(OverMidi, ADeviceThatReturnsBeforeAnybodyHasLookedIsTakenUpAgain) {
  begin_with_all();
  for (int round = 0; round < 3; ++round) {
    knobs_.reset();
    plug_in_knobs();
    synth_.reset();
    plug_in_synth();
    // It may still be the old one that is open.
    const auto late = std::chrono::steady_clock::now() + kWait;
    std::optional<MidiMessage> heard;
    for (int value = 0; !heard && std::chrono::steady_clock::now() < late; ++value) {
      // Refused while a server that gets no time has yet to take the ones before.
      static_cast<void>(knobs_->send(MidiMessage::of(Kind::control_change, 1, 1, value % 128)));
      ASSERT_TRUE(musician_.is_answered(live_->port()));
      heard = synth_->next();
    }
    EXPECT_TRUE(heard) << round;
  }
}

TEST_F(OverMidi, WhatTheModelHoldsEndsBeforeTheSameNoteIsPassedOn) {
  options_.settings.interaction.input_thru = false;
  options_.settings.interaction.mode = Mode::call_response;
  options_.settings.interaction.threshold = Seconds{0.05};
  options_.settings.midi.thru = {{"Knobs", {"Synth"}}};
  options_.settings.midi.output = {{"Synth", {{}, {.kind = MidiMapping::Kind::note}}}};
  begin_with_all();
  turn(MidiMessage::of(Kind::control_change, 1, 1, 9));
  EXPECT_EQ(synth_->hear(), MidiMessage::of(Kind::control_change, 1, 1, 9)) << "passed on";
  std::optional<MidiMessage> held;  // what the model answers
  do {
    held = synth_->hear();
    ASSERT_TRUE(held);
  } while (!held->is_note_on());
  // The model may have gone on to another note meanwhile: what counts is what sounds in the end.
  const auto note = MidiMessage::of(Kind::note_on, 1, held->first(), 77);
  turn(note);
  auto heard = synth_->hear();
  while (heard && *heard != note)
    heard = synth_->hear();
  ASSERT_TRUE(heard);
  turn(MidiMessage::of(Kind::control_change, 1, 1, 10));
  EXPECT_EQ(synth_->hear(), MidiMessage::of(Kind::control_change, 1, 1, 10)) << "it was cut";
}

TEST_F(OverMidi, TheServerMayEndAndReturn) {
  begin_with_all();
  for (int round = 0; round < 3; ++round) {
    if (round > 0) expect_release(59 + round);
    turn(MidiMessage::of(Kind::note_on, 1, 60 + round, 100));
    EXPECT_EQ(synth_->hear(), MidiMessage::of(Kind::note_on, 1, 60 + round, 127)) << round;
    jack_.reset();
    ASSERT_TRUE(comes("midi_inputs", 0)) << round;
    ASSERT_TRUE(comes("midi_outputs", 0)) << round;
    EXPECT_FALSE(system_->is_there());
    EXPECT_EQ(system_->ports(), MidiPorts{});
    EXPECT_FALSE(system_->open_output("virtual:Late"));
    EXPECT_FALSE(knobs_->send(MidiMessage::of(Kind::control_change, 1, 1, 1)));
    EXPECT_TRUE(musician_.is_answered(live_->port())) << "the stage has stopped";
    // Ports of before may outlive their server, and the next one.
    const auto old_knobs = std::move(knobs_);
    const auto old_system = std::move(system_);
    jack_.emplace();
    system_ = jack_->connect();
    ASSERT_TRUE(system_);
    plug_in_knobs();
    plug_in_synth();
    ASSERT_TRUE(comes("midi_inputs", 1)) << round;
    ASSERT_TRUE(comes("midi_outputs", 1)) << round;
  }
}

TEST_F(OverMidi, AServerThatHangsLosesNoRelease) {
  begin_with_all();
  jack_->hold();
  for (int k = 0; k < 3'000; ++k) {
    musician_.play({0.0F, static_cast<float>(k % 100) / 127, 0.0F}, live_->port());
    if (k % 100 == 99) {
      ASSERT_TRUE(musician_.is_answered(live_->port()));
    }
  }
  live_.reset();  // its ports have been closed
  jack_->go_on();
  std::set<int> sounding;
  for (auto heard = synth_->hear(); heard; heard = synth_->hear()) {
    if (heard->is_note_on()) sounding.insert(heard->first());
    if (heard->is_note_off()) sounding.erase(heard->first());
    if (*heard == MidiMessage::of(Kind::control_change, 1, 123, 0)) break;  // the last word
  }
  EXPECT_THAT(sounding, ::testing::IsEmpty());
}

TEST_F(OverMidi, AListOfPortsDoesNotWaitForAServerThatHangs) {
  system_.reset();  // a client that there is already needs no answer
  jack_->hold();
  PortsLook ports("jack", std::chrono::milliseconds(50));
  EXPECT_THAT(ports.look().midi_trouble, HasSubstr("does not answer"));
  EXPECT_THAT(ports.look().midi_system, ::testing::IsEmpty()) << "nor the next one";
  jack_->go_on();
  const auto late = std::chrono::steady_clock::now() + kWait;
  while (ports.look().midi_system != "JACK")
    ASSERT_LT(std::chrono::steady_clock::now(), late);
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
  turn(MidiMessage::of(Kind::control_change, 10, 64, 127));
  EXPECT_EQ(synth_->hear(), MidiMessage::of(Kind::control_change, 10, 64, 127));
  turn(MidiMessage::pitch_bend(10, 9000));
  EXPECT_EQ(synth_->hear(), MidiMessage::pitch_bend(10, 9000));
  live_->finish();
  EXPECT_EQ(synth_->hear(), MidiMessage::of(Kind::note_off, 9, 41));
  EXPECT_EQ(synth_->hear(), MidiMessage::of(Kind::control_change, 10, 64, 0))
      << "what rings under the pedal ends, too";
  EXPECT_EQ(synth_->hear(), MidiMessage::pitch_bend(10, 8192));
}

TEST_F(OverMidi, TheTempoIsThatOfTheClockThatComesInWhenAsked) {
  for (const bool follows : {true, false}) {
    options_.settings.midi.follow_clock = follows;
    begin_with_all();
    int value = 0;
    double tempo = 0;
    // The second time, until nothing can come any more.
    for (int k = 0; k < 60 && tempo == 0; ++k) {
      const auto tick = std::chrono::steady_clock::now();
      turn(MidiMessage::of(MidiClock::tick));
      // 250 beats a minute at most.
      while (std::chrono::steady_clock::now() - tick < std::chrono::milliseconds(10)) {
        turn(MidiMessage::of(Kind::control_change, 1, 1, ++value % 128));
        ASSERT_TRUE(synth_->hear());
      }
      tempo = std::get<double>(musician_.status(live_->port()).at("tempo"));
    }
    EXPECT_EQ(tempo >= 1, follows) << tempo;
    EXPECT_LE(tempo, 260);
    EXPECT_EQ(musician_.count(live_->port(), "midi_messages"), value) << "ticks are no messages";
    live_.reset();
    knobs_.reset();
    synth_.reset();
  }
}

TEST_F(OverMidi, LampsShowWhoseAControlIs) {
  options_.settings.interaction.mode = Mode::duet;
  options_.settings.interaction.input_thru = false;
  options_.settings.midi.output = {};
  options_.settings.midi.lights = {{"Synth",
                                    {midi_light_from_text("control_change 16 20 5 2").value(),
                                     midi_light_from_text("note 16 36").value()}}};
  const auto first = [](int value) { return MidiMessage::of(Kind::control_change, 16, 20, value); };
  begin_with_all();
  EXPECT_EQ(synth_->hear(), first(2));
  EXPECT_EQ(synth_->hear(), MidiMessage::of(Kind::note_on, 16, 36, 0));
  turn(MidiMessage::of(Kind::control_change, 1, 1, 64));
  EXPECT_EQ(synth_->hear(), first(5));
  EXPECT_EQ(synth_->hear(), first(2)) << "it has rested for a second";
  turn(MidiMessage::of(Kind::note_on, 1, 60, 100));
  EXPECT_EQ(synth_->hear(), MidiMessage::of(Kind::note_on, 16, 36, 127));
  synth_.reset();
  ASSERT_TRUE(comes("midi_outputs", 0));
  plug_in_synth();
  auto heard = synth_->hear();  // what the lamp was before ends first
  while (heard && heard != first(2))
    heard = synth_->hear();
  EXPECT_TRUE(heard) << "told anew";
}

TEST_F(OverMidi, ADeviceThatSendsOnlyAnUpperHalfInTheEndStandsThere) {
  MidiSettings& midi = options_.settings.midi;
  midi.input[0].second[0] = {
      .kind = MidiMapping::Kind::control_change_fine, .number = 1, .most = 16'383};
  begin_with_all();
  for (const auto& [number, value] : {std::pair(1, 10), std::pair(33, 3), std::pair(1, 127)})
    turn(MidiMessage::of(Kind::control_change, 1, number, value));
  while (synth_->hear() != MidiMessage::of(Kind::control_change, 1, 1, 126)) {
  }
}

TEST_F(OverMidi, WhatIsHeldOnAControllerThatIsPulledOutEnds) {
  options_.settings.midi.thru = {{"Knobs", {"Synth"}}};
  options_.settings.midi.input[0].second[1].channel = 2;
  begin_with_all();
  turn(MidiMessage::of(Kind::note_on, 9, 40, 3));
  EXPECT_EQ(synth_->hear(), MidiMessage::of(Kind::note_on, 9, 40, 3)) << "passed on";
  turn(MidiMessage::of(Kind::note_on, 2, 60, 90));
  EXPECT_EQ(synth_->hear(), MidiMessage::of(Kind::note_on, 1, 60, 127)) << "by its control";
  EXPECT_EQ(synth_->hear(), MidiMessage::of(Kind::note_on, 2, 60, 90)) << "passed on";
  knobs_.reset();
  std::vector<MidiMessage> heard;
  for (int k = 0; k < 3; ++k)
    heard.push_back(synth_->hear().value_or(MidiMessage{}));
  EXPECT_THAT(heard, ::testing::UnorderedElementsAre(MidiMessage::of(Kind::note_off, 1, 60),
                                                     MidiMessage::of(Kind::note_off, 2, 60),
                                                     MidiMessage::of(Kind::note_off, 9, 40)));
}

TEST_F(OverMidi, PanicEndsWhatWasPassedOn) {
  options_.settings.midi.thru = {{"Knobs", {"Synth"}}};
  begin_with_all();
  turn(MidiMessage::of(Kind::note_on, 9, 40, 3));
  EXPECT_EQ(synth_->hear(), MidiMessage::of(Kind::note_on, 9, 40, 3));
  live_->send(TakeCommand{Command{.kind = Command::Kind::panic}});
  EXPECT_EQ(synth_->hear(), MidiMessage::of(Kind::note_off, 9, 40));
  while (synth_->hear() != MidiMessage::of(Kind::control_change, 9, 120, 0)) {
  }
}

TEST_F(OverMidi, WhatADeviceSendsBackIsNoInteraction) {
  MidiSettings& midi = options_.settings.midi;
  midi.inputs = {"Knobs", "Synth"};
  midi.outputs = {"Synth"};
  midi.echo_guard = true;
  midi.echo_window = Seconds{5};
  begin_with_all();
  const auto back = *system_->open_output("virtual:Synth");
  ASSERT_TRUE(comes("midi_inputs", 2));
  turn(MidiMessage::of(Kind::control_change, 1, 1, 77));
  const auto heard = synth_->hear();
  ASSERT_TRUE(heard);
  ASSERT_TRUE(back->send(*heard));
  ASSERT_TRUE(comes("midi_echoes", 1));
  EXPECT_EQ(musician_.count(live_->port(), "midi_moves"), 1);
  // The same once more was not sent twice, and another value was not sent at all.
  ASSERT_TRUE(back->send(*heard));
  ASSERT_TRUE(comes("midi_moves", 2));
  ASSERT_TRUE(back->send(MidiMessage::of(Kind::control_change, 1, 1, 78)));
  ASSERT_TRUE(comes("midi_moves", 3));
}

TEST_F(OverMidi, WithoutAnyMidiSystemEverythingElseWorks) {
  options_.settings.midi.api = "core";  // nobody has both
  begin();
  EXPECT_THAT(news(1), ElementsAre(HasSubstr("there is no MIDI by core on this machine")));
  musician_.play({0.5F, 0.25F, 0.75F}, live_->port());
  EXPECT_TRUE(musician_.hear("/prediction"));
}

TEST(MidiPorts, AreOfOneDeviceWhenTheyAreCalledAlikeOrAreOfOneClient) {
  EXPECT_TRUE(is_same_midi_device("Launchpad", "Launchpad"));
  EXPECT_TRUE(is_same_midi_device("Push:in", "Push:out"));
  EXPECT_FALSE(is_same_midi_device("Push:in", "Pull:in"));
  EXPECT_FALSE(is_same_midi_device("Push", "Launchpad"));
  EXPECT_FALSE(is_same_midi_device("system:midi_capture_1", "system:midi_playback_1"));
  EXPECT_FALSE(is_same_midi_device(":a", ":b"));
}

TEST(MidiPorts, AreFoundByAPartOfTheirNames) {
  const std::vector<std::string> names{"Midi Through:0", "X-TOUCH MINI:X-TOUCH MINI MIDI 1 20:0"};
  EXPECT_EQ(find_midi_port(names, "X-TOUCH"), names[1]);
  EXPECT_EQ(find_midi_port(names, "x-touch"), names[1]);
  EXPECT_EQ(find_midi_port(names, "Volca"), std::nullopt);
}

TEST(MidiPorts, AreFirstThoseThatAreCalledJustSo) {
  const std::vector<std::string> names{"Synth 10", "Synth 1", "synth 12"};
  EXPECT_EQ(find_midi_port(names, "Synth 1"), names[1]);
  EXPECT_EQ(find_midi_ports(names, "Synth 1"), (std::vector{names[0], names[1]}));
  EXPECT_EQ(find_midi_ports(names, "SYNTH 1"), names);
}

}  // namespace
}  // namespace imps::test
