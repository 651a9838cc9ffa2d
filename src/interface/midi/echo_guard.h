// What a device sends back of what it was just sent.
#pragma once

#include <array>
#include <cstddef>

#include <imps/time.h>

#include "interface/midi/message.h"

namespace imps {

/// Remembers the last kMost messages sent to one device. Realtime-safe: yes. Thread-safe: no.
class EchoGuard {
 public:
  static constexpr std::size_t kMost = 128;

  /// @param window  how soon after it was sent a message counts as sent back
  explicit EchoGuard(Duration window) noexcept : window_(window) {}

  void set_window(Duration window) noexcept { window_ = window; }
  void sent(const MidiMessage& message, TimePoint at) noexcept;
  /// Whether `message` is one that was sent, byte for byte, within the window; each counts once.
  bool is_echo(const MidiMessage& message, TimePoint at) noexcept;

 private:
  struct Sent {
    MidiMessage message;  // of size 0: none
    TimePoint at;
  };
  Duration window_;
  std::array<Sent, kMost> sent_{};
  std::size_t next_ = 0;
};

}  // namespace imps
