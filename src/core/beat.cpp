#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>

#include <imps/beat.h>

namespace imps {
namespace {

/// Lines fall between microseconds: one that has been reached is not the next one.
constexpr Duration kApart = std::chrono::milliseconds(1);

}  // namespace

TimePoint drawn_to(const Beat& beat, TimePoint due, TimePoint after) noexcept {
  if (!beat.draws()) return due;
  const double interval = 60e6 / (beat.tempo * beat.grid);  // microseconds
  const auto since = [&](TimePoint time) {
    return static_cast<double>(
        std::chrono::duration_cast<std::chrono::microseconds>(time - beat.at).count());
  };
  const double from = since(after + kApart);
  double line = std::floor(since(due) / interval + 0.5) * interval;
  if (line <= from) line = (std::floor(from / interval) + 1) * interval;
  const double drawn = since(due) + beat.snap * (line - since(due));
  return beat.at + std::chrono::microseconds(static_cast<std::int64_t>(std::floor(drawn + 0.5)));
}

Seconds until_a_beat(const Beat& beat, TimePoint at) noexcept {
  const double length = 60 / beat.tempo;
  const double past = std::fmod(to_seconds(at - beat.at).count(), length);
  return Seconds{past > 0 ? length - past : -past};
}

bool Taps::tap(TimePoint at) noexcept {
  constexpr Duration kBounce = std::chrono::milliseconds(60);
  constexpr Duration kForgotten = std::chrono::seconds(3);
  if (count_ > 0 && at - last_ < kBounce) return false;
  if (count_ == 0 || at - last_ > kForgotten) {
    count_ = 0;
    first_ = at;
  }
  last_ = at;
  ++count_;
  return true;
}

double Taps::tempo() const noexcept {
  if (count_ < 2) return 0;
  return std::clamp(60 * (count_ - 1) / to_seconds(last_ - first_).count(), Beat::kSlowest,
                    Beat::kFastest);
}

}  // namespace imps
