#include "perform/mind.h"

namespace imps {
namespace {

/// Later than this, the schedule starts anew instead of catching up (doc/design.md, "A prediction's
/// timing").
constexpr Duration kTooLate = std::chrono::milliseconds(100);

}  // namespace

void Performer::Mind::sound_next() noexcept {
  const bool late = now - next.due > kTooLate;
  if (late) ++counts.restarts;
  const TimePoint base = late ? now : next.due;
  sound(next);
  last_frame = next.frame;
  last_consumed = base;
  // When it was late, the one after begins elsewhere.
  if (thought && !late) {
    std::swap(heard, ahead);
    std::swap(next, following);
    set_own_base(next, base);
    number = next.number + 1;
    thought = false;
  } else {
    has_next = false;
    owed = true;  // settle() draws the one after
  }
}

void Performer::Mind::sound_waiting() noexcept {
  const auto is_late = [this](const Waiting::Entry& entry) {
    return now - entry.prediction.due > kTooLate;
  };
  const auto* first = waiting.first();
  // After a suspended machine only the newest of what is overdue sounds: no burst.
  while (first != nullptr && is_late(*first) && waiting.size() > 1) {
    const Prediction overdue = first->prediction;
    waiting.drop_first();
    const auto* const after = waiting.first();
    if (!is_late(*after)) {
      ++counts.restarts;
      sound(overdue);
      return;
    }
    ++counts.outdated;
    first = after;
  }
  if (first == nullptr || first->prediction.due - settings.lead > now) return;
  if (is_late(*first)) ++counts.restarts;
  sound(first->prediction);
  waiting.drop_first();
}

void Performer::Mind::begin_battle() noexcept {
  if (model == nullptr) return;
  give_voice(Voice::model);
  if (!paused) speak_from(now);
}

}  // namespace imps
