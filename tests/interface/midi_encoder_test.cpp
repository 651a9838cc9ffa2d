#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "interface/midi/decoder.h"
#include "interface/midi/encoder.h"

namespace imps {
namespace {

const ControlSet kAll = ControlSet().set();

using Kind = MidiMapping::Kind;
using testing::ElementsAre;
using testing::IsEmpty;
using Note = std::pair<int, int>;  // channel, note

TEST(MidiEncoder, AndDecoderKeepEveryRawValueOfEveryKind) {
  for (const Kind kind :
       {Kind::note, Kind::control_change, Kind::control_change_fine, Kind::nrpn, Kind::pitch_bend,
        Kind::channel_pressure, Kind::poly_pressure, Kind::program_change}) {
    for (const bool turned : {false, true}) {
      MidiMapping mapping{.kind = kind, .channel = 16, .number = 5, .most = greatest_raw(kind)};
      if (turned) std::swap(mapping.least, mapping.most);
      MidiEncoder encoder({mapping});
      MidiDecoder decoder({mapping});
      for (int raw = 0; raw <= greatest_raw(kind); ++raw) {
        const double value =
            static_cast<double>(raw - mapping.least) / (mapping.most - mapping.least);
        double heard = -1;
        encoder.play({.controls = std::span(&value, 1), .touched = kAll}, TimePoint{},
                     [&](const MidiMessage& message) {
                       for (const ControlUpdate& update : decoder.on(message))
                         heard = update.value;
                     });
        ASSERT_EQ(raw_of(mapping, heard), raw) << static_cast<int>(kind);
        ASSERT_DOUBLE_EQ(heard, value);
      }
    }
  }
}

/// What a synth holds after what it was sent: a note-on begins one, whatever was before.
class Synth {
 public:
  void hear(const MidiMessage& message) {
    const Note note{message.channel(), message.first()};
    if (message.is_note_on()) held.insert(note);
    if (message.is_note_off()) {
      RC_ASSERT(held.count(note) == 1);
      held.erase(note);
    }
  }
  std::set<Note> held;
};

RC_GTEST_PROP(MidiEncoder, HoldsOneNoteAControlAndNothingAfterRelease, ()) {
  const auto count = *rc::gen::inRange<std::size_t>(1, 6);
  std::vector<MidiMapping> mappings(count);
  for (MidiMapping& mapping : mappings) {
    mapping.kind = *rc::gen::element(Kind::note, Kind::velocity, Kind::control_change, Kind::none);
    mapping.channel = *rc::gen::inRange(1, 3);
  }
  MidiEncoder encoder(mappings);
  Synth synth;
  const auto send = [&](const MidiMessage& message) { synth.hear(message); };
  const auto frames = *rc::gen::inRange(0, 30);
  for (int k = 0; k < frames; ++k) {
    std::vector<double> controls;
    std::set<Note> expected;
    for (const MidiMapping& mapping : mappings) {
      controls.push_back(*rc::gen::inRange(60, 64) / 127.0);
      if (mapping.kind == Kind::note)
        expected.insert({mapping.channel, raw_of(mapping, controls.back())});
    }
    encoder.play({.controls = controls, .touched = kAll}, TimePoint{}, send);
    RC_ASSERT(synth.held == expected);
    if (*rc::gen::inRange(0, 5) == 0) {
      encoder.release(send);
      RC_ASSERT(synth.held.empty());
    }
  }
  encoder.release(send);
  RC_ASSERT(synth.held.empty());
}

/// An encoder, and what it has sent, as "on 60 100", "off 60", "cc 7 127".
class Device {
 public:
  explicit Device(const std::vector<std::string>& mappings) : encoder(mappings_of(mappings)) {}

  static std::vector<MidiMapping> mappings_of(const std::vector<std::string>& texts) {
    std::vector<MidiMapping> mappings;
    for (const std::string& text : texts)
      mappings.push_back(midi_mapping_from_text(text).value());
    return mappings;
  }
  /// @param touched  letters: which of the controls
  std::vector<std::string> play(const std::vector<double>& controls, const std::string& touched,
                                int at_ms = 0, const std::vector<int>& velocities = {}) {
    said.clear();
    encoder.play({.controls = controls, .touched = ControlSet(touched), .velocities = velocities},
                 at(at_ms), send);
    return said;
  }
  static TimePoint at(int ms) { return TimePoint{std::chrono::milliseconds(ms)}; }

