// Any bytes as a MIDI stream, and any text as the WebSocket's: only whole messages with numbers in
// range may come of them, controls in [0, 1], and commands within what their bindings say.
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string_view>
#include <vector>

#include <imps/beat.h>

#include "interface/midi/clock_follower.h"
#include "interface/midi/ear.h"
#include "interface/midi/stream.h"
#include "interface/midi/text.h"

namespace {

void require(bool promise) {
  if (!promise) std::abort();
}

std::vector<imps::MidiMapping> mappings() {
  using Kind = imps::MidiMapping::Kind;
  std::vector<imps::MidiMapping> list;
  for (const Kind kind :
       {Kind::note, Kind::velocity, Kind::control_change, Kind::control_change_fine, Kind::nrpn,
        Kind::pitch_bend, Kind::channel_pressure, Kind::poly_pressure, Kind::program_change})
    list.push_back({.kind = kind, .number = 1, .least = 5, .most = imps::greatest_raw(kind) - 5});
  return list;
}

std::vector<imps::MidiBinding> bindings() {
  std::vector<imps::MidiBinding> list;
  for (const char* const text :
       {"note 1 2: mark x", "control_change 1 3: sigmatemp 0.25 0.5", "nrpn 1 2: timescale 0.5 2",
        "program_change 1 2: pause", "pitch_bend 2: pitemp 0.5 2", "channel_pressure 2: panic",
        "poly_pressure 2 1: threshold 1 2"})
    list.push_back(*imps::midi_binding_from_text(text));
  return list;
}

class Checker final : public imps::Listener {
 public:
  void begin_turn() override {}
  void end_turn(bool) override {}
  void on_frame(std::span<const double>, imps::Duration) override { std::abort(); }
  void on_updates(std::span<const imps::ControlUpdate> updates) override {
    require(!updates.empty());
    for (std::size_t k = 0; k < updates.size(); ++k) {
      require(k == 0 || updates[k - 1].control < updates[k].control);
      require(updates[k].value >= 0 && updates[k].value <= 1);
    }
  }
  void on_let_go(const imps::ControlSet& controls) override { require(controls.any()); }
  void on_command(const imps::Command& command, imps::Duration) override {
    const bool turns = command.kind == imps::Command::Kind::sigma_temperature ||
                       command.kind == imps::Command::Kind::pi_temperature ||
                       command.kind == imps::Command::Kind::timescale ||
                       command.kind == imps::Command::Kind::threshold;
    require(!turns || (command.number >= 0.25 && command.number <= 2));
    require(command.kind != imps::Command::Kind::tempo ||
            (command.number >= imps::Beat::kSlowest && command.number <= imps::Beat::kFastest));
    require(command.kind != imps::Command::Kind::beat ||
            (command.number >= 0 && command.number <= 60));
  }
  void on_toggle(imps::Command::Kind kind) override { require(kind == imps::Command::Kind::pause); }
  std::vector<imps::StatusEntry> status() override { return {}; }
};

void check(const imps::MidiMessage& message, imps::MidiEar& ear) {
  require(message.size == imps::MidiMessage::size_of(message.kind()));
  require(message.data[0] >= 0x80 && message.data[0] < 0xf0);
  require(message.data[1] < 0x80 && message.data[2] < 0x80);
  Checker checker;
  ear.hear(message, checker);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto bound = bindings();
  imps::MidiEar ear(mappings(), bound);
  imps::MidiStream stream;
  imps::ClockFollower clock;
  imps::TimePoint now;
  Checker checker;
  for (std::size_t k = 0; k < size; ++k) {
    now += std::chrono::microseconds(100 * data[k]);
    const auto message = stream.put(data[k]);
    if (message && message->is_clock())
      clock.hear(0, message->clock(), now, checker);
    else if (message)
      check(*message, ear);
  }
  require(stream.dropped() <= size);
  for (int k = 0; k < 2; ++k)
    ear.settle(checker);
  require(!ear.waits());

  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto message = imps::midi_of(text)) {
    check(*message, ear);
    require(imps::midi_of(imps::text_of(*message)) == *message);
  }
  return 0;
}
