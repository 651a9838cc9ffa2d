#include <fmt/format.h>

#include "cli/console.h"
#include "cli/help.h"
#include "session/note_guard.h"

namespace imps::cli {

std::string guard_notes_options() { return "  (none)\n"; }

Exit run_guard_notes(const Command& command, const Arguments& arguments) {
  if (!arguments.empty() && arguments.front() == "--help") {
    fmt::print("{}", help_text(command));
    return Exit::done;
  }
  if (const auto guarded = guard_notes(); !guarded) {
    complain(guarded.error().message);
    return Exit::usage;
  }
  return Exit::done;
}

}  // namespace imps::cli
