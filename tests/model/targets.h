// The same story told on every instruction set that this processor has.
#pragma once

#include <cstdint>

#include <gtest/gtest.h>

#include <imps/model.h>

#include "model/targets.h"

namespace imps::test {

/// Calls `story` once for each instruction set that the step is compiled for and that this
/// processor has; networks made inside use it.
template <class Story>
void on_every_target(Story&& story) {
  int targets = 0;
  const std::int64_t available = hwy::SupportedTargets() & HWY_TARGETS;
  for (std::int64_t left = available; left != 0; left &= left - 1) {
    const std::int64_t target = left & -left;
    hwy::SetSupportedTargetsForTest(target);
    SCOPED_TRACE(hwy::TargetName(target));
    EXPECT_EQ(simd_target(), hwy::TargetName(target));
    story();
    ++targets;
  }
  hwy::SetSupportedTargetsForTest(0);
  EXPECT_GT(targets, 0);
}

}  // namespace imps::test
