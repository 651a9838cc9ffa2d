#include "interface/coalescer.h"

#include <algorithm>
#include <utility>

namespace imps {
namespace {

/// What may be under way when the next frame is handed on: a line that is never idle.
constexpr Duration kAhead = std::chrono::milliseconds(2);

}  // namespace

Coalescer::Coalescer(boost::asio::io_context& loop, double bytes_per_second, Emit emit,
                     IsStalled is_stalled)
    : seconds_a_byte_(1 / bytes_per_second),
      emit_(std::move(emit)),
      is_stalled_(std::move(is_stalled)),
      timer_(loop) {}

void Coalescer::sound(const Sound& sound, TimePoint now) {
  if (!waits_ && free_at_ <= now + kAhead && !is_stalled_()) {
    emit(sound, now);
    return;
  }
  frame_ = FrameView{0, sound.controls};
  velocities_size_ = std::min(sound.velocities.size(), velocities_.size());
  std::copy_n(sound.velocities.begin(), velocities_size_, velocities_.begin());
  touched_ |= sound.touched;
  due_ = sound.due;
  if (std::exchange(waits_, true)) return;
  const TimePoint turn = std::max(free_at_ - kAhead, now);
  timer_.expires_after(turn - now);
  wait(turn);
}

void Coalescer::wait(TimePoint until) {
  timer_.async_wait(
      [this, alive = std::weak_ptr(alive_), until](const boost::system::error_code& error) {
        if (error || alive.expired() || !waits_) return;
        if (!is_stalled_()) {
          emit_waiting(until);
          return;
        }
        timer_.expires_at(timer_.expiry() + kLookEvery);
        wait(until + kLookEvery);
      });
}

bool Coalescer::flush(TimePoint now) {
  if (!waits_) return true;
  if (is_stalled_()) return false;
  timer_.cancel();
  emit_waiting(now);
  return true;
}

void Coalescer::withdraw(const ControlSet& controls) { touched_ &= ~controls; }

void Coalescer::emit_waiting(TimePoint now) {
  waits_ = false;
  emit({.controls = frame_.controls(),
        .touched = std::exchange(touched_, {}),
        .due = due_,
        .velocities = std::span(velocities_).first(velocities_size_)},
       now);
}

void Coalescer::drop(std::size_t bytes, TimePoint now) {
  timer_.cancel();
  waits_ = false;
  touched_.reset();
  busy_for(bytes, now);
}

void Coalescer::emit(const Sound& sound, TimePoint now) { busy_for(emit_(sound, now), now); }

void Coalescer::busy_for(std::size_t bytes, TimePoint now) {
  free_at_ =
      std::max(free_at_, now) + to_duration(Seconds{static_cast<double>(bytes) * seconds_a_byte_});
}

}  // namespace imps
