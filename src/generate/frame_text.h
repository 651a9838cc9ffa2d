// Frames as the bytes of a file, piece by piece.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include <imps/result.h>
#include <imps/time.h>

namespace imps {

/// Writes frames in one form. Times rise from TimePoint{} on; every frame has the same number of
/// controls. Each function appends to `to`. Thread-safe: no.
class FrameText {
 public:
  virtual ~FrameText() = default;
  virtual void begin(std::string& to, int dimension) = 0;
  virtual void add(std::string& to, TimePoint at, std::span<const double> controls) = 0;
  /// What ends the file; or why there can be none.
  virtual Result<void> end(std::string& to) = 0;
};

/// `dt,x_1,…` and a line for each frame: dt in seconds to the microsecond, controls in the shortest
/// form that reads back to the same bits.
std::unique_ptr<FrameText> csv_text();

/// A log of the model's rows (doc/formats/log.md). @param start_local_us  the wall time of
/// TimePoint{}, see WallTime.
std::unique_ptr<FrameText> log_text(std::int64_t start_local_us);

/// A Standard MIDI File of one track at 120 beats a minute, in ticks of 20 µs. Control k (from 1)
/// is controller k on channel 1 (from the 120th on, controllers from 1 of channel 2), sent when its
/// value changes, rounded to the nearest of 128. With `notes`, control 1 is a note for each frame
/// instead, which ends with the next. Kept in memory until end(), which refuses 256 MiB.
std::unique_ptr<FrameText> midi_text(bool notes);

}  // namespace imps
