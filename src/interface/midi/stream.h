// MIDI as a stream of bytes: a serial line, or what a driver hands over.
#pragma once

#include <cstdint>
#include <optional>

#include "interface/midi/message.h"

namespace imps {

/// Puts channel messages together, one byte at a time. Knows running status; real-time bytes may
/// stand anywhere, also within a message: a clock's are messages, the others are passed over as are
/// system exclusive and system common ones; data bytes without a status are dropped and counted.
/// Realtime-safe: yes. Thread-safe: no. Source: MIDI 1.0 Detailed Specification, "Running status",
/// "System real time".
class MidiStream {
 public:
  /// A message, when `byte` ends one.
  std::optional<MidiMessage> put(std::uint8_t byte) noexcept;

  /// After a gap in the stream: what was begun is forgotten.
  void reset() noexcept;

  [[nodiscard]] std::uint64_t dropped() const noexcept { return dropped_; }

 private:
  std::uint8_t status_ = 0;  // running; 0: none
  std::uint8_t first_ = 0;
  bool has_first_ = false;
  bool in_system_ = false;  // data bytes belong to a message that is passed over
  std::uint64_t dropped_ = 0;
};

}  // namespace imps
