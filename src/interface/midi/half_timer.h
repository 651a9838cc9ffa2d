// Waiting for the lower half of a 14-bit value, which may never come.
#pragma once

#include <chrono>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

namespace imps {

/// Everything is on the loop's thread. What it calls must outlive it.
class HalfTimer {
 public:
  /// The two messages of a move are a millisecond apart at 31,250 baud.
  static constexpr std::chrono::milliseconds kPatience{20};

  explicit HalfTimer(boost::asio::io_context& loop) : timer_(loop) {}

  /// Calls `settle` after kPatience, once for all calls until then.
  template <class Settle>
  void arm(Settle settle) {
    if (std::exchange(is_armed_, true)) return;
    timer_.expires_after(kPatience);
    timer_.async_wait([this, settle](const boost::system::error_code& error) {
      if (error) return;
      is_armed_ = false;
      settle();
    });
  }

 private:
  boost::asio::steady_timer timer_;
  bool is_armed_ = false;
};

}  // namespace imps
