// What the next frame has to agree with: what others hold, and what is wanted of it.
#pragma once

#include <array>
#include <bitset>
#include <limits>
#include <span>

#include <imps/frame.h>
#include <imps/model.h>

namespace imps {

/// Some of the controls, by index.
using ControlSet = std::bitset<kMaxControls>;

/// Where a control may stand.
struct Limits {
  double least = 0;  ///< in [0, 1), below `most`
  double most = 1;   ///< in (0, 1]
  /// The only places where it may stand, each in [0, 1], rising; empty: anywhere. Outlives the
  /// conditions. At least one is between `least` and `most`.
  std::span<const double> steps{};
  double sigma = -1;  ///< a sigma temperature of its own; below 0: the general one

  [[nodiscard]] bool is_none() const noexcept {
    return least <= 0 && most >= 1 && steps.empty() && sigma < 0;
  }
};

/// What a drawn frame agrees with by itself, rather than being bent afterwards.
struct Conditions {
  ControlSet held;                            ///< these stand where `values` says
  std::array<double, kMaxControls> values{};  ///< [0, 1], of the controls that are held
  ControlSet limited;                         ///< these keep within `limits`
  std::array<Limits, kMaxControls> limits{};
  double dt_least = 0;  ///< seconds ≥ 0: so much time has passed already, or is wanted
  double dt_most = std::numeric_limits<double>::infinity();  ///< seconds, above `dt_least`
  double dt_sigma = -1;  ///< a sigma temperature of dt's own; below 0: the general one

  [[nodiscard]] bool is_none() const noexcept {
    return held.none() && limited.none() && dt_least <= 0 && dt_sigma < 0 &&
           dt_most == std::numeric_limits<double>::infinity();
  }
};

/// Draws the next frame as sample() does, given that it agrees with `conditions`:
///
/// - what is held weighs the components by its likelihood (Bayes' rule: for diagonal Gaussians the
///   rest is then as it was), before the pi temperature takes effect;
/// - dt and the limited controls come from the normals as the sigma temperature leaves them,
///   truncated to where they may be or concentrated on their steps, the components weighed by how
///   much of each is there: as if sample() were asked again and again until its frame fits;
/// - a dt_least of at most sample()'s own 0.001 s, and limits at 0 and 1, leave its clamping as it
/// is.
///
/// Takes 1 + D numbers from `uniforms`, in the same order as sample(); without conditions its
/// result is sample()'s. A limit that no component reaches still gives values within it.
/// Realtime-safe: yes. Thread-safe: yes.
/// Formula: doc/model.md, "A draw that agrees".
void sample(const MixtureView& mixture, const Temperatures& temperatures,
            const Conditions& conditions, Uniforms& uniforms, Frame& into) noexcept;

/// The mixture that sample() draws from, given what is held: its components' logits, and all else
/// as in `mixture`. @param logits  [mixtures]. Realtime-safe: yes. Thread-safe: yes.
void weigh(const MixtureView& mixture, const Conditions& conditions,
           std::span<double> logits) noexcept;

}  // namespace imps
