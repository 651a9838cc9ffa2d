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

}  // namespace imps
