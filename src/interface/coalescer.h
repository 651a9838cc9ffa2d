// For outputs slower than the music: the newest frame goes, not a queue of old ones.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <memory>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <imps/frame.h>
#include <imps/time.h>

#include "interface/interface.h"

namespace imps {

/// Hands frames on no faster than a line carries them, and none while its device takes nothing.
/// What comes meanwhile is put together: the latest values, and all controls that were touched.
/// Realtime-safe: yes. Thread-safe: no; on the loop's thread.
class Coalescer {
 public:
  /// Sends, and returns how many bytes that was.
  using Emit = std::function<std::size_t(const Sound& sound, TimePoint now)>;
  /// Whether the device takes nothing just now.
  using IsStalled = std::function<bool()>;

  /// How often a stalled device is looked at while something waits for it.
  static constexpr auto kLookEvery = std::chrono::milliseconds(5);

  /// @param bytes_per_second  what the line carries, > 0; infinity when that is no matter
  Coalescer(
      boost::asio::io_context& loop, double bytes_per_second, Emit emit,
      IsStalled is_stalled = [] { return false; });

  void sound(const Sound& sound, TimePoint now);
  /// What waits will not sound any more. `bytes` were sent besides.
  void drop(std::size_t bytes, TimePoint now);
  /// `bytes` were sent besides.
  void add(std::size_t bytes, TimePoint now) { busy_for(bytes, now); }
  /// What waits sounds now, however busy the line is; false, and it waits on, when the device takes
  /// nothing.
  bool flush(TimePoint now);
  /// Of what waits, these controls will not sound.
  void withdraw(const ControlSet& controls);
  [[nodiscard]] bool is_waiting() const noexcept { return waits_; }

 private:
  void emit(const Sound& sound, TimePoint now);
  void emit_waiting(TimePoint now);
  /// For the timer, which is set to `until`: the waiting frame's turn, unless the device is
  /// stalled.
  void wait(TimePoint until);
  void busy_for(std::size_t bytes, TimePoint now);

  const double seconds_a_byte_;
  const Emit emit_;
  const IsStalled is_stalled_;
  boost::asio::steady_timer timer_;
  TimePoint free_at_;
  Frame frame_;
  std::array<int, kMaxControls> velocities_{};
  std::size_t velocities_size_ = 0;
  ControlSet touched_;
  TimePoint due_;
  bool waits_ = false;
  std::shared_ptr<char> alive_ = std::make_shared<char>('\0');
};

}  // namespace imps
