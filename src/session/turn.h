// What came in during one turn of the loop, in order: so that a model that cannot keep up skips
// frames, and the log none.
#pragma once

#include <cstddef>
#include <span>
#include <variant>
#include <vector>

#include <imps/command.h>
#include <imps/time.h>

#include "interface/interface.h"

namespace imps {

/// Frames and commands in the order of their arrival. Realtime-safe until more comes in one turn
/// than ever before (then it allocates once). Thread-safe: no.
class Turn {
 public:
  Turn();

  /// @param touched  the controls that moved
  void add(std::span<const double> controls, const ControlSet& touched, TimePoint at);
  void add(const Command& command, TimePoint at);
  [[nodiscard]] bool empty() const noexcept { return events_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return events_.size(); }

  /// Gives everything out, oldest first, and is empty then: `on_frame(controls, touched, at,
  /// heard)` with heard for the newest `most_heard` frames only, and `on_command(command, at)`.
  template <class OnFrame, class OnCommand>
  void give_out(std::size_t most_heard, OnFrame&& on_frame, OnCommand&& on_command) {
    std::size_t unheard = frames_ > most_heard ? frames_ - most_heard : 0;
    for (const Event& event : events_) {
      if (event.command != kNoCommand) {
        on_command(commands_[event.command], event.at);
      } else {
        on_frame(std::span<const double>(values_).subspan(event.first, event.size), event.touched,
                 event.at, unheard == 0);
        if (unheard > 0) --unheard;
      }
    }
    clear();
  }

 private:
  static constexpr std::size_t kNoCommand = static_cast<std::size_t>(-1);
  struct Event {
    TimePoint at;
    std::size_t command = kNoCommand;  // index into commands_, or
    std::size_t first = 0;             // where its controls are in values_
    std::size_t size = 0;
    ControlSet touched;
  };

  void clear() noexcept;

  std::vector<Event> events_;
  std::vector<double> values_;
  std::vector<Command> commands_;
  std::size_t frames_ = 0;
};

}  // namespace imps
