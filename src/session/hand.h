// Where the performer's controls stand.
#pragma once

#include <span>

#include <imps/frame.h>

#include "interface/interface.h"

namespace imps {

/// All controls of a performer, whichever interfaces they come by. Realtime-safe. Thread-safe: no.
class Hand {
 public:
  /// Where a control stands that nobody has touched.
  static constexpr double kUntouched = 0.5;

  /// From now on there are so many controls; all untouched, unless there were as many already.
  void expect(std::size_t controls) noexcept;
  /// Some controls move, at once. Those that moved, or were touched again; others than there are
  /// do nothing.
  ControlSet take(std::span<const ControlUpdate> updates) noexcept;
  /// All are told. Those that moved; the first time, when nobody knew where they stand, all.
  ControlSet take(std::span<const double> controls) noexcept;

  [[nodiscard]] std::span<const double> controls() const noexcept { return frame_.controls(); }

 private:
  Frame frame_;
  ControlSet known_;  // where they stand was told
};

}  // namespace imps
