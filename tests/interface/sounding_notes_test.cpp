#include "interface/midi/sounding_notes.h"

#include <chrono>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include "interface/midi/note_table.h"

namespace imps::test {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Not;
using Kind = MidiMessage::Kind;

void say(SoundingNotes& notes, const MidiMessage& message, TimePoint at = TimePoint{}) {
  notes.before(message);
  notes.after(message, at);
}

TEST(SoundingNotes, AreReleasedAndTheirChannelsSilenced) {
  SoundingNotes notes;
  EXPECT_THAT(notes.releases(), IsEmpty());
  say(notes, MidiMessage::of(Kind::note_on, 1, 60, 100));
  say(notes, MidiMessage::of(Kind::note_on, 16, 127, 1));
  say(notes, MidiMessage::of(Kind::note_on, 1, 0, 1));
  say(notes, MidiMessage::of(Kind::note_on, 1, 61, 100));
  say(notes, MidiMessage::of(Kind::note_off, 1, 61));
  say(notes, MidiMessage::of(Kind::note_on, 1, 0, 0));  // a note-off, too
  say(notes, MidiMessage::of(Kind::control_change, 3, 7, 0));
  EXPECT_THAT(notes.releases(), ElementsAre(MidiMessage::of(Kind::note_off, 1, 60),
                                            MidiMessage::of(Kind::note_off, 16, 127),
                                            MidiMessage::of(Kind::control_change, 1, 64, 0),
                                            MidiMessage::of(Kind::control_change, 1, 123, 0),
                                            MidiMessage::of(Kind::control_change, 3, 64, 0),
                                            MidiMessage::of(Kind::control_change, 3, 123, 0),
                                            MidiMessage::of(Kind::control_change, 16, 64, 0),
                                            MidiMessage::of(Kind::control_change, 16, 123, 0)));
  notes.forget();
  EXPECT_THAT(notes.releases(), IsEmpty()) << "another device";
}

TEST(SoundingNotes, SoundFromBeforeTheyAreSentUntilAfterTheyAreReleased) {
  SoundingNotes notes;
  notes.before(MidiMessage::of(Kind::note_on, 2, 60, 100));
  EXPECT_EQ(notes.releases().size(), 3U);
  notes.before(MidiMessage::of(Kind::note_off, 2, 60));
  EXPECT_EQ(notes.releases().size(), 3U);
  notes.after(MidiMessage::of(Kind::note_off, 2, 60), TimePoint{});
  EXPECT_EQ(notes.releases().size(), 2U);
}

TEST(SoundingNotes, ThatEndedOfLateMayNotHaveBeenHeardToEnd) {
  SoundingNotes notes;
  const MidiMessage first = MidiMessage::of(Kind::note_off, 1, 60);
  const MidiMessage second = MidiMessage::of(Kind::note_off, 1, 61);
  say(notes, MidiMessage::of(Kind::note_on, 1, 60, 100));
  say(notes, MidiMessage::of(Kind::note_on, 1, 61, 100));
  say(notes, first, TimePoint{1s});
  EXPECT_THAT(notes.releases(), Not(Contains(first)));
  EXPECT_THAT(notes.last_releases(), IsSupersetOf({first, second}));
  say(notes, second, TimePoint{3s});
  EXPECT_THAT(notes.last_releases(), IsSupersetOf({first, second})) << "not long enough yet";
  say(notes, second, TimePoint{5s});
  EXPECT_THAT(notes.last_releases(), Not(Contains(first)));
  EXPECT_THAT(notes.last_releases(), Contains(second));
  EXPECT_FALSE(notes.any());

  SoundingNotes doubted = {};
  say(doubted, MidiMessage::of(Kind::note_on, 1, 60, 100));
  say(doubted, MidiMessage::of(Kind::control_change, 1, controller::kAllNotesOff));
  ASSERT_FALSE(doubted.any());
  doubted.doubt();
  EXPECT_THAT(doubted.releases(), Contains(first));
}

TEST(NoteTable, SaysWhatIsOwedAndWhere) {
  NoteTable table;
  KeptNotes synth(&table, NoteOutput::Kind::midi, "jack", "Synth");
  KeptNotes unused(&table, NoteOutput::Kind::midi, "jack", "Drums");
  KeptNotes line(&table, NoteOutput::Kind::serial, "31250", "/dev/ttyACM0");
  synth.before(MidiMessage::of(Kind::note_on, 1, 60, 100));
  line.before(MidiMessage::of(Kind::control_change, 2, 7, 100));
  const auto owed = table.owed();
  ASSERT_EQ(owed.size(), 2U);
  EXPECT_EQ(owed[0].output.name, "Synth");
  EXPECT_EQ(owed[0].output.way, "jack");
  EXPECT_EQ(owed[0].messages.size(), 3U);
  EXPECT_EQ(owed[1].output.kind, NoteOutput::Kind::serial);
  EXPECT_EQ(owed[1].output.name, "/dev/ttyACM0");
}

TEST(NoteTable, KeepsThePlaceOfAnOutputThatWasLeftSounding) {
  NoteTable table;
  for (int round = 0; round < 1000; ++round) {
    KeptNotes kept(&table, NoteOutput::Kind::midi, "auto", "Synth");
    kept.before(MidiMessage::of(Kind::note_on, 1, 60, 100));
    if (round < 3) continue;
    kept.after(MidiMessage::of(Kind::note_off, 1, 60), TimePoint{});
  }
  EXPECT_EQ(table.owed().size(), 3U) << "and the others find room";
  KeptNotes nowhere(&table, NoteOutput::Kind::midi, "auto", std::string(300, 'x'));
  nowhere.before(MidiMessage::of(Kind::note_on, 1, 60, 100));
  EXPECT_EQ(table.owed().size(), 3U) << "a name that does not fit";
}

RC_GTEST_PROP(SoundingNotes, AreThoseThatWereBegunAndNotEnded, ()) {
  const auto said = *rc::gen::container<std::vector<std::tuple<int, int, int>>>(
      rc::gen::tuple(rc::gen::inRange(0, 3), rc::gen::inRange(1, 17), rc::gen::inRange(0, 128)));
  SoundingNotes notes;
  std::set<std::pair<int, int>> sounding;
  for (const auto& [what, channel, note] : said) {
    if (what == 0) {
      say(notes, MidiMessage::of(Kind::note_on, channel, note, 64));
      sounding.insert({channel, note});
    } else if (what == 1) {
      say(notes, MidiMessage::of(Kind::note_off, channel, note));
      sounding.erase({channel, note});
    } else if (note < 8) {
      say(notes, MidiMessage::of(Kind::control_change, channel, controller::kAllNotesOff));
      std::erase_if(sounding, [c = channel](const auto& one) { return one.first == c; });
    }
  }
  std::set<std::pair<int, int>> released;
  for (const MidiMessage& message : notes.releases())
    if (message.is_note_off()) released.insert({message.channel(), message.first()});
  RC_ASSERT(released == sounding);
}

}  // namespace
}  // namespace imps::test
