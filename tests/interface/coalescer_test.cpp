#include "interface/coalescer.h"

#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>

namespace imps {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

struct Sent {
  double value;
  ControlSet touched;
};

/// A line of 1,000 bytes a second; every frame is `bytes` long.
struct Line {
  explicit Line(std::size_t bytes)
      : coalescer(
            loop, 1000,
            [this, bytes](const Sound& sound, TimePoint) {
              sent.push_back({sound.controls[0], sound.touched});
              return bytes;
            },
            [this] { return is_stalled; }) {}
  void sound(double value, unsigned touched, int at_ms) {
    const std::vector<double> controls{value, 0.5};
    const TimePoint at{std::chrono::milliseconds(at_ms)};
    coalescer.sound({.controls = controls, .touched = ControlSet(touched), .due = at}, at);
  }
  boost::asio::io_context loop;
  std::vector<Sent> sent;
  bool is_stalled = false;
  Coalescer coalescer;
};

TEST(Coalescer, HandsOnWhatTheLineCarries) {
  Line line(3);
  for (int k = 0; k < 5; ++k)
    line.sound(k, 1, 10 * k);
  EXPECT_THAT(line.sent, SizeIs(5));
}

TEST(Coalescer, PutsTogetherWhatComesWhileTheLineIsBusy) {
  Line line(20);  // 20 ms
  line.sound(1, 0b01, 0);
  line.sound(2, 0b10, 1);
  line.sound(3, 0b01, 2);
  line.sound(4, 0b01, 3);
  ASSERT_THAT(line.sent, SizeIs(1)) << "busy";
  EXPECT_TRUE(line.coalescer.is_waiting());
  line.loop.run();
  ASSERT_THAT(line.sent, SizeIs(2)) << "all three in one";
  EXPECT_EQ(line.sent[1].value, 4) << "the latest values";
  EXPECT_EQ(line.sent[1].touched, ControlSet(0b11)) << "all that were touched";
  EXPECT_FALSE(line.coalescer.is_waiting());
}

TEST(Coalescer, ForgetsWhatWasReleased) {
  Line line(20);
  line.sound(1, 1, 0);
  line.sound(2, 1, 1);
  line.coalescer.drop(3, TimePoint{std::chrono::milliseconds(2)});
  line.loop.run();
  EXPECT_THAT(line.sent, SizeIs(1));
}

TEST(Coalescer, WaitsForADeviceThatTakesNothing) {
  Line line(3);
  line.is_stalled = true;
  line.sound(1, 0b01, 0);
  line.sound(2, 0b10, 100);
  EXPECT_FALSE(line.coalescer.flush(TimePoint{std::chrono::milliseconds(101)}));
  for (int k = 0; k < 3; ++k)
    line.loop.run_one();
  ASSERT_THAT(line.sent, IsEmpty());
  line.is_stalled = false;
  line.loop.run();
  ASSERT_THAT(line.sent, SizeIs(1));
  EXPECT_EQ(line.sent[0].value, 2) << "the latest values";
  EXPECT_EQ(line.sent[0].touched, ControlSet(0b11)) << "all that were touched";
}

TEST(Coalescer, LeavesOutWhatWasLetGoWhileItWaited) {
  Line line(3);
  line.is_stalled = true;
  line.sound(1, 0b11, 0);
  line.coalescer.withdraw(ControlSet(0b01));
  line.is_stalled = false;
  line.loop.run();
  ASSERT_THAT(line.sent, SizeIs(1));
  EXPECT_EQ(line.sent[0].touched, ControlSet(0b10));
}

}  // namespace
}  // namespace imps
