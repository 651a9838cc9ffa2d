// Whole frames as JSON.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace imps {

/// The numbers of "[0.5, 0.25]" or {"controls": [0.5, 0.25]} (other keys are passed over), in range
/// or not; nothing when the text is neither.
std::optional<std::vector<double>> read_frame(std::string_view text);

/// {"controls":[0.5,0.25]}, six digits each.
std::string frame_text(std::span<const double> controls);

}  // namespace imps
