// The voice of one MIDI device: frames in, messages out, no faster than the device can take them.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "interface/coalescer.h"
#include "interface/interface.h"
#include "interface/midi/encoder.h"

namespace imps {

/// An encoder with a clock: notes end when their length is over, and frames that come faster than
/// the device takes bytes are put together. Notes are released at once, however busy it is; none is
/// begun while it takes nothing, so that what waits for it stays little, and every release has
/// room. Realtime-safe: yes, as far as `send` is, but for remap(). Thread-safe: no; on the loop's
/// thread.
class MidiPlayer {
 public:
  /// Sends, and returns how many bytes that was.
  using Send = std::function<std::size_t(const MidiMessage&)>;

  /// @param bytes_per_second  what the device takes; infinity for all that comes
  MidiPlayer(
      boost::asio::io_context& loop, std::vector<MidiMapping> mappings, double bytes_per_second,
      Send send, Coalescer::IsStalled is_stalled = [] { return false; });

  void sound(const Sound& sound, TimePoint now);
  void release(TimePoint now);
  void let_go(const ControlSet& controls, TimePoint now);
  void panic(TimePoint now);
  void farewell(TimePoint now);
  /// The device has gone: nothing sounds there, and nothing is sent. The next one hears all anew.
  void forget();
  /// As MidiEncoder::remap().
  void remap(std::vector<MidiMapping> mappings, TimePoint now);

 private:
  /// Does `act` with a Send that counts; what waits sounds no more when `drops`.
  template <class Act>
  void say(TimePoint now, bool drops, Act act);
  void arm(TimePoint now);

  MidiEncoder encoder_;
  const Send send_;
  ControlSet let_go_;  // while their frame waited, and not touched since
  Coalescer output_;
  boost::asio::steady_timer timer_;
  std::shared_ptr<char> alive_ = std::make_shared<char>('\0');
};

}  // namespace imps
