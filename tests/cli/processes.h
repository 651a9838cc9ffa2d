// Other processes, as /proc shows them (Linux).
#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

namespace imps::test {

/// The processes that a process has started and not yet asked for.
std::vector<pid_t> children_of(pid_t pid);
/// Its program and arguments, a space between them.
std::string words_of(pid_t pid);
/// What its descriptors are, one for each.
std::vector<std::string> open_files_of(pid_t pid);
/// Whether it has ended, though nobody may have asked how.
bool has_ended(pid_t pid);
/// Waits for that; false when it does not end in time.
bool ends(pid_t pid);

}  // namespace imps::test
