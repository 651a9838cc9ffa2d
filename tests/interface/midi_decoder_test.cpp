#include <vector>

#include <gtest/gtest.h>

#include "interface/midi/decoder.h"

namespace imps {
namespace {

using Kind = MidiMapping::Kind;

MidiMessage cc(int number, int value, int channel = 1) {
  return MidiMessage::of(MidiMessage::Kind::control_change, channel, number, value);
}

/// The value that `messages` leave the only control at; -1 when they never moved it.
double after(const MidiMapping& mapping, const std::vector<MidiMessage>& messages) {
  MidiDecoder decoder({mapping});
  double value = -1;
  for (const MidiMessage& message : messages)
    for (const ControlUpdate& update : decoder.on(message))
      value = update.value;
  return value;
}

TEST(MidiDecoder, JoinsTheHalvesOfA14BitController) {
  const MidiMapping fine{.kind = Kind::control_change_fine, .number = 1, .most = 16'383};
  EXPECT_DOUBLE_EQ(after(fine, {cc(1, 64)}), 8192 / 16'383.0);
  EXPECT_DOUBLE_EQ(after(fine, {cc(1, 64), cc(33, 5)}), 8197 / 16'383.0);
  EXPECT_DOUBLE_EQ(after(fine, {cc(1, 64), cc(33, 5), cc(33, 6)}), 8198 / 16'383.0);
  EXPECT_DOUBLE_EQ(after(fine, {cc(1, 64), cc(33, 5), cc(1, 65)}), 65 * 128 / 16'383.0)
      << "a new upper half begins with a lower half of 0";
  EXPECT_DOUBLE_EQ(after(fine, {cc(1, 127), cc(33, 127)}), 1);
  EXPECT_EQ(after(fine, {cc(2, 64), cc(1, 64, 2)}), -1);
}

TEST(MidiDecoder, FollowsTheParameterThatNrpnChooses) {
  const MidiMapping nrpn{.kind = Kind::nrpn, .number = 3 << 7 | 4, .most = 16'383};
  const std::vector choose{cc(99, 3), cc(98, 4)};
  const auto then = [&](std::vector<MidiMessage> more) {
    std::vector<MidiMessage> all = choose;
    all.insert(all.end(), more.begin(), more.end());
    return after(nrpn, all);
  };
  EXPECT_DOUBLE_EQ(then({cc(6, 1)}), 128 / 16'383.0);
  EXPECT_DOUBLE_EQ(then({cc(6, 1), cc(38, 2)}), 130 / 16'383.0);
  EXPECT_EQ(then({cc(98, 5), cc(6, 1)}), -1) << "another parameter";
  EXPECT_EQ(then({cc(101, 0), cc(100, 0), cc(6, 1)}), -1) << "a registered parameter";
  EXPECT_EQ(then({cc(99, 127), cc(98, 127), cc(6, 1)}), -1) << "none";
  EXPECT_EQ(after(nrpn, {cc(6, 1)}), -1);
}

TEST(MidiDecoder, HearsPressureAndPrograms) {
  using Message = MidiMessage::Kind;
  EXPECT_DOUBLE_EQ(after({.kind = Kind::channel_pressure, .channel = 3},
                         {MidiMessage::of(Message::channel_pressure, 3, 127)}),
                   1);
  EXPECT_DOUBLE_EQ(after({.kind = Kind::poly_pressure, .number = 60},
                         {MidiMessage::of(Message::poly_pressure, 1, 61, 5),
                          MidiMessage::of(Message::poly_pressure, 1, 60, 0)}),
                   0);
  EXPECT_DOUBLE_EQ(after({.kind = Kind::program_change, .most = 10},
                         {MidiMessage::of(Message::program_change, 1, 5)}),
                   0.5);
}

TEST(MidiDecoder, TurnsAControlOver) {
  const MidiMapping turned{.kind = Kind::control_change, .number = 7, .least = 127, .most = 0};
  EXPECT_DOUBLE_EQ(after(turned, {cc(7, 0)}), 1);
  EXPECT_DOUBLE_EQ(after(turned, {cc(7, 127)}), 0);
  const MidiMapping part{.kind = Kind::control_change, .number = 7, .least = 100, .most = 20};
  EXPECT_DOUBLE_EQ(after(part, {cc(7, 110)}), 0);
  EXPECT_DOUBLE_EQ(after(part, {cc(7, 40)}), 0.75);
  EXPECT_DOUBLE_EQ(
      after({.kind = Kind::control_change, .number = 7, .least = 64, .most = 64}, {cc(7, 64)}), 1)
      << "a range of one value is a switch";
}

}  // namespace
}  // namespace imps
