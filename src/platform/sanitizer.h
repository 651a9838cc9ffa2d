// Which sanitizer this is compiled for, said alike for g++ and clang. Macros, for what does not
// compile elsewhere; nothing but a test's patience and a sandbox's limits may depend on them.
#pragma once

#if defined(__SANITIZE_ADDRESS__)
#define IMPS_ADDRESS_SANITIZER 1
#elif defined(__SANITIZE_THREAD__)
#define IMPS_THREAD_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define IMPS_ADDRESS_SANITIZER 1
#elif __has_feature(thread_sanitizer)
#define IMPS_THREAD_SANITIZER 1
#endif
#endif
