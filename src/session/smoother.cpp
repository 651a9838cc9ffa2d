#include "session/smoother.h"

#include <algorithm>
#include <cmath>

namespace imps {
namespace {

/// As near as a 14-bit controller can tell.
constexpr double kArrived = 0.5 / 16'383;

}  // namespace

void Smoother::set(const SmoothingSettings& settings) {
  settings_ = settings;
  period_ = to_duration(Seconds{1 / settings.rate});
  stop();
}

double Smoother::seconds(std::size_t control) const noexcept {
  if (settings_.kind == SmoothingSettings::Kind::none) return 0;
  const auto& all = settings_.seconds;
  if (all.size() == 1) return all.front();
  return control < all.size() ? all[control] : 0;
}

Sound Smoother::begin(const Sound& target, TimePoint now) noexcept {
  const bool is_first = controls_ != target.controls.size();
  controls_ = target.controls.size();
  if (moving_.none()) stepped_ = now - period_;  // the first step is due at once
  Sound sound = target;
  for (std::size_t k = 0; k < controls_; ++k) {
    target_[k] = target.controls[k];
    const bool jumps = is_first || seconds(k) == 0;
    if (jumps) {
      at_[k] = target_[k];
    } else {
      sound.touched.reset(k);
    }
    moving_.set(k, at_[k] != target_[k]);
  }
  sound.controls = std::span<const double>(at_).first(controls_);
  return sound;
}

void Smoother::follow(std::span<const double> controls) noexcept {
  stop();
  controls_ = controls.size();
  std::copy(controls.begin(), controls.end(), at_.begin());
}

std::optional<TimePoint> Smoother::deadline() const noexcept {
  if (moving_.none()) return std::nullopt;
  return stepped_ + period_;
}

Sound Smoother::step(TimePoint now) noexcept {
  const double passed = to_seconds(now - stepped_).count();
  stepped_ = now;
  const Sound sound{
      .controls = std::span<const double>(at_).first(controls_), .touched = moving_, .due = now};
  for (std::size_t k = 0; k < controls_; ++k) {
    if (!moving_.test(k)) continue;
    const double left = target_[k] - at_[k];
    const double most = passed / seconds(k);
    at_[k] += settings_.kind == SmoothingSettings::Kind::slew ? std::clamp(left, -most, most)
                                                              : left * -std::expm1(-most);
    if (std::abs(target_[k] - at_[k]) > kArrived) continue;
    at_[k] = target_[k];
    moving_.reset(k);
  }
  return sound;
}

}  // namespace imps
