// A MIDI device that takes nothing for a while, and what is let go meanwhile.
#include "interface/midi/midi_player.h"

#include <vector>

#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>

namespace imps {
namespace {

using Kind = MidiMessage::Kind;
using testing::ElementsAre;
using testing::IsEmpty;

/// x_1 is a controller, x_2 a note, x_3 a note while x_1 is in its upper half.
struct Device {
  void sound(double x1, double x2, unsigned touched) {
    const std::vector<double> controls{x1, x2, x2};
    player.sound({.controls = controls, .touched = ControlSet(touched), .due = now}, now);
  }
  void let_go(unsigned controls) { player.let_go(ControlSet(controls), now); }
  void go_on() {
    is_stalled = false;
    loop.run();
  }

  boost::asio::io_context loop;
  TimePoint now{};
  bool is_stalled = true;
  std::vector<MidiMessage> sent;
  MidiPlayer player{loop,
                    {{.kind = MidiMapping::Kind::control_change, .number = 20},
                     {.kind = MidiMapping::Kind::note},
                     {.kind = MidiMapping::Kind::note, .channel = 2, .gate = 1}},
                    1e6,
                    [this](const MidiMessage& message) {
                      sent.push_back(message);
                      return std::size_t{message.size};
                    },
                    [this] { return is_stalled; }};
};

TEST(MidiPlayer, WhatIsNoNoteIsSaidThoughItsKeyWasLetGoMeanwhile) {
  Device device;
  device.sound(0.25, 0.5, 0b011);
  device.let_go(0b011);
  device.go_on();
  EXPECT_THAT(device.sent, ElementsAre(MidiMessage::of(Kind::control_change, 1, 20, 32)));
}

TEST(MidiPlayer, AGatedNoteThatWasLetGoMeanwhileDoesNotSoundOn) {
  Device device;
  device.sound(1, 0.5, 0b101);
  device.let_go(0b100);
  device.go_on();
  EXPECT_THAT(device.sent, ElementsAre(MidiMessage::of(Kind::control_change, 1, 20, 127),
                                       MidiMessage::of(Kind::note_on, 2, 64, 127),
                                       MidiMessage::of(Kind::note_off, 2, 64)));
}

TEST(MidiPlayer, ANoteThatIsStruckAgainAfterItWasLetGoSounds) {
  Device device;
  device.sound(0, 0.5, 0b010);
  device.let_go(0b010);
  device.sound(0, 1, 0b010);
  device.go_on();
  EXPECT_THAT(device.sent, ElementsAre(MidiMessage::of(Kind::note_on, 1, 127, 127)));
}

TEST(MidiPlayer, NothingSoundsThatWasReleasedMeanwhile) {
  Device device;
  device.sound(0, 0.5, 0b010);
  device.player.release(device.now);
  device.go_on();
  EXPECT_THAT(device.sent, IsEmpty());
}

}  // namespace
}  // namespace imps
