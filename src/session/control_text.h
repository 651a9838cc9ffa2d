// Sets of controls as configurations and events files say them: by number, from 1.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include <imps/conditions.h>

namespace imps {

/// {0, 1, 2, 5} is "1-3 6"; no control is "". Where that is shorter, what is left out: "all but
/// 4-5". At most 255 bytes.
std::string control_text(const ControlSet& controls);
/// Reads it back; what is no number from 1 to kMaxControls, or no range of them, is left out.
ControlSet controls_of(std::string_view text);

/// Of numbers from 1; others than there are controls are left out.
ControlSet control_set(std::span<const double> numbers);

}  // namespace imps
