#include "interface/midi/midi_player.h"

#include <algorithm>
#include <utility>

namespace imps {

MidiPlayer::MidiPlayer(boost::asio::io_context& loop, std::vector<MidiMapping> mappings,
                       double bytes_per_second, Send send, Coalescer::IsStalled is_stalled)
    : encoder_(std::move(mappings)),
      send_(std::move(send)),
      output_(
          loop, bytes_per_second,
          [this](const Sound& sound, TimePoint now) {
            std::size_t bytes = 0;
            const auto say = [&](const MidiMessage& message) { bytes += send_(message); };
            encoder_.play(sound, now, say);
            // One that its gate has begun all the same.
            encoder_.let_go(std::exchange(let_go_, {}), say);
            arm(now);
            return bytes;
          },
          std::move(is_stalled)),
      timer_(loop) {}

void MidiPlayer::sound(const Sound& sound, TimePoint now) {
  let_go_ &= ~sound.touched;
  output_.sound(sound, now);
}

template <class Act>
void MidiPlayer::say(TimePoint now, bool drops, Act act) {
  std::size_t bytes = 0;
  act([&](const MidiMessage& message) { bytes += send_(message); });
  if (drops) {
    let_go_.reset();
    output_.drop(bytes, now);
  } else
    output_.add(bytes, now);
  arm(now);
}

void MidiPlayer::release(TimePoint now) {
  say(now, true, [this](const MidiEncoder::Send& send) { encoder_.release(send); });
}

void MidiPlayer::let_go(const ControlSet& controls, TimePoint now) {
  // A note that waits for its turn has to sound first, or not at all.
  if (!output_.flush(now)) {
    let_go_ |= controls & encoder_.notes();
    output_.withdraw(let_go_);
  }
  say(now, false, [&](const MidiEncoder::Send& send) { encoder_.let_go(controls, send); });
}

void MidiPlayer::panic(TimePoint now) {
  say(now, true, [this](const MidiEncoder::Send& send) { encoder_.panic(send); });
}

void MidiPlayer::farewell(TimePoint now) {
  say(now, true, [this](const MidiEncoder::Send& send) { encoder_.farewell(send); });
}

void MidiPlayer::forget() {
  encoder_.release([](const MidiMessage&) {});
  let_go_.reset();
  output_.drop(0, TimePoint{});
  timer_.cancel();
}

void MidiPlayer::remap(std::vector<MidiMapping> mappings, TimePoint now) {
  say(now, true, [&](const MidiEncoder::Send& send) { encoder_.remap(std::move(mappings), send); });
}

/// The timer for the next note that ends by its length.
void MidiPlayer::arm(TimePoint now) {
  const auto until = encoder_.deadline();
  if (!until) {
    timer_.cancel();
    return;
  }
  timer_.expires_after(std::max(*until - now, Duration{0}));
  timer_.async_wait([this, alive = std::weak_ptr(alive_),
                     until = *until](const boost::system::error_code& error) {
    if (error || alive.expired()) return;
    say(until, false, [&](const MidiEncoder::Send& send) { encoder_.on_time(until, send); });
  });
}

}  // namespace imps
