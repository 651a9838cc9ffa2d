// Shared hands: which controls the performer holds, and how the model takes them over again.
#pragma once

#include <array>
#include <optional>
#include <span>

#include <imps/conditions.h>
#include <imps/frame.h>
#include <imps/time.h>

#include "perform/waiting.h"

namespace imps {

/// Who has each control. A control that is touched is the performer's until it has rested for the
/// release time; then it is the model's again, which begins where it was left. One that is gripped
/// (by a finger that need not move) stays the performer's until it is let go, or for half a minute
/// when nobody says so.
///
/// Realtime-safe. Thread-safe: no. A value: a copy goes on by itself.
class Hands {
 public:
  /// How the model gets from where a control was left to where it wants it.
  struct Manners {
    Duration release{std::chrono::seconds(1)};       ///< ≥ 0
    Duration glide{std::chrono::milliseconds(500)};  ///< ≥ 0; over this time, in a straight line
    ControlSet pick_up;  ///< these wait instead, until what the model wants comes by
    ControlSet at_once;  ///< these neither glide nor wait: there is nothing between their steps
  };

  /// The performer moves these.
  void touch(const ControlSet& controls, TimePoint at) noexcept;
  /// The performer has a hand on it, or takes it away; either is a touch.
  void grip(std::size_t control, bool on, TimePoint at) noexcept;
  /// When the next control is let go, if one is held.
  [[nodiscard]] std::optional<TimePoint> next_release(const Manners& manners) const noexcept;
  /// Lets go of what is due at `at`. @param stands  where all controls stand
  void release(TimePoint at, std::span<const double> stands, const Manners& manners) noexcept;
  /// Lets go of everything.
  void release_all(TimePoint at, std::span<const double> stands, const Manners& manners) noexcept;
  /// Nothing is held, nor on its way.
  void forget() noexcept;

  /// What the performer holds.
  [[nodiscard]] const ControlSet& held() const noexcept { return held_; }

  /// Brings what the model wants of the controls that it took over nearer to where they were left,
  /// as of prediction.due; of the others nothing changes.
  void bend(Prediction& prediction, const Manners& manners) const noexcept;
  /// The prediction has sounded.
  void sounded(const Prediction& prediction) noexcept;

 private:
  void let_go(std::size_t control, TimePoint at, double stands, const Manners& manners) noexcept;
  [[nodiscard]] TimePoint rests_at(std::size_t control, const Manners& manners) const noexcept;

  ControlSet held_;
  ControlSet gripped_;  // of these
  ControlSet gliding_;
  ControlSet waiting_;     // to be picked up
  ControlSet has_passed_;  // of these, the model's wish was seen on the side that `above_` says
  ControlSet above_;
  std::array<TimePoint, kMaxControls> at_{};  // touched; or let go
  std::array<double, kMaxControls> left_{};   // where it was let go
};

}  // namespace imps
