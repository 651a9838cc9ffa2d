// Ends the notes that a killed imps leaves sounding.
#pragma once

#include <optional>
#include <string_view>

#include <imps/result.h>

#include "config/settings.h"
#include "interface/midi/note_table.h"
#include "platform/last_will.h"
#include "platform/shared_memory.h"

namespace imps {

/// The performance's side: a table of what sounds, and a second process that looks into it when
/// this one has ended without a good-bye. Not thread-safe.
class NoteGuard {
 public:
  /// The table, empty. Without memory for it nothing is guarded.
  NoteGuard();
  NoteGuard(const NoteGuard&) = delete;
  NoteGuard& operator=(const NoteGuard&) = delete;

  /// For the interfaces; null when there is none. Valid as long as this is.
  [[nodiscard]] NoteTable* table() const noexcept { return table_; }

  /// Starts the second process where the settings have outputs that may be left sounding: ports of
  /// our own making ("virtual:NAME") end with us. Once: again is harmless. An Error when it, or the
  /// table, cannot be had. Blocks a little.
  Result<void> start(const Settings& settings);
  /// Whether the second process was started and has ended before us. Then start() starts another.
  [[nodiscard]] bool is_lost() noexcept;
  /// All that has notes has been closed: the second process goes, unless something was left
  /// sounding, or a release was not heard. Then, and without this, it does its work once this
  /// object, or this process, is gone.
  void dismiss();

 private:
  std::optional<Error> trouble_;
  std::optional<platform::SharedMemory> memory_;
  NoteTable* table_ = nullptr;
  std::optional<platform::LastWill> will_;
};

/// The command that the second process is started with.
inline constexpr std::string_view kGuardNotes = "guard-notes";
/// The second process: waits for the end of the first, and releases what sounds then. An output
/// that is not there is looked for a few seconds long. An Error when it was not started by imps.
Result<void> guard_notes();

}  // namespace imps
