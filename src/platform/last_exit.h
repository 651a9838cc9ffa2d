// An end that nothing can hold up.
#pragma once

#include <chrono>

namespace imps::platform {

/// The process exits with `status` when so many seconds have passed, whatever hangs by then: no
/// destructor and no exit handler runs. For the very end. By SIGALRM. Thread-safe: yes.
void exit_at_latest(std::chrono::seconds time, int status) noexcept;

}  // namespace imps::platform
