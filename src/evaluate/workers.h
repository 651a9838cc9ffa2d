// Shares numbered jobs among threads.
#pragma once

#include <cstddef>
#include <functional>

namespace imps::evaluate {

/// Calls `job(0)` … `job(count − 1)`, each once, on up to `threads` threads (0: as many as the
/// processor has), in no certain order; returns when all are done. Jobs leave what they find in
/// places of their own, so that sums can be taken in the jobs' order, whatever the threads. Flushes
/// subnormal numbers to zero in its threads, as playing does; with one thread it is the caller's.
void work_through(std::size_t count, unsigned threads, const std::function<void(std::size_t)>& job);

}  // namespace imps::evaluate
