// Several draws from one mixture under the same conditions.
#pragma once

#include <array>

#include <imps/conditions.h>
#include <imps/model.h>

namespace imps {

/// What sample() does with conditions, again and again: what does not change from draw to draw is
/// computed once, which is most of it where controls are limited. What it is made of must outlive
/// it. Realtime-safe: yes.
class Draws {
 public:
  Draws(const MixtureView& mixture, const Temperatures& temperatures,
        const Conditions& conditions) noexcept;

  /// The same as sample(mixture, temperatures, conditions, uniforms, into).
  void next(Uniforms& uniforms, Frame& into) const noexcept;

 private:
  [[nodiscard]] std::size_t choose(double p) const noexcept;

  const MixtureView& mixture_;
  const Temperatures& temperatures_;
  const Conditions& conditions_;
  std::array<double, kMaxMixtures> weights_;  // of the components, where there are conditions
  double total_ = 0;                          // of them
};

}  // namespace imps
