#include <string>

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "interface/midi/text.h"

namespace imps {
namespace {

using Kind = MidiMessage::Kind;

RC_GTEST_PROP(MidiText, ComesBackAsTheSameMessage, ()) {
  const auto kind = *rc::gen::element(Kind::note_on, Kind::note_off, Kind::control_change);
  const auto message = MidiMessage::of(kind, *rc::gen::inRange(1, 17), *rc::gen::inRange(0, 128),
                                       *rc::gen::inRange(0, 128));
  RC_ASSERT(midi_of(text_of(message)) == message);
  const auto bend = MidiMessage::pitch_bend(*rc::gen::inRange(1, 17), *rc::gen::inRange(0, 16384));
  RC_ASSERT(midi_of(text_of(bend)) == bend);
}

TEST(MidiText, TakesNothingElse) {
  for (const char* text : {"",
                           "/",
                           "/channel/",
                           "/channel/1",
                           "/channel/1/cc",
                           "/channel/1/cc/1",
                           "/channel/1/cc/1/",
                           "/channel/1/cc/1/2/",
                           "/channel/1/cc/1/2/3",
                           "/channel/0/cc/1/2",
                           "/channel/17/cc/1/2",
                           "/channel/1/cc/128/2",
                           "/channel/1/cc/1/-0",
                           "/channel/1/cc/1/+2",
                           "/channel/1/cc/1/2.5",
                           "/channel/1/cc/ 1/2",
                           "/channel/1/CC/1/2",
                           "/channel/99999999999999/cc/1/2",
                           "channel/1/cc/1/2",
                           "/channel/1/pitchbend/",
                           "/channel//pitchbend/1"})
    EXPECT_FALSE(midi_of(text)) << text;
}

TEST(MidiText, HasNoWordsForOtherKinds) {
  EXPECT_EQ(text_of(MidiMessage::of(Kind::program_change, 1, 5)), "");
}

}  // namespace
}  // namespace imps
