// What a step costs at least: reading every weight once.
#pragma once

#include <span>

namespace imps::bench {

/// The sum of `values`, read as fast as this machine can.
float read_all(std::span<const float> values);

}  // namespace imps::bench
