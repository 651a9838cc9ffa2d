// Values of a whole frame as they come from outside.
#pragma once

#include <span>

#include "interface/port_tally.h"

namespace imps {

/// Brings a frame's values into [0, 1] and counts those that were outside. False, counted and with
/// its reason, for a frame that cannot be: none or too many values, another number of them than
/// `controls` (0: any), or one that is not finite.
bool settle_frame(std::span<double> values, std::size_t controls, PortTally& tally) noexcept;

}  // namespace imps
