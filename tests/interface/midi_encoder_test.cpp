#include <map>
#include <set>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "interface/midi/decoder.h"
#include "interface/midi/encoder.h"

namespace imps {
namespace {

const ControlSet kAll = ControlSet().set();

using Kind = MidiMapping::Kind;
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
        encoder.play(std::vector{value}, kAll, [&](const MidiMessage& message) {
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
    encoder.play(controls, kAll, send);
    RC_ASSERT(synth.held == expected);
    if (*rc::gen::inRange(0, 5) == 0) {
      encoder.release(send);
      RC_ASSERT(synth.held.empty());
    }
  }
  encoder.release(send);
  RC_ASSERT(synth.held.empty());
}

TEST(MidiEncoder, SendsAFineControllerOnceAndUpperHalfFirst) {
  MidiEncoder encoder({{.kind = Kind::control_change_fine, .number = 2, .most = 16'383}});
  std::vector<MidiMessage> sent;
  const auto send = [&](const MidiMessage& message) { sent.push_back(message); };
  encoder.play(std::vector{1.0}, kAll, send);
  encoder.play(std::vector{1.0}, kAll, send);
  EXPECT_EQ(sent, (std::vector{MidiMessage::of(MidiMessage::Kind::control_change, 1, 2, 127),
                               MidiMessage::of(MidiMessage::Kind::control_change, 1, 34, 127)}));
}

}  // namespace
}  // namespace imps
