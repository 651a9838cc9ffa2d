#include <vector>

#include <gtest/gtest.h>

#include "interface/midi/stream.h"

namespace imps {
namespace {

using Kind = MidiMessage::Kind;

std::vector<MidiMessage> heard(MidiStream& stream, const std::vector<int>& bytes) {
  std::vector<MidiMessage> messages;
  for (const int byte : bytes)
    if (const auto message = stream.put(static_cast<std::uint8_t>(byte)))
      messages.push_back(*message);
  return messages;
}

TEST(MidiStream, PutsMessagesTogetherByteByByte) {
  MidiStream stream;
  EXPECT_EQ(heard(stream, {0x90, 60, 100, 0xc3, 5, 0xe0, 1, 2}),
            (std::vector{MidiMessage::of(Kind::note_on, 1, 60, 100),
                         MidiMessage::of(Kind::program_change, 4, 5),
                         MidiMessage::pitch_bend(1, 1 | 2 << 7)}));
}

TEST(MidiStream, KnowsRunningStatus) {
  MidiStream stream;
  EXPECT_EQ(heard(stream, {0xb0, 7, 1, 7, 2, 10, 3}),
            (std::vector{MidiMessage::of(Kind::control_change, 1, 7, 1),
                         MidiMessage::of(Kind::control_change, 1, 7, 2),
                         MidiMessage::of(Kind::control_change, 1, 10, 3)}));
}

TEST(MidiStream, LetsTheClockTickWithinAMessage) {
  MidiStream stream;
  EXPECT_EQ(
      heard(stream, {0x90, 0xf8, 60, 0xfe, 100, 0xfc, 62, 0xfa, 90, 0xfb, 0xf9, 0xfd, 0xff}),
      (std::vector{MidiMessage::of(MidiClock::tick), MidiMessage::of(Kind::note_on, 1, 60, 100),
                   MidiMessage::of(MidiClock::stop), MidiMessage::of(MidiClock::start),
                   MidiMessage::of(Kind::note_on, 1, 62, 90), MidiMessage::of(MidiClock::go_on)}));
}

TEST(MidiStream, PassesOverSystemMessagesWhateverIsInThem) {
  MidiStream stream;
  EXPECT_EQ(heard(stream, {0xf0, 1, 2, 3, 0xf7, 60, 100, 0x90, 60, 100, 0xf2, 1, 2, 60, 100}),
            (std::vector{MidiMessage::of(Kind::note_on, 1, 60, 100)}));
  EXPECT_EQ(stream.dropped(), 0U);
}

TEST(MidiStream, DropsAndCountsWhatBelongsToNothing) {
  MidiStream stream;
  EXPECT_TRUE(heard(stream, {60, 100, 5}).empty());
  EXPECT_EQ(stream.dropped(), 3U);
  heard(stream, {0x90, 60});
  stream.reset();
  EXPECT_TRUE(heard(stream, {100}).empty()) << "half a message is forgotten after a gap";
}

TEST(MidiStream, BeginsAnewWithAStatusInTheMiddle) {
  MidiStream stream;
  EXPECT_EQ(heard(stream, {0x90, 60, 0x91, 62, 100}),
            (std::vector{MidiMessage::of(Kind::note_on, 2, 62, 100)}));
}

}  // namespace
}  // namespace imps
