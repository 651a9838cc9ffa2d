#include "interface/coalescer.h"

#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>

namespace imps {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

struct Sent {
  double value;
  ControlSet touched;
};

/// A line of 1,000 bytes a second; every frame is `bytes` long.
struct Line {
  explicit Line(std::size_t bytes)
      : coalescer(loop, 1000, [this, bytes](const Sound& sound, TimePoint) {
          sent.push_back({sound.controls[0], sound.touched});
          return bytes;
        }) {}
  void sound(double value, unsigned touched, int at_ms) {
    const std::vector<double> controls{value, 0.5};
    const TimePoint at{std::chrono::milliseconds(at_ms)};
    coalescer.sound({.controls = controls, .touched = ControlSet(touched), .due = at}, at);
  }
  boost::asio::io_context loop;
  std::vector<Sent> sent;
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

}  // namespace
}  // namespace imps
