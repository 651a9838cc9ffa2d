#include <cmath>
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
  EXPECT_DOUBLE_EQ(after(fine, {cc(1, 127), cc(33, 127)}), 1);
  EXPECT_EQ(after(fine, {cc(2, 64), cc(1, 64, 2)}), -1);
}

/// What each of `messages` moves the only control to, in raw values.
std::vector<long> all_of(const MidiMapping& mapping, const std::vector<MidiMessage>& messages) {
  MidiDecoder decoder({mapping});
  std::vector<long> all;
  for (const MidiMessage& message : messages)
    for (const ControlUpdate& update : decoder.on(message))
      all.push_back(std::lround(update.value * 16'383));
  return all;
}

TEST(MidiDecoder, TakesTwoHalvesAsOneMoveOnceItKnowsThatBothAreSent) {
  const MidiMapping fine{.kind = Kind::control_change_fine, .number = 1, .most = 16'383};
  const std::vector<MidiMessage> faders{cc(1, 64),  cc(33, 100), cc(1, 64), cc(33, 101),
                                        cc(33, 90), cc(1, 65),   cc(33, 0)};
  EXPECT_EQ(all_of(fine, faders), (std::vector<long>{8192, 8292, 8293, 8282, 8320}))
      << "no drop to the upper half's floor but at the very first";
  EXPECT_EQ(all_of(fine, {cc(1, 1), cc(1, 2), cc(1, 3)}), (std::vector<long>{128, 256, 384}))
      << "a device of 7 bits";
  EXPECT_EQ(all_of(fine, {cc(1, 1), cc(33, 1), cc(1, 2), cc(1, 3), cc(1, 4)}),
            (std::vector<long>{128, 129, 384, 512}))
      << "one that leaves its lower halves out now and then";

  const MidiMapping nrpn{.kind = Kind::nrpn, .number = 3 << 7 | 4, .most = 16'383};
  const std::vector<MidiMessage> parameter{cc(99, 3), cc(98, 4), cc(6, 1), cc(38, 2),
                                           cc(99, 3), cc(98, 4), cc(6, 1), cc(38, 3)};
  EXPECT_EQ(all_of(nrpn, parameter), (std::vector<long>{128, 130, 131}));
}

TEST(MidiDecoder, TakesAnUpperHalfAloneWhenTheLowerOneDoesNotCome) {
  const auto raw = [](std::span<const ControlUpdate> updates) {
    return updates.empty() ? -1 : std::lround(updates[0].value * 16'383);
  };
  MidiDecoder fine({{.kind = Kind::control_change_fine, .number = 1, .most = 16'383}});
  fine.on(cc(1, 10));
  fine.on(cc(33, 3));
  EXPECT_FALSE(fine.waits());
  EXPECT_EQ(raw(fine.on(cc(1, 50))), -1);
  EXPECT_TRUE(fine.waits());
  EXPECT_EQ(raw(fine.settle()), -1) << "it may have come a moment ago";
  EXPECT_EQ(raw(fine.settle()), 50 << 7);
  EXPECT_FALSE(fine.waits());
  EXPECT_EQ(raw(fine.settle()), -1) << "once";
  EXPECT_EQ(raw(fine.on(cc(1, 51))), -1) << "it still sends both, as far as anybody knows";
  EXPECT_EQ(raw(fine.on(cc(33, 7))), 51 << 7 | 7);

  MidiDecoder nrpn({{.kind = Kind::nrpn, .number = 3 << 7 | 4, .most = 16'383}});
  for (const MidiMessage& message : {cc(99, 3), cc(98, 4), cc(6, 1), cc(38, 2), cc(6, 30)})
    nrpn.on(message);
  EXPECT_TRUE(nrpn.waits());
  nrpn.settle();
  EXPECT_EQ(raw(nrpn.settle()), 30 << 7);
}

TEST(MidiDecoder, AnInvertedRangeEndsAtZeroItself) {
  MidiDecoder decoder({{.kind = Kind::control_change, .number = 1, .least = 127, .most = 0}});
  const auto updates = decoder.on(cc(1, 127));
  ASSERT_EQ(updates.size(), 1U);
  EXPECT_FALSE(std::signbit(updates[0].value)) << "\"-0\" would stand in the log";
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
