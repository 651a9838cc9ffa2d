// A long evening: devices are plugged in and pulled out at random while everything plays, and
// nothing is left sounding. $IMPS_SOAK_SECONDS says how long (600).
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>

#include "interface/midi/stream.h"
#include "platform/last_exit.h"
#include "tests/session/jack.h"
#include "tests/session/line_device.h"
#include "tests/session/live.h"
#include "tests/support/folder.h"

namespace imps::test {
namespace {

using Kind = MidiMessage::Kind;

/// Which notes sound on a device, by what it has heard.
class Held {
 public:
  void hear(const MidiMessage& message) {
    const std::pair note{message.channel(), message.first()};
    if (message.is_note_on()) notes_.insert(note);
    if (message.is_note_off()) notes_.erase(note);
    ++messages;
    last_.push_back({std::chrono::steady_clock::now(), message});
    if (last_.size() > kRemembered) last_.pop_front();
  }
  [[nodiscard]] bool nothing() const { return notes_.empty(); }
  /// What sounds, and how it came to that: the last messages, each with how long ago it came.
  [[nodiscard]] std::string words() const {
    if (nothing()) return " nothing";
    std::string text;
    for (const auto& [channel, note] : notes_)
      text += fmt::format(" {}:{}", channel, note);
    for (const auto& [time, message] : last_)
      text += fmt::format("\n  {:9.4f} {:02x}",
                          Seconds(time - std::chrono::steady_clock::now()).count(),
                          fmt::join(message.bytes(), " "));
    return text + "\n";
  }
  std::uint64_t messages = 0;

 private:
  static constexpr std::size_t kRemembered = 200;
  struct Heard {
    std::chrono::steady_clock::time_point time;
    MidiMessage message;
  };

  std::set<std::pair<int, int>> notes_;
  std::deque<Heard> last_;
};

class Evening {
 public:
  explicit Evening(MidiSystem& system) : system_(system), line_(folder_ / "line") {
    Settings& settings = options_.settings;
    settings.interaction.mode = Mode::battle;
    settings.interaction.start_now = true;
    settings.interaction.input_thru = true;
    settings.interaction.remember_velocity = true;
    settings.model.temperatures.sigma = 0.1;
    settings.model.timescale = 0.2;
    const auto mappings = [](std::initializer_list<const char*> texts) {
      std::vector<MidiMapping> list;
      for (const char* const text : texts)
        list.push_back(midi_mapping_from_text(text).value());
      return list;
    };
    settings.midi.enabled = true;
    settings.midi.api = "jack";
    settings.midi.inputs = {"Knobs"};
    settings.midi.outputs = {"Synth", "Other"};
    settings.midi.input = {
        {"", mappings({"control_change 1 1", "note_on 1", "pitch_bend 1", "note_on 2"})}};
    settings.midi.output = {
        {"Synth",
         mappings({"control_change 1 1", "note_on 1", "pitch_bend 1", "note_on 2 gate 1"})},
        {"Other", mappings({"note_on 3 length 0.05", "note_on 3", "none", "nrpn 1 300"})}};
    settings.midi.thru = {{"Knobs", {"Other"}}};
    settings.serial_midi.enabled = true;
    settings.serial_midi.port = (folder_ / "line").string();
    settings.serial_midi.input = mappings({"control_change 1 1", "note_on 1", "none", "none"});
    settings.serial_midi.output =
        mappings({"note_on 5", "note_on 6", "control_change 1 4", "none"});
    settings.interaction.bindings = {midi_binding_from_text("program_change 16 1: panic").value()};
    options_.dimension = 5;
    live_.emplace(musician_, options_);
    other_settings_ = std::make_shared<Settings>(live_->settings());
    other_settings_->midi.outputs = {"Synth"};
    other_settings_->midi.output = {{"Synth", mappings({"note_on 7", "control_change 2 9"})}};
    other_settings_->route.output = {{.source = 2}, {.source = 1, .least = 1, .most = 0}};
    other_settings_->smoothing.kind = SmoothingSettings::Kind::slew;
  }

  void act(std::mt19937& random) {
    switch (random() % 40) {
      case 0:
        knobs_ = knobs_ ? nullptr : *system_.open_output("virtual:Knobs");
        break;
      case 1:
        plug(synth_, "Synth");
        break;
      case 2:
        plug(other_, "Other");
        break;
      case 3:
        if (is_line_in_) {
          line_.unplug();
          line_held_ = {};
          stream_ = {};
        } else {
          line_.plug_in();
        }
        is_line_in_ = !is_line_in_;
        break;
      case 4: {
        const std::array modes{Mode::battle, Mode::call_response, Mode::polyphony, Mode::user_only};
        live_->send(TakeCommand{{.kind = Command::Kind::mode, .mode = modes[random() % 4]}});
        break;
      }
      case 5:
        live_->send(TakeCommand{{.kind = Command::Kind::pause, .number = double(random() % 2)}});
        break;
      case 6:
        live_->send(TakeCommand{{.kind = Command::Kind::hand_over}});
        break;
      case 7:
        live_->send(TakeSettings{
            .settings = random() % 2 != 0 ? other_settings_
                                          : std::make_shared<const Settings>(live_->settings()),
            .scene = {},
            .model = {},
            .commands = {}});
        break;
      case 8:
        musician_.play({0.1F, 0.6F, 0.2F, 0.7F}, live_->port());
        break;
      case 9:
        if (is_line_in_) static_cast<void>(line_.say("\xb0\x01\x40\x90\x3c\x64\xff\x90"));
        break;
      default:
        if (knobs_) turn(random);
    }
    ASSERT_TRUE(musician_.is_answered(live_->port())) << "the stage has stopped";
    listen();
  }