  std::vector<std::string> said;
  MidiEncoder::Send send = [this](const MidiMessage& message) {
    const std::string first = std::to_string(message.first());
    const std::string second = std::to_string(message.second());
    if (message.is_note_on())
      said.push_back("on " + first + " " + second);
    else if (message.is_note_off())
      said.push_back("off " + first);
    else
      said.push_back("cc " + first + " " + second);
  };
  MidiEncoder encoder;
};

constexpr double kC = 60 / 127.0;
constexpr double kD = 62 / 127.0;

TEST(MidiEncoder, ANoteEndsWhenItsLengthIsOver) {
  Device device({"note_on 1 length 0.25"});
  EXPECT_THAT(device.play({kC}, "1"), ElementsAre("on 60 127"));
  EXPECT_EQ(device.encoder.deadline(), Device::at(250));
  device.said.clear();
  device.encoder.on_time(Device::at(249), device.send);
  EXPECT_THAT(device.said, IsEmpty());
  device.encoder.on_time(Device::at(250), device.send);
  EXPECT_THAT(device.said, ElementsAre("off 60"));
  EXPECT_EQ(device.encoder.deadline(), std::nullopt);
}

TEST(MidiEncoder, ANextNoteEndsOneOfAFixedLengthBeforeItsTime) {
  Device device({"note_on 1 length 0.25"});
  device.play({kC}, "1");
  EXPECT_THAT(device.play({kD}, "1", 100), ElementsAre("off 60", "on 62 127"));
  EXPECT_EQ(device.encoder.deadline(), Device::at(350));
}

TEST(MidiEncoder, AGateHoldsANote) {
  Device device({"note_on 1 gate 2", "none"});
  EXPECT_THAT(device.play({kC, 0.2}, "11"), IsEmpty()) << "closed";
  EXPECT_THAT(device.play({kC, 0.5}, "10"), ElementsAre("on 60 127")) << "opens";
  EXPECT_THAT(device.play({kC, 0.9}, "11"), IsEmpty()) << "goes on";
  EXPECT_THAT(device.play({kD, 0.9}, "01"), ElementsAre("off 60", "on 62 127")) << "pitch";
  EXPECT_THAT(device.play({kD, 0.4}, "10"), ElementsAre("off 62")) << "closes";
  EXPECT_THAT(device.play({kC, 0.4}, "01"), IsEmpty());
}

TEST(MidiEncoder, ANoteIsAsLoudAsAControlSaysElseAsThePerformersLastElseAsItsMapping) {
  Device fixed({"note_on 1 90"});
  EXPECT_THAT(fixed.play({kC}, "1"), ElementsAre("on 60 90"));
  EXPECT_THAT(fixed.play({kC}, "1", 0, {55}), ElementsAre("off 60", "on 60 55"));
  EXPECT_THAT(fixed.play({kC}, "1", 0, {0}), ElementsAre("off 60", "on 60 90")) << "unknown";
  Device mapped({"note_on 1 90", "note_velocity 1"});
  EXPECT_THAT(mapped.play({kC, 10 / 127.0}, "11", 0, {55, 0}), ElementsAre("on 60 10"));
}

TEST(MidiEncoder, ACurveIsUndoneOnTheWayOut) {
  Device device({"control_change 1 7 curve 2"});
  EXPECT_THAT(device.play({0.25}, "1"), ElementsAre("cc 7 64"));
  const MidiMapping mapping = Device::mappings_of({"control_change 1 7 10 120 curve 3.3"})[0];
  MidiDecoder decoder({mapping});
  for (int raw = 10; raw <= 120; ++raw) {
    const auto updates = decoder.on(MidiMessage::of(MidiMessage::Kind::control_change, 1, 7, raw));
    ASSERT_EQ(raw_of(mapping, updates[0].value), raw);
  }
}

TEST(MidiEncoder, LetsGoOfOneControlsNote) {
  Device device({"note_on 1", "note_on 2"});
  device.play({kC, kD}, "11");
  device.said.clear();
  device.encoder.let_go(ControlSet("10"), device.send);
  EXPECT_THAT(device.said, ElementsAre("off 62"));
}

TEST(MidiEncoder, SaysFarewellOnChannelsThatHaveNotes) {
  Device device({"note_on 1", "control_change 2 7"});
  device.play({kC, 1}, "11");
  device.said.clear();
  device.encoder.farewell(device.send);
  EXPECT_THAT(device.said, ElementsAre("off 60", "cc 123 0"));
}

TEST(MidiEncoder, OtherMappingsReleaseOnlyWhatIsNotTheSameAnyMore) {
  Device device({"note_on 1", "note_on 1"});
  device.play({kC, kD}, "11");
  device.said.clear();
  device.encoder.remap(Device::mappings_of({"note_on 1", "control_change 1 7", "note_on 3"}),
                       device.send);
  EXPECT_THAT(device.said, ElementsAre("off 62"));
  EXPECT_THAT(device.play({kD, 1, kC}, "111"),
              ElementsAre("off 60", "on 62 127", "cc 7 127", "on 60 127"));
}

TEST(MidiEncoder, SendsAFineControllerOnceAndUpperHalfFirst) {
  MidiEncoder encoder({{.kind = Kind::control_change_fine, .number = 2, .most = 16'383}});
  std::vector<MidiMessage> sent;
  const auto send = [&](const MidiMessage& message) { sent.push_back(message); };
  const std::vector full{1.0};
  encoder.play({.controls = full, .touched = kAll}, TimePoint{}, send);
  encoder.play({.controls = full, .touched = kAll}, TimePoint{}, send);
  EXPECT_EQ(sent, (std::vector{MidiMessage::of(MidiMessage::Kind::control_change, 1, 2, 127),
                               MidiMessage::of(MidiMessage::Kind::control_change, 1, 34, 127)}));
}

}  // namespace
}  // namespace imps
