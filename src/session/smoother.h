// Smooth ways from one of the model's frames to the next.
#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include <imps/frame.h>

#include "config/settings.h"
#include "interface/interface.h"

namespace imps {

/// Each control that is to be smoothed goes towards the newest frame in steps, `rate` of them a
/// second; the others jump at once. It has no clock: times are handed in.
/// Realtime-safe: yes, but for set(). Thread-safe: no.
class Smoother {
 public:
  explicit Smoother(const SmoothingSettings& settings) { set(settings); }

  /// From now on in this way; what is under way stops where it is.
  void set(const SmoothingSettings& settings);

  /// The model's next frame: what to sound now. Valid until the next call.
  Sound begin(const Sound& target, TimePoint now) noexcept;
  /// The performer's: where the controls are from now on, at once.
  void follow(std::span<const double> controls) noexcept;
  /// What is under way stops where it is.
  void stop() noexcept { moving_.reset(); }

  /// When the next step is to be taken; nothing when all has arrived.
  [[nodiscard]] std::optional<TimePoint> deadline() const noexcept;
  /// The step that is due: what to sound. Valid until the next call.
  Sound step(TimePoint now) noexcept;

 private:
  using Values = std::array<double, kMaxControls>;

  [[nodiscard]] double seconds(std::size_t control) const noexcept;

  SmoothingSettings settings_;
  Duration period_{};
  Values at_{};
  Values target_{};
  std::size_t controls_ = 0;  // 0: nothing has sounded yet
  ControlSet moving_;
  TimePoint stepped_;
};

}  // namespace imps
