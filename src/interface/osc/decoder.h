// OSC packets to frames, commands and queries.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <imps/command.h>
#include <imps/frame.h>
#include <imps/time.h>

#include "interface/osc/counts.h"
#include "interface/osc/wire.h"

namespace imps {

/// Wall time, as time tags count it.
using PacketTime = std::chrono::system_clock::time_point;

/// What packets ask for. `delay` is how long after the packet's arrival it is to be done,
/// [0 s, 10 s]: above zero only in bundles with a time tag in the future.
class OscSink {
 public:
  virtual ~OscSink() = default;
  /// The performer moved. `controls`: each finite and in [0, 1], as many as the decoder expects;
  /// valid during the call.
  virtual void on_frame(std::span<const double> controls, Duration delay) = 0;
  virtual void on_command(const Command& command, Duration delay) = 0;
  /// To be answered to the sender at once, whatever the bundle's time tag.
  virtual void on_ping() = 0;
  virtual void on_status() = 0;
};

/// Reads packets. The rules are doc/formats/osc.md.
///
/// decode() is realtime-safe as long as packets hold frames, and for all but refused commands and
/// the command `model` (which allocate their text). Thread-safe: no.
class OscDecoder {
 public:
  /// @param input_address  where frames are expected.
  /// @param tally  outlives the decoder.
  OscDecoder(std::string input_address, OscTally& tally);

  /// How many controls a frame must have; 0 (as at the start) when the next accepted frame
  /// decides. At most kMaxControls.
  void expect_controls(int controls) noexcept { controls_ = static_cast<std::size_t>(controls); }
  /// 0 while unknown.
  [[nodiscard]] int controls() const noexcept { return static_cast<int>(controls_); }

  /// Gives `sink` what `packet` asks for, in its order: all of it, or nothing when any part of the
  /// packet is malformed. A message that is well-formed but not acceptable is refused by itself.
  /// Nothing here fails: faults are in the tally.
  /// @param now  the wall time at which the packet came.
  void decode(Bytes packet, PacketTime now, OscSink& sink);

 private:
  // A bundle costs its parent 20 bytes, so no datagram (65,507 bytes) can hold deeper ones.
  static constexpr std::size_t kDeepest = 3276;
  struct Level {
    std::size_t end;  // of the bundle, in the packet
    Duration delay;
  };

  template <class OnMessage>
  bool walk(Bytes packet, std::uint64_t now_ntp, OnMessage on_message);
  Duration delay_of(std::uint64_t time_tag, std::uint64_t now_ntp) noexcept;
  void act_on(const OscMessage& message, Duration delay, OscSink& sink);
  void act_on_pattern(const OscMessage& message, Duration delay, OscSink& sink);
  void frame(const OscMessage& message, Duration delay, OscSink& sink);
  void command(std::string_view word, const OscMessage& message, Duration delay, OscSink& sink);

  std::string input_address_;
  OscTally& tally_;
  std::size_t controls_ = 0;
  std::array<Level, kDeepest> levels_;
};

/// NTP's 32.32 fixed-point seconds since 1900, as in time tags (wraps in 2036, as they do).
std::uint64_t to_ntp(PacketTime time) noexcept;

}  // namespace imps
