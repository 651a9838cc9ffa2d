#include "interface/midi/echo_guard.h"

#include <algorithm>

namespace imps {

void EchoGuard::sent(const MidiMessage& message, TimePoint at) noexcept {
  sent_[next_] = {message, at};
  next_ = (next_ + 1) % kMost;
}

bool EchoGuard::is_echo(const MidiMessage& message, TimePoint at) noexcept {
  // A note-off may come back as a note-on of velocity 0, and the other way round.
  const auto is_same = [&](const MidiMessage& one) {
    if (one == message) return true;
    return one.is_note_off() && message.is_note_off() && one.channel() == message.channel() &&
           one.first() == message.first();
  };
  const auto found = std::find_if(sent_.begin(), sent_.end(), [&](const Sent& one) {
    return one.message.size > 0 && at - one.at <= window_ && is_same(one.message);
  });
  if (found == sent_.end()) return false;
  found->message.size = 0;
  return true;
}

}  // namespace imps
