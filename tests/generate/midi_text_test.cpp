// Standard MIDI Files, taken apart by hand as "Standard MIDI Files 1.0" describes them.
#include <gmock/gmock.h>

#include "generate/frame_text.h"

namespace imps {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::ElementsAre;
using testing::Field;

struct Event {
  std::uint64_t tick = 0;
  std::vector<unsigned> bytes;
  friend bool operator==(const Event&, const Event&) = default;
};
void PrintTo(const Event& event, std::ostream* out) {
  *out << "at " << event.tick << ": " << testing::PrintToString(event.bytes);
}

struct MidiFile {
  unsigned format = 99;
  unsigned tracks = 99;
  unsigned ticks_in_beat = 0;
  std::vector<Event> events;
};

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}
  MidiFile file() {
    MidiFile file;
    EXPECT_EQ(take(4), "MThd");
    EXPECT_EQ(number(4), 6U);
    file.format = number(2);
    file.tracks = number(2);
    file.ticks_in_beat = number(2);
    EXPECT_EQ(take(4), "MTrk");
    const std::size_t size = number(4);
    EXPECT_EQ(size, text_.size()) << "the track is all that follows";
    std::uint64_t tick = 0;
    while (!text_.empty()) {
      tick += length();
      Event event{tick, {number(1)}};
      std::size_t more = 2;
      if (event.bytes[0] == 0xff) {
        event.bytes.push_back(number(1));
        more = length();
      }
      for (std::size_t i = 0; i < more; ++i)
        event.bytes.push_back(number(1));
      file.events.push_back(event);
    }
    return file;
  }

 private:
  std::string_view take(std::size_t size) {
    if (size > text_.size()) throw std::runtime_error("the file is too short");
    const auto taken = text_.substr(0, size);
    text_.remove_prefix(size);
    return taken;
  }
  unsigned number(std::size_t size) {
    unsigned value = 0;
    for (const char c : take(size))
      value = value << 8U | static_cast<unsigned char>(c);
    return value;
  }
  unsigned length() {
    unsigned value = 0;
    for (int i = 0; i < 4; ++i) {
      const unsigned one = number(1);
      value = value << 7U | (one & 0x7fU);
      if (one < 0x80) return value;
    }
    throw std::runtime_error("a length of more than four bytes");
  }
  std::string_view text_;
};

MidiFile written(bool notes, const std::vector<std::pair<Duration, std::vector<double>>>& frames) {
  const auto writer = midi_text(notes);
  std::string text;
  writer->begin(text, static_cast<int>(frames.at(0).second.size()) + 1);
  for (const auto& [at, controls] : frames)
    writer->add(text, TimePoint{at}, controls);
  EXPECT_TRUE(writer->end(text));
  return Reader(text).file();
}

/// The tick nearest to a time: 25,000 of them in half a second.
std::uint64_t tick(Duration at) { return static_cast<std::uint64_t>((at.count() + 10) / 20); }

std::vector<Event> without_beginning_and_end(MidiFile file) {
  std::erase_if(file.events, [](const Event& event) { return event.bytes[0] == 0xff; });
  return file.events;
}

TEST(MidiText, IsOneTrackOf120BeatsAMinuteThatEnds) {
  const MidiFile file = written(false, {{1s, {0.5}}, {3s, {0.25}}});
  EXPECT_EQ(file.format, 0U);
  EXPECT_EQ(file.tracks, 1U);
  EXPECT_EQ(file.ticks_in_beat, 25'000U);
  EXPECT_EQ(file.events.front(), (Event{0, {0xff, 0x51, 0x07, 0xa1, 0x20}})) << "500,000 µs";
  EXPECT_EQ(file.events.back(), (Event{tick(5s), {0xff, 0x2f}}));
}

TEST(MidiText, SendsAControllerForEachControlThatChanges) {
  EXPECT_THAT(
      without_beginning_and_end(written(
          false, {{1s, {0, 1, 0.5}}, {1'500'007us, {0.0001, 1, 0.25}}, {2s, {1, 0, 0.25}}})),
      ElementsAre(Event{50'000, {0xb0, 1, 0}}, Event{50'000, {0xb0, 2, 127}},
                  Event{50'000, {0xb0, 3, 64}}, Event{75'000, {0xb0, 3, 32}},
                  Event{100'000, {0xb0, 1, 127}}, Event{100'000, {0xb0, 2, 0}}));
}

TEST(MidiText, NeverSendsTheControllersThatAreCommands) {
  const auto events = without_beginning_and_end(written(false, {{1s, std::vector(128, 0.5)}}));
  ASSERT_EQ(events.size(), 128U);
  for (std::size_t k = 0; k < 128; ++k) {
    const unsigned channel = k < 119 ? 0 : 1;
    const unsigned controller = static_cast<unsigned>(k < 119 ? k + 1 : k - 118);
    ASSERT_EQ(events[k].bytes, (std::vector<unsigned>{0xb0 + channel, controller, 64})) << k;
  }
}

TEST(MidiText, PlaysNotesThatEndWithTheNextAndTheLastAsLongAsTheOneBefore) {
  EXPECT_THAT(
      without_beginning_and_end(written(true, {{1s, {0.5, 0}}, {2s, {0.5, 0}}, {4s, {1, 1}}})),
      ElementsAre(Event{50'000, {0x90, 64, 100}}, Event{50'000, {0xb0, 2, 0}},
                  Event{100'000, {0x80, 64, 0}}, Event{100'000, {0x90, 64, 100}},
                  Event{200'000, {0x80, 64, 0}}, Event{200'000, {0x90, 127, 100}},
                  Event{200'000, {0xb0, 2, 127}}, Event{300'000, {0x80, 127, 0}}));
}

TEST(MidiText, StaysWithin10MicrosecondsHoweverLongItPlays) {
  std::vector<std::pair<Duration, std::vector<double>>> frames;
  Duration at{0};
  for (int k = 0; k < 10'000; ++k) {
    at += Duration{1013};  // odd against the grid of 20 µs
    frames.emplace_back(at, std::vector<double>{k % 2 == 0 ? 0.0 : 1.0});
  }
  const auto events = without_beginning_and_end(written(false, frames));
  ASSERT_EQ(events.size(), frames.size());
  for (std::size_t k = 0; k < frames.size(); ++k) {
    const auto off = static_cast<std::int64_t>(events[k].tick * 20) - frames[k].first.count();
    ASSERT_LE(std::abs(off), 10) << k;
  }
}

TEST(MidiText, WaitsLongerThanItsNumbersCanSay) {
  const auto events = without_beginning_and_end(written(false, {{100h, {0.5}}}));
  EXPECT_THAT(events, ElementsAre(AllOf(Field(&Event::tick, tick(100h)))));
}

}  // namespace
}  // namespace imps
