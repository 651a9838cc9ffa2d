// What a thread that must be on time asks of the system.
#pragma once

#include <string>

namespace imps::platform {

/// Subnormal numbers become zero in this thread from now on: arithmetic on them takes a hundred
/// times as long on some processors, and replay must see the same values everywhere.
void flush_denormals() noexcept;

/// Asks for this thread to run as soon as it can: real-time scheduling where the system allows it,
/// else a higher priority, else nothing. Returns what was given, for people: "real-time priority
/// 5", "nice -11", "ordinary priority". Also asks for exact timers. A right to set priorities that
/// the program's file carries (Linux: CAP_SYS_NICE, permitted) is used for this and dropped.
std::string raise_priority();

/// Gives up, for this thread and those it starts later, the right to set priorities that an
/// ordinary user's process has from its program's file. Nothing for root.
void drop_privileges() noexcept;

/// Where this thread may run on fewer than `threads` processors, it and those that it starts later
/// may run on any (Linux).
void spread_over_processors(int threads) noexcept;

/// The thread's name in ps, top and debuggers; at most 15 bytes.
void name_thread(const char* name) noexcept;

/// Keeps SIGINT, SIGTERM and SIGHUP away from this thread and those it starts: one thread handles
/// them. SIGPIPE and SIGXFSZ are ignored from now on: such a write fails like any other.
void block_signals() noexcept;
/// Lets SIGINT, SIGTERM and SIGHUP come to this thread again.
void unblock_signals() noexcept;

}  // namespace imps::platform
