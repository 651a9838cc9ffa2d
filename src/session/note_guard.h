// Ends the notes that a killed imps leaves sounding.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <imps/result.h>

#include "config/settings.h"
#include "interface/midi/sounding_notes.h"
#include "platform/last_will.h"
#include "platform/shared_memory.h"

namespace imps {

/// Where notes go: a MIDI output, or a serial line that speaks MIDI.
struct NoteOutput {
  enum class Kind { midi, serial };
  Kind kind{};
  std::string way;   ///< "auto", "alsa", "jack", "core"; or the baud rate
  std::string name;  ///< a part of a port's name, "virtual:NAME"; or the line

  friend bool operator==(const NoteOutput&, const NoteOutput&) = default;
};

/// The outputs of a performance: of [midi], in the settings' order; then of [serialmidi].
std::vector<NoteOutput> note_outputs(const Settings& settings);

/// The performance's side: a table of what sounds, and a second process that looks into it when
/// this one has ended without a good-bye. Where there are no notes to send there is neither. Not
/// thread-safe.
class NoteGuard {
 public:
  /// The table, before there is an output. Without memory for it nothing is guarded.
  explicit NoteGuard(const Settings& settings);
  NoteGuard(const NoteGuard&) = delete;
  NoteGuard& operator=(const NoteGuard&) = delete;

  /// One for each of note_outputs(); empty when nothing is guarded. Valid as long as this is.
  [[nodiscard]] std::span<SoundingNotes> table() const noexcept { return table_; }

  /// Starts the second process. An Error when it, or the table, cannot be had. Blocks a little.
  Result<void> start();
  /// Everything was released: the second process goes. Without this it does its work once this
  /// object, or this process, is gone.
  void dismiss() noexcept;

 private:
  std::vector<NoteOutput> outputs_;
  std::optional<Error> trouble_;
  std::optional<platform::SharedMemory> memory_;
  std::span<SoundingNotes> table_;
  std::optional<platform::LastWill> will_;
};

/// The command that the second process is started with, and what it takes.
inline constexpr std::string_view kGuardNotes = "guard-notes";
/// The second process: waits for the end of the first, and releases what sounds then. An output
/// that is not there is looked for a few seconds long. An Error when it was not started by imps.
Result<void> guard_notes(const std::vector<std::string>& arguments);

}  // namespace imps
