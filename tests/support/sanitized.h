// Whether every instruction of this test is watched.
#pragma once

#include "platform/sanitizer.h"

namespace imps::test {

/// Waits are generous and loads small then.
#if defined(IMPS_ADDRESS_SANITIZER) || defined(IMPS_THREAD_SANITIZER)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

}  // namespace imps::test
