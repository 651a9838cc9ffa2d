// A controller is learnt from what it sends, in its own time: scripted streams of messages.
#include <chrono>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include "interface/midi/learner.h"

namespace imps {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using Kind = MidiMessage::Kind;
using NewsKind = MidiLearner::News::Kind;

/// A learner, a clock moved by hand, and what was told.
class Lesson {
 public:
  void hear(const MidiMessage& message, const std::string& device = "Knobs") {
    learner.hear(device, message, now_);
    wait(10ms);
  }
  void wait(Duration time) {
    now_ += time;
    while (const auto news = learner.advance(now_))
      told_.push_back(words(*news));
  }
  void rest() { wait(600ms); }

  void control(int number, int value, int channel = 1, const std::string& device = "Knobs") {
    hear(MidiMessage::of(Kind::control_change, channel, number, value), device);
  }
  /// From one value to another, by steps of 3.
  void sweep(int number, int from, int to, int channel = 1) {
    const int step = from < to ? 3 : -3;
    for (int value = from; from < to ? value < to : value > to; value += step)
      control(number, value, channel);
    control(number, to, channel);
  }
  void note(int number, int velocity, int channel = 1) {
    hear(MidiMessage::of(Kind::note_on, channel, number, velocity), "Keys");
  }

  /// What has been told since this was last asked.
  std::vector<std::string> told() { return std::exchange(told_, {}); }
  [[nodiscard]] TimePoint now() const { return now_; }

  MidiLearner learner;

 private:
  static std::string words(const MidiLearner::News& news) {
    const std::string mapping = to_text(news.heard.mapping);
    if (news.kind == NewsKind::steps) return "steps: " + mapping;
    return std::to_string(news.control + 1) + (news.kind == NewsKind::again ? " again: " : ": ") +
           mapping + " of " + news.heard.device;
  }

