// Which instruction sets the step is compiled for. Included before any other
// header of Highway.
#pragma once

// Vectors whose size is not known when compiling do not fit the way the step is written (ARM has
// NEON), and processors with SSSE3 but not SSE4 are few: they compute one number at a time.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV | HWY_SSSE3)

#include <hwy/targets.h>
