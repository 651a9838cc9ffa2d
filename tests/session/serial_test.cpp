// A performance over serial lines: real pseudo-terminals, a slow and a garbled sender, and plugs
// that are pulled.
#include <chrono>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

#include "interface/midi/stream.h"
#include "tests/session/line_device.h"
#include "tests/session/live.h"
#include "tests/support/folder.h"

namespace imps::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class OverSerial : public ::testing::Test {
 protected:
  OverSerial() {
    options_.dimension = 3;
    options_.settings.interaction.input_thru = true;
    options_.settings.interaction.mode = Mode::user_only;
    options_.settings.serial.port = (folder_ / "text").string();
    options_.settings.serial_midi.port = (folder_ / "midi").string();
    options_.settings.serial_midi.input = {{.kind = MidiMapping::Kind::control_change, .number = 1},
                                           {.kind = MidiMapping::Kind::note}};
    options_.settings.serial_midi.output = options_.settings.serial_midi.input;
  }
  void begin() { live_.emplace(musician_, options_); }
  std::int64_t count(const std::string& key) { return musician_.count(live_->port(), key); }
  /// Asks until the count is there.
  bool comes(const std::string& key, std::int64_t wanted) {
    const auto late = std::chrono::steady_clock::now() + kWait;
    while (std::chrono::steady_clock::now() < late)
      if (count(key) == wanted) return true;
    return false;
  }

  Folder folder_;
  Musician musician_;
  LiveOptions options_;
  std::optional<Live> live_;
};

TEST_F(OverSerial, LinesOfValuesGoBothWays) {
  options_.settings.serial.enabled = true;
  const LineDevice device(folder_ / "text");
  begin();
  ASSERT_TRUE(comes("serial_connected", 1));
  ASSERT_TRUE(device.say("0.25,0.75\n"));
  EXPECT_EQ(device.hear(14), "0.2500,0.7500\n");
  // As slowly as a device can.
  for (const char byte : std::string(" 1 , 0.0000\r\n"))
    ASSERT_TRUE(device.say(std::string(1, byte)));
  EXPECT_EQ(device.hear(14), "1.0000,0.0000\n");
  EXPECT_EQ(count("serial_moves"), 2);
}

TEST_F(OverSerial, AGarbledSenderCostsOnlyTheGarbledLines) {
  options_.settings.serial.enabled = true;
  const LineDevice device(folder_ / "text");
  begin();
  ASSERT_TRUE(comes("serial_connected", 1));
  ASSERT_TRUE(device.say("53,0.5\n"));  // the end of "0.53,0.5", which was under way
  ASSERT_TRUE(device.say("0.5\n"));
  ASSERT_TRUE(device.say("0.1,0.2,0.3\n"));
  ASSERT_TRUE(device.say("0.5,nan\n"));
  ASSERT_TRUE(device.say("0.5,\n"));
  ASSERT_TRUE(device.say("0.5;0.5\n"));
  ASSERT_TRUE(device.say(std::string("\x00\xff\x80\x1b[2J\n", 8)));
  ASSERT_TRUE(device.say("\n\r\n"));
  for (int k = 0; k < 20; ++k)
    ASSERT_TRUE(device.say(std::string(500, '9')));
  ASSERT_TRUE(device.say("\n"));
  ASSERT_TRUE(device.say("0.5,7\n"));
  EXPECT_EQ(device.hear(14), "0.5000,1.0000\n");
  EXPECT_EQ(count("serial_moves"), 1);
  EXPECT_EQ(count("serial_clamped"), 1);
  EXPECT_EQ(count("serial_wrong_count"), 2);
  EXPECT_EQ(count("serial_malformed"), 6);
}

TEST_F(OverSerial, APulledPlugIsWaitedFor) {
  options_.settings.serial.enabled = true;
  LineDevice device(folder_ / "text");
  begin();
  for (int round = 0; round < 3; ++round) {
    ASSERT_TRUE(comes("serial_connected", 1)) << round;
    ASSERT_TRUE(device.say("0.5,0."));  // pulled within a line
    device.unplug();
    ASSERT_TRUE(comes("serial_connected", 0)) << round;
    device.plug_in();
    ASSERT_TRUE(comes("serial_connected", 1)) << round;
    ASSERT_TRUE(device.say("0.25,0.75\n"));
    EXPECT_EQ(device.hear(14), "0.2500,0.7500\n");
  }
}

TEST_F(OverSerial, MayBeginWithoutItsDevice) {
  options_.settings.serial.enabled = true;
  begin();
  const auto told = [&] {
    const auto late = std::chrono::steady_clock::now() + kWait;
    while (std::chrono::steady_clock::now() < late)
      if (const Report report = live_->report(); !report.news.empty()) return report.news.front();
    return PortNews{};
  };
  const PortNews first = told();
  EXPECT_TRUE(first.is_bad);
  EXPECT_THAT(first.text, HasSubstr("No such file or directory: imps goes on trying"));
  const LineDevice device(folder_ / "text");
  ASSERT_TRUE(comes("serial_connected", 1));
  const PortNews then = told();
  EXPECT_FALSE(then.is_bad);
  EXPECT_THAT(then.text, HasSubstr("is connected"));
}

