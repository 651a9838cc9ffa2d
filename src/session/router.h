// From the performer's controls to the model's, and from the model's to the outputs'.
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include <imps/frame.h>

#include "config/settings.h"
#include "interface/interface.h"

namespace imps {

/// Reorders, scales, turns over, holds and doubles controls, as the routes say; without routes each
/// goes to its own place. A control that is held without a value stays where it stood.
/// Realtime-safe: yes, but for set(). Thread-safe: no.
class Router {
 public:
  explicit Router(const RouteSettings& routes);

  /// Other routes from now on.
  void set(const RouteSettings& routes);

  /// The model's controls, from the performer's. Valid until the next call.
  /// @param touched  of the performer's; afterwards of the model's
  std::span<const double> in(std::span<const double> controls, ControlSet& touched) noexcept;
  /// What the outputs have, from the model's controls. Valid until the next call.
  Sound out(const Sound& sound) noexcept;

  /// The model's controls that these of the performer's move.
  [[nodiscard]] ControlSet moved_by(const ControlSet& performers) const noexcept;
  /// The outputs' controls that these of the model's move.
  [[nodiscard]] ControlSet heard_as(const ControlSet& models) const noexcept;

 private:
  using Values = std::array<double, kMaxControls>;

  RouteSettings routes_;
  Values in_;
  Values out_;
  std::array<int, kMaxControls> velocities_{};
  ControlSet fresh_;  // outputs that are held at a value, which they have not been told
};

}  // namespace imps
