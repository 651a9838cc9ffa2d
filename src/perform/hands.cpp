#include "perform/hands.h"

#include <algorithm>
#include <cmath>

namespace imps {
namespace {

/// As near as that a control is picked up.
constexpr double kNear = 1.0 / 64;

/// After so long without a word, a hand is no longer there.
constexpr Duration kGrip = std::chrono::seconds(30);

}  // namespace

void Hands::touch(const ControlSet& controls, TimePoint at) noexcept {
  held_ |= controls;
  gliding_ &= ~controls;
  waiting_ &= ~controls;
  for (std::size_t k = 0; k < controls.size(); ++k)
    if (controls.test(k)) at_[k] = at;
}

void Hands::grip(std::size_t control, bool on, TimePoint at) noexcept {
  gripped_.set(control, on);
  touch(ControlSet().set(control), at);
}

TimePoint Hands::rests_at(std::size_t control, const Manners& manners) const noexcept {
  return at_[control] +
         (gripped_.test(control) ? std::max(manners.release, kGrip) : manners.release);
}

std::optional<TimePoint> Hands::next_release(const Manners& manners) const noexcept {
  std::optional<TimePoint> first;
  if (held_.none()) return first;
  for (std::size_t k = 0; k < held_.size(); ++k)
    if (held_.test(k) && (!first || rests_at(k, manners) < *first)) first = rests_at(k, manners);
  return first;
}

void Hands::let_go(std::size_t control, TimePoint at, double stands,
                   const Manners& manners) noexcept {
  held_.reset(control);
  gripped_.reset(control);
  at_[control] = at;
  left_[control] = stands;
  const bool waits = manners.pick_up.test(control) && !manners.at_once.test(control);
  waiting_.set(control, waits);
  has_passed_.reset(control);
  gliding_.set(control, !waits && !manners.at_once.test(control) && manners.glide > Duration{0});
}

void Hands::release(TimePoint at, std::span<const double> stands, const Manners& manners) noexcept {
  for (std::size_t k = 0; k < stands.size(); ++k)
    if (held_.test(k) && rests_at(k, manners) <= at) let_go(k, at, stands[k], manners);
}

void Hands::release_all(TimePoint at, std::span<const double> stands,
                        const Manners& manners) noexcept {
  for (std::size_t k = 0; k < stands.size(); ++k)
    if (held_.test(k)) let_go(k, at, stands[k], manners);
}

void Hands::forget() noexcept {
  held_.reset();
  gripped_.reset();
  gliding_.reset();
  waiting_.reset();
}

void Hands::bend(Prediction& prediction, const Manners& manners) const noexcept {
  prediction.above.reset();
  prediction.picked_up.reset();
  if ((gliding_ | waiting_).none()) return;
  const std::span<double> controls = prediction.frame.controls();
  for (std::size_t k = 0; k < controls.size(); ++k) {
    if (prediction.still.test(k)) continue;
    const double wanted = controls[k];
    if (gliding_.test(k)) {
      const double way = to_seconds(prediction.due - at_[k]) / to_seconds(manners.glide);
      if (way < 1) controls[k] = left_[k] + std::max(way, 0.0) * (wanted - left_[k]);
    } else if (waiting_.test(k)) {
      const bool is_above = wanted > left_[k];
      prediction.above.set(k, is_above);
      const bool passes = has_passed_.test(k) && above_.test(k) != is_above;
      if (passes || std::abs(wanted - left_[k]) <= kNear)
        prediction.picked_up.set(k);
      else
        controls[k] = left_[k];
    }
  }
}

void Hands::sounded(const Prediction& prediction) noexcept {
  if (waiting_.none()) return;
  above_ = prediction.above;
  has_passed_ |= waiting_;
  waiting_ &= ~prediction.picked_up;
}

}  // namespace imps
