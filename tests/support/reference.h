// Where the recorded reference data lies: models, outputs, logs and datasets to compare with.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>

#include <gtest/gtest.h>

namespace imps::test {

/// $IMPS_REFERENCE, or ../shared/reference beside the project; nothing where neither exists.
std::optional<std::filesystem::path> reference_folder();

}  // namespace imps::test

/// Declares `name` as the reference folder, or skips the test with a message. With
/// IMPS_REFERENCE_REQUIRED in the environment (as in CI) its absence is a failure.
#define IMPS_NEEDS_REFERENCE(name)                                                              \
  const auto name##_or_none = ::imps::test::reference_folder();                                 \
  if (!name##_or_none) {                                                                        \
    const char* const required = std::getenv("IMPS_REFERENCE_REQUIRED");                        \
    ASSERT_TRUE(required == nullptr) << "the reference data is required here and is not there"; \
    GTEST_SKIP() << "needs the reference data: set IMPS_REFERENCE to its folder";               \
  }                                                                                             \
  const std::filesystem::path& name = *name##_or_none
