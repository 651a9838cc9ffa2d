// What a player asks of one dimension of the model's: bounds, steps, a scale, how wild, how often.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <imps/conditions.h>
#include <imps/result.h>

namespace imps {

/// A limit of one control, or of dt. Predictions are drawn so that they keep it (see Conditions).
struct Limit {
  static constexpr std::size_t kMostSteps = 128;

  double least = 0;                        ///< of a control in [0, 1), of dt ≥ 0 seconds
  double most = 1;                         ///< above `least`; of a control at most 1
  std::array<double, kMostSteps> steps{};  ///< where a control may stand, rising
  std::size_t step_count = 0;              ///< 0: anywhere
  double sigma = -1;                       ///< a sigma temperature of its own; below 0: the general
  double chance = 1;                       ///< (0, 1]: in this part of all predictions it moves
  bool is_held = false;                    ///< it does not move at all,
  std::optional<double> held_at{};         ///< but to here, if that is said

  [[nodiscard]] Limits limits() const noexcept {
    return {
        .least = least, .most = most, .steps = std::span(steps).first(step_count), .sigma = sigma};
  }
};

/// Reads a limit: clauses, separated by commas, each at most once.
///
/// "0.2 to 0.8"           stays between
/// "steps 8"              stands on one of 2 to 128 places in equal distances, from 0 to 1
/// "scale D dorian"       stands on the notes of a scale, 0 to 1 being the notes 0 to 127,
/// "scale D dorian 36 84" or those between two notes
/// "sigma 0.2"            has its own sigma temperature, ≥ 0
/// "sparse 0.3"           moves in so many of all predictions, (0, 1]
/// "hold", "hold 0.5"     stays where it stands, or there
///
/// An empty text is no limit. Refuses what leaves a control nowhere to stand.
/// Scales: major, minor, dorian, phrygian, lydian, mixolydian, locrian, harmonic, melodic,
/// pentatonic, blues, whole, chromatic; roots C to B with # or b.
Result<Limit> limit_from_text(std::string_view text);

/// The same of dt: "0.1 to 2", in seconds, and "sigma 0.2".
Result<Limit> dt_limit_from_text(std::string_view text);

}  // namespace imps
