// For tests of OSC: packets made byte by byte, a sink that writes down what it is given, and both
// together with a decoder.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "interface/osc/decoder.h"

namespace imps::test {

using Packet = std::vector<std::byte>;

void add_uint32(Packet& to, std::uint32_t value);
void add_uint64(Packet& to, std::uint64_t value);
void add_float(Packet& to, float value);
void add_double(Packet& to, double value);
/// With its 0 and padding.
void add_text(Packet& to, std::string_view text);

/// Address, type tags (given with their ','; "" for none at all), payload.
Packet message(std::string_view address, std::string_view tags, const Packet& payload = {});
/// A message of float32s.
Packet floats(std::string_view address, const std::vector<float>& values);
/// A message with one text.
Packet text_message(std::string_view address, std::string_view text);
Packet bundle(std::uint64_t time_tag, const std::vector<Packet>& elements);

inline constexpr std::uint64_t kImmediately = 1;

/// What a decoder asked for.
struct HeardFrame {
  std::vector<double> controls;
  Duration delay{};
  friend bool operator==(const HeardFrame&, const HeardFrame&) = default;
};
struct HeardCommand {
  Command::Kind kind{};
  double number = 0;
  std::string model;
  Duration delay{};
  friend bool operator==(const HeardCommand&, const HeardCommand&) = default;
};
struct HeardQuery {
  std::string word;
  friend bool operator==(const HeardQuery&, const HeardQuery&) = default;
};
using Heard = std::variant<HeardFrame, HeardCommand, HeardQuery>;

class Recorder : public OscSink {
 public:
  std::vector<Heard> heard;

  void on_frame(std::span<const double> controls, Duration delay) override {
    heard.emplace_back(HeardFrame{{controls.begin(), controls.end()}, delay});
  }
  void on_command(const Command& command, Duration delay) override {
    heard.emplace_back(HeardCommand{command.kind, command.number, command.text, delay});
  }
  void on_ping() override { heard.emplace_back(HeardQuery{"ping"}); }
  void on_status() override { heard.emplace_back(HeardQuery{"status"}); }
};

/// A decoder in the middle of a performance, at a wall time that tests choose.
struct Listening {
  OscTally tally{"/interface"};
  OscDecoder decoder{"/interface", tally};
  Recorder recorder;
  PacketTime now{std::chrono::seconds(1'900'000'000)};

  /// What this packet asked for.
  std::vector<Heard> hears(const Packet& packet) {
    recorder.heard.clear();
    decoder.decode(packet, now, recorder);
    return recorder.heard;
  }
  [[nodiscard]] const OscCounts& counts() const { return tally.counts; }
  /// The time tag of `now` + `later`.
  [[nodiscard]] std::uint64_t tag(Seconds later) const {
    return to_ntp(now + std::chrono::duration_cast<PacketTime::duration>(later));
  }
};

inline Heard frame(std::vector<double> controls, Duration delay = {}) {
  return HeardFrame{std::move(controls), delay};
}
inline Heard command(Command::Kind kind, double number = 0, Duration delay = {}) {
  return HeardCommand{kind, number, "", delay};
}

}  // namespace imps::test