  TimePoint now_{1s};
  std::vector<std::string> told_;
};

TEST(MidiLearner, TakesAKnobWhenItHasComeToRest) {
  Lesson lesson;
  lesson.sweep(7, 0, 127);
  EXPECT_THAT(lesson.told(), IsEmpty()) << "it may still be turned";
  lesson.rest();
  EXPECT_THAT(lesson.told(), ElementsAre("1: control_change 1 7 of Knobs"));
  ASSERT_EQ(lesson.learner.controls().size(), 1u);
  EXPECT_EQ(lesson.learner.controls()[0].lowest, 0);
  EXPECT_EQ(lesson.learner.controls()[0].highest, 127);
}

TEST(MidiLearner, ShowsWhatItHearsBeforeItBelievesIt) {
  Lesson lesson;
  EXPECT_FALSE(lesson.learner.hearing());
  lesson.sweep(7, 10, 20);
  ASSERT_TRUE(lesson.learner.hearing());
  EXPECT_EQ(to_text(lesson.learner.hearing()->mapping), "control_change 1 7");
  EXPECT_EQ(lesson.learner.hearing()->raw, 20);
  lesson.rest();
  EXPECT_FALSE(lesson.learner.hearing());
}

TEST(MidiLearner, PassesOverANoisyKnobBesideTheOneThatIsMoved) {
  Lesson lesson;
  for (int k = 0; k < 400; ++k) {
    lesson.control(20, 64 + k % 3);  // all the time, and more messages than the other
    if (k >= 100 && k < 140) lesson.control(7, k - 100);
  }
  EXPECT_THAT(lesson.told(), ElementsAre("1: control_change 1 7 of Knobs"));
}

TEST(MidiLearner, TakesANoisyKnobThatIsMoved) {
  Lesson lesson;
  for (int k = 0; k < 40; ++k)
    lesson.control(20, 2 * k + k % 2);
  for (int k = 0; k < 100; ++k)
    lesson.control(20, 79 + k % 2);
  EXPECT_THAT(lesson.told(), ElementsAre("1: control_change 1 20 of Knobs"));
}

TEST(MidiLearner, PassesOverWhatNeverRests) {
  Lesson lesson;
  const auto swing = [&lesson](int messages) {
    for (int k = 0; k < messages; ++k)
      lesson.control(1, k % 2 == 0 ? 10 * (k % 12) : 127 - 10 * (k % 12));
  };
  swing(100);
  lesson.sweep(7, 0, 60);
  swing(300);
  EXPECT_THAT(lesson.told(), ElementsAre("1: control_change 1 7 of Knobs"));
  lesson.sweep(8, 0, 60);
  swing(100);
  EXPECT_THAT(lesson.told(), ElementsAre("2: control_change 1 8 of Knobs")) << "by now it is known";
}

TEST(MidiLearner, TakesWhatMovesMostWhenAHandTouchesTwo) {
  Lesson lesson;
  for (int k = 0; k < 30; ++k) {
    lesson.control(7, 4 * k);
    lesson.control(8, k);
  }
  lesson.rest();
  EXPECT_THAT(lesson.told(), ElementsAre("1: control_change 1 7 of Knobs"));
}

TEST(MidiLearner, TakesTheOtherAxisOfAPadWhenOneIsKnown) {
  Lesson lesson;
  lesson.sweep(1, 0, 127);
  lesson.wait(3s);
  lesson.told();
  for (int k = 0; k < 30; ++k) {
    lesson.control(1, 4 * k);
    lesson.control(2, 127 - 3 * k);
  }
  lesson.rest();
  EXPECT_THAT(lesson.told(), ElementsAre("2: control_change 1 2 of Knobs"));
}

TEST(MidiLearner, SeesTwoControllersThatMoveTogetherAsOneOf14Bits) {
  Lesson lesson;
  for (int raw = 0; raw < 16'383; raw += 100) {
    lesson.control(3, raw >> 7);
    lesson.control(3 + 32, raw & 0x7f);
  }
  lesson.rest();
  EXPECT_THAT(lesson.told(), ElementsAre("1: control_change_fine 1 3 of Knobs"));
  lesson.wait(3s);
  lesson.sweep(35, 0, 127);
  lesson.rest();
  EXPECT_THAT(lesson.told(), ElementsAre("1 again: control_change 1 35 of Knobs"));
}

TEST(MidiLearner, SeesTwoKnobsThatAre32ApartAsTwo) {
  Lesson lesson;
  lesson.sweep(3, 0, 127);
  lesson.sweep(35, 0, 100);
  lesson.rest();
  EXPECT_THAT(lesson.told(), ElementsAre("1: control_change 1 3 of Knobs"));
  lesson.wait(3s);
  lesson.sweep(35, 100, 0);
  lesson.rest();
  EXPECT_THAT(lesson.told(), ElementsAre("2: control_change 1 35 of Knobs"));
}

void send_parameter(Lesson& lesson, int number, int raw, bool both = true) {
  lesson.control(99, number >> 7);
  lesson.control(98, number & 0x7f);
  lesson.control(6, raw >> 7);
  if (both) lesson.control(38, raw & 0x7f);
}

TEST(MidiLearner, SeesParametersOf14And7Bits) {
  Lesson lesson;
  for (int raw = 0; raw < 16'383; raw += 200)
    send_parameter(lesson, 300, raw);
  lesson.rest();
  EXPECT_THAT(lesson.told(), ElementsAre("1: nrpn 1 300 of Knobs"));
  for (int value = 0; value < 128; value += 4)
    send_parameter(lesson, 301, value << 7, false);
  lesson.rest();
  EXPECT_THAT(lesson.told(), ElementsAre("2: nrpn 1 301 0 16256 of Knobs"));
  for (int value = 0; value < 128; value += 4)
    send_parameter(lesson, 302, value);
  lesson.rest();
  EXPECT_THAT(lesson.told(), ElementsAre("3: nrpn 1 302 0 127 of Knobs"));
}

TEST(MidiLearner, PassesOverRegisteredParameters) {
  Lesson lesson;
  for (int value = 0; value < 128; value += 4) {
    lesson.control(101, 0);
    lesson.control(100, 0);
    lesson.control(6, value);
  }
  lesson.rest();
  EXPECT_THAT(lesson.told(), IsEmpty());
}

TEST(MidiLearner, SeesBendPressureAndPrograms) {
  Lesson lesson;
  for (int raw = 8192; raw < 16'383; raw += 500)
    lesson.hear(MidiMessage::pitch_bend(2, raw));
  lesson.hear(MidiMessage::pitch_bend(2, 8192));
  lesson.rest();
  EXPECT_THAT(lesson.told(), ElementsAre("1: pitch_bend 2 of Knobs"));
  for (int value = 0; value < 100; value += 5)
    lesson.hear(MidiMessage::of(Kind::channel_pressure, 3, value));
  lesson.rest();
  EXPECT_THAT(lesson.told(), ElementsAre("2: channel_pressure 3 of Knobs"));
  for (int value = 0; value < 100; value += 5)
    lesson.hear(MidiMessage::of(Kind::poly_pressure, 3, 60, value));
  lesson.rest();
  EXPECT_THAT(lesson.told(), ElementsAre("3: poly_pressure 3 60 of Knobs"));
  lesson.control(0, 1);
  lesson.control(32, 90);
  lesson.hear(MidiMessage::of(Kind::program_change, 3, 5));
  lesson.rest();
  EXPECT_THAT(lesson.told(), ElementsAre("4: program_change 3 of Knobs"));
}

TEST(MidiLearner, TakesAChordForOneControl) {
  Lesson lesson;
  for (const int note : {60, 64, 67})
    lesson.note(note, 90);
  for (const int note : {60, 64, 67})
    lesson.note(note, 0);
  lesson.rest();
  EXPECT_THAT(lesson.told(), ElementsAre("1: note_on 1 of Keys"));
  EXPECT_EQ(lesson.learner.controls()[0].lowest, 60);
  EXPECT_EQ(lesson.learner.controls()[0].highest, 67);
}

TEST(MidiLearner, PassesOverNoteOffs) {
  Lesson lesson;
  lesson.note(60, 0);
  lesson.hear(MidiMessage::of(Kind::note_off, 1, 60, 64));
  lesson.control(123, 0);
  lesson.rest();
  EXPECT_THAT(lesson.told(), IsEmpty());
}

TEST(MidiLearner, TakesAKeyBeforeItsPressureAndThePressureOnceTheKeyIsKnown) {
  Lesson lesson;
  const auto press = [&lesson] {
    lesson.note(60, 90);
    for (int value = 0; value < 120; value += 5)
      lesson.hear(MidiMessage::of(Kind::channel_pressure, 1, value), "Keys");
    lesson.note(60, 0);
  };
  press();
  lesson.rest();
  EXPECT_THAT(lesson.told(), ElementsAre("1: note_on 1 of Keys"));
  press();
  lesson.rest();
  EXPECT_THAT(lesson.told(), ElementsAre("2: channel_pressure 1 of Keys"));
}

TEST(MidiLearner, SaysOfStepsThatTheyAreNoPositions) {
  Lesson lesson;
  for (int k = 0; k < 6; ++k)
    lesson.control(16, 1);
  for (int k = 0; k < 6; ++k)
    lesson.control(16, 127);
  lesson.rest();
  EXPECT_THAT(lesson.told(), ElementsAre("steps: control_change 1 16"));
  for (int k = 0; k < 9; ++k)
    lesson.control(17, k % 3 == 0 ? 63 : 65);
  lesson.control(16, 1);
  lesson.rest();
  EXPECT_THAT(lesson.told(), ElementsAre("steps: control_change 1 17")) << "and of each once";
  lesson.sweep(18, 0, 16);
  lesson.rest();
  EXPECT_THAT(lesson.told(), ElementsAre("1: control_change 1 18 of Knobs"));
}

TEST(MidiLearner, TakesAButton) {
  Lesson lesson;
  lesson.control(64, 127);
  lesson.control(64, 0);
  lesson.rest();
  EXPECT_THAT(lesson.told(), ElementsAre("1: control_change 1 64 of Knobs"));
}

TEST(MidiLearner, PassesOverADumpOfAllPositions) {
  Lesson lesson;
  for (int number = 1; number < 96; ++number)
    lesson.control(number, number);
  lesson.rest();
  EXPECT_THAT(lesson.told(), IsEmpty());
}

TEST(MidiLearner, SaysOnceThatAControlIsKnownButNotOfTheSameGesture) {
  Lesson lesson;
  lesson.sweep(7, 0, 127);
  lesson.rest();
  lesson.told();
  lesson.sweep(7, 127, 30);  // back to where it was
  lesson.rest();
  EXPECT_THAT(lesson.told(), IsEmpty());
  lesson.wait(3s);
  lesson.sweep(7, 30, 80);
  lesson.rest();
  EXPECT_THAT(lesson.told(), ElementsAre("1 again: control_change 1 7 of Knobs"));
  EXPECT_EQ(lesson.learner.controls().size(), 1u);
}

TEST(MidiLearner, TellsDevicesAndChannelsApart) {
  Lesson lesson;
  lesson.sweep(7, 0, 127);
  lesson.rest();
  lesson.sweep(7, 0, 127, 2);
  lesson.rest();
  for (int value = 0; value < 100; value += 5)
    lesson.control(7, value, 1, "Faders");
  lesson.rest();
  EXPECT_THAT(lesson.told(),
              ElementsAre("1: control_change 1 7 of Knobs", "2: control_change 2 7 of Knobs",
                          "3: control_change 1 7 of Faders"));
}

TEST(MidiLearner, TakesBackTheLast) {
  Lesson lesson;
  EXPECT_FALSE(lesson.learner.undo());
  lesson.sweep(7, 0, 127);
  lesson.rest();
  EXPECT_TRUE(lesson.learner.undo());
  EXPECT_THAT(lesson.learner.controls(), IsEmpty());
  lesson.sweep(7, 0, 127);
  lesson.rest();
  EXPECT_EQ(lesson.learner.controls().size(), 1u);
}

TEST(MidiLearner, SaysWhenItWillKnowMore) {
  Lesson lesson;
  EXPECT_FALSE(lesson.learner.next(lesson.now()));
  lesson.sweep(7, 0, 127);
  const auto next = lesson.learner.next(lesson.now());
  ASSERT_TRUE(next);
  EXPECT_FALSE(lesson.learner.advance(*next - Duration{1}));
  EXPECT_TRUE(lesson.learner.advance(*next));
}

RC_GTEST_PROP(MidiLearner, LearnsNoControlTwiceWhateverItHears, ()) {
  const auto messages = *rc::gen::container<std::vector<std::tuple<int, int, int, int>>>(
      rc::gen::tuple(rc::gen::element(0x80, 0x90, 0xa0, 0xb0, 0xb0, 0xb0, 0xc0, 0xd0, 0xe0),
                     rc::gen::element(1, 6, 7, 33, 38, 39, 98, 99, 100, 127),
                     rc::gen::inRange(0, 128), rc::gen::element(0, 1, 20, 700)));
  Lesson lesson;
  for (int round = 0; round < 3; ++round) {
    for (const auto& [kind, first, second, pause] : messages) {
      lesson.hear(MidiMessage::of(static_cast<Kind>(kind), 1, first, second));
      lesson.wait(std::chrono::milliseconds(pause));
    }
  }
  lesson.wait(10s);
  RC_ASSERT(!lesson.learner.next(lesson.now()));
  const auto& controls = lesson.learner.controls();
  for (std::size_t k = 0; k < controls.size(); ++k) {
    const auto read = midi_mapping_from_text(to_text(controls[k].mapping));
    RC_ASSERT(read.has_value());
    RC_ASSERT(*read == controls[k].mapping);
    RC_ASSERT(controls[k].lowest <= controls[k].highest);
    for (std::size_t j = 0; j < k; ++j)
      RC_ASSERT(to_text(controls[j].mapping) != to_text(controls[k].mapping));
  }
}

}  // namespace
}  // namespace imps