TEST_F(OverSerial, MidiHasRunningStatusAndRealTimeBytes) {
  options_.settings.serial_midi.enabled = true;
  const LineDevice device(folder_ / "midi");
  begin();
  ASSERT_TRUE(comes("serialmidi_connected", 1));
  ASSERT_TRUE(device.say("\xb0\x01\x7f"));
  EXPECT_EQ(device.hear(3), "\xb0\x01\x7f");
  ASSERT_TRUE(device.say("\xf8\x01\xfe\x40"));
  EXPECT_EQ(device.hear(3), "\xb0\x01\x40");
  ASSERT_TRUE(device.say("\x90\x3c\x64"));
  EXPECT_EQ(device.hear(3), "\x90\x3c\x7f");
  ASSERT_TRUE(device.say(std::string("\x90\x3c\x00", 3)));  // the key is let go: no interaction
  ASSERT_TRUE(device.say("\x90\x3e\x64"));
  EXPECT_EQ(device.hear(6), std::string("\x80\x3c\x00\x90\x3e\x7f", 6));
  EXPECT_EQ(count("serialmidi_moves"), 4);
  live_->finish();
  EXPECT_EQ(device.hear(3), std::string("\x80\x3e\x00", 3)) << "nothing drones on";
}

TEST_F(OverSerial, APadPausesAndGoesOn) {
  options_.settings.serial_midi.enabled = true;
  options_.settings.interaction.bindings = {midi_binding_from_text("note 1 36: pause").value()};
  const LineDevice device(folder_ / "midi");
  begin();
  ASSERT_TRUE(comes("serialmidi_connected", 1));
  for (const int paused : {1, 0, 1}) {
    ASSERT_TRUE(device.say(std::string("\x90\x24\x40\x80\x24\x00", 6)));
    EXPECT_TRUE(comes("paused", paused));
  }
  EXPECT_EQ(musician_.count(live_->port(), "frames_heard"), 0) << "no control moved";
}

TEST_F(OverSerial, AFastPerformerGetsTheLatestValuesOverASlowLine) {
  options_.settings.serial_midi.enabled = true;
  const LineDevice device(folder_ / "midi");
  begin();
  ASSERT_TRUE(comes("serialmidi_connected", 1));
  // 500 frames at once, 1.5 s of the line: it hears some of them, and the last.
  for (int k = 0; k <= 500; ++k)
    musician_.play({static_cast<float>(k % 100) / 127.0F, 0.5F}, live_->port());
  musician_.play({1.0F, 0.5F}, live_->port());
  std::string heard;
  while (heard.size() < 3 || heard.substr(heard.size() - 3) != "\xb0\x01\x7f") {
    const std::string more = device.hear(3);
    ASSERT_EQ(more.size(), 3U);
    heard += more;
  }
  EXPECT_LT(heard.size(), 3U * 300U) << "coalesced, not queued";
}

TEST_F(OverSerial, ADeviceThatStoppedReadingHearsEveryReleaseWhenItGoesOn) {
  options_.settings.serial_midi.enabled = true;
  options_.settings.serial_midi.baudrate = 4'000'000;  // the line itself is in nobody's way
  options_.settings.serial_midi.input = {};
  options_.settings.serial_midi.output = {{.kind = MidiMapping::Kind::note},
                                          {.kind = MidiMapping::Kind::note, .channel = 2}};
  const LineDevice device(folder_ / "midi");
  begin();
  ASSERT_TRUE(comes("serialmidi_connected", 1));
  // 60 kB of notes, more than a pseudo-terminal holds.
  for (int k = 0; k < 5000; ++k) {
    musician_.play({static_cast<float>(k % 128) / 127.0F, static_cast<float>(k % 100) / 127.0F},
                   live_->port());
    if (k % 50 == 0) {
      ASSERT_TRUE(musician_.is_answered(live_->port()));
    }
  }
  EXPECT_EQ(count("serialmidi_not_sent"), 0);
  EXPECT_LT(count("serialmidi_sent"), 10000) << "coalesced, not queued";
  live_->send(TakeCommand{{.kind = Command::Kind::panic}});
  ASSERT_TRUE(musician_.is_answered(live_->port()));

  std::set<std::pair<int, int>> held;
  MidiStream stream;
  bool is_over = false;  // panic ends with "all notes off"
  const auto late = std::chrono::steady_clock::now() + kWait;
  while (!is_over && std::chrono::steady_clock::now() < late) {
    for (const char byte : device.heard_so_far()) {
      const auto message = stream.put(static_cast<std::uint8_t>(byte));
      if (!message) continue;
      if (message->is_note_on()) held.emplace(message->channel(), message->first());
      if (message->is_note_off()) held.erase({message->channel(), message->first()});
      is_over = message->kind() == MidiMessage::Kind::control_change && message->channel() == 2 &&
                message->first() == controller::kAllNotesOff;
    }
  }
  EXPECT_TRUE(is_over);
  EXPECT_THAT(held, IsEmpty());
}

}  // namespace
}  // namespace imps::test