  /// Everything is silent: each device asks for it, so that nothing it said is still under way.
  void panic() {
    live_->send(TakeCommand{{.kind = Command::Kind::panic}});
    if (knobs_) knobs_->send(MidiMessage::of(Kind::program_change, 16, 1));
    if (is_line_in_) {
      ASSERT_TRUE(line_.say("\xcf\x01"));
    }
    live_->send(TakeCommand{{.kind = Command::Kind::pause, .number = 1}});
    ASSERT_TRUE(musician_.is_answered(live_->port()));
    expect_silence("after panic");
    live_->send(TakeCommand{{.kind = Command::Kind::pause, .number = 0}});
  }

  void end() {
    live_->finish();
    expect_silence("at the end");
  }

  [[nodiscard]] std::uint64_t messages() const { return messages_; }

 private:
  struct Device {
    std::unique_ptr<Synth> synth;
    Held held;
  };

  void plug(Device& device, const char* name) {
    if (device.synth)
      device = {};
    else
      device.synth = std::make_unique<Synth>(system_, name);
  }
  void turn(std::mt19937& random) {
    const int value = static_cast<int>(random() % 128);
    switch (random() % 4) {
      case 0:
        knobs_->send(MidiMessage::of(Kind::control_change, 1, 1, value));
        break;
      case 1:
        knobs_->send(MidiMessage::of(Kind::note_on, 1, value, 90));
        break;
      case 2:
        knobs_->send(MidiMessage::of(Kind::note_off, 1, value));
        break;
      default:
        knobs_->send(MidiMessage::pitch_bend(1, value * 128));
    }
  }
  void listen() {
    for (Device* const device : {&synth_, &other_}) {
      while (device->synth) {
        const auto message = device->synth->next();
        if (!message) break;
        device->held.hear(*message);
        ++messages_;
      }
    }
    if (!is_line_in_) return;
    for (const char byte : line_.heard_so_far()) {
      if (const auto message = stream_.put(static_cast<std::uint8_t>(byte))) {
        line_held_.hear(*message);
        ++messages_;
      }
    }
    musician_.heard_so_far("/prediction");
  }
  /// What is under way arrives first.
  void expect_silence(const std::string& when) {
    const auto late = std::chrono::steady_clock::now() + kWait;
    const auto is_silent = [this] {
      return synth_.held.nothing() && other_.held.nothing() && line_held_.nothing();
    };
    do {
      listen();
    } while (!is_silent() && std::chrono::steady_clock::now() < late);
    EXPECT_TRUE(is_silent()) << when << ": Synth" << synth_.held.words() << ", Other"
                             << other_.held.words() << ", line" << line_held_.words();
  }

  MidiSystem& system_;
  Folder folder_;
  LineDevice line_;
  bool is_line_in_ = true;
  MidiStream stream_;
  Held line_held_;
  Musician musician_;
  LiveOptions options_;
  std::shared_ptr<Settings> other_settings_;
  std::unique_ptr<MidiOutput> knobs_;
  Device synth_;
  Device other_;
  std::optional<Live> live_;
  std::uint64_t messages_ = 0;
};

TEST(Soak, DevicesComeAndGoAllEveningAndNothingIsLeftSounding) {
  IMPS_NEEDS_JACK();
  const char* const wanted = std::getenv("IMPS_SOAK_SECONDS");
  const std::chrono::seconds length(wanted == nullptr ? 600 : std::atoi(wanted));
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const Jack jack;
  const auto system = jack.connect();
  ASSERT_TRUE(system);
  std::uint64_t actions = 0;
  std::uint64_t messages = 0;
  const auto end = std::chrono::steady_clock::now() + length;
  while (std::chrono::steady_clock::now() < end && !HasFatalFailure() && !HasNonfatalFailure()) {
    Evening evening(*system);
    const auto half_time = std::chrono::steady_clock::now() + length / 4;
    while (std::chrono::steady_clock::now() < std::min(half_time, end) && !HasFailure()) {
      evening.act(random);
      if (++actions % 512 == 0) evening.panic();
    }
    evening.end();
    messages += evening.messages();
    if (std::chrono::steady_clock::now() < end) continue;
    std::printf("%llu actions, %llu messages heard\n", static_cast<unsigned long long>(actions),
                static_cast<unsigned long long>(messages));
    EXPECT_GT(messages, actions / 100) << "hardly anything was heard";
    // All is seen. A JACK server that so many clients have left may hang, and those in its library
    // with it; `imps run` ends nevertheless, in this way.
    std::fflush(stdout);
    platform::exit_at_latest(std::chrono::seconds(60), HasFailure() ? 1 : 0);
  }
}

}  // namespace
}  // namespace imps::test
