#include "interface/frame_values.h"

#include <algorithm>
#include <cmath>

namespace imps {

bool settle_frame(std::span<double> values, std::size_t controls, PortTally& tally) noexcept {
  if (values.empty() || values.size() > static_cast<std::size_t>(kMaxControls) ||
      (controls != 0 && values.size() != controls)) {
    tally.fault(&PortCounts::wrong_count, "a frame with too few or too many values");
    return false;
  }
  if (!std::all_of(values.begin(), values.end(), [](double x) { return std::isfinite(x); })) {
    tally.fault(&PortCounts::malformed, "a frame with a value that is not finite");
    return false;
  }
  for (double& value : values) {
    if (value >= 0 && value <= 1) continue;
    value = std::clamp(value, 0.0, 1.0);
    tally.fault(&PortCounts::clamped, "a value outside of 0 to 1");
  }
  return true;
}

}  // namespace imps
