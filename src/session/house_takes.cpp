#include <memory>
#include <utility>

#include "session/house_loop.h"
#include "session/warm.h"

namespace imps {

/// The take ends, and another one begins, which remembers its last minute: as if imps had been
/// started anew with --warm, and steered as it is, only that nothing is lost meanwhile.
void House::begin_take() {
  if (!ready_told_ || logs_.now() == nullptr) {
    output_.warn("nothing is being logged: there is no take to end");
    return;
  }
  const TimePoint begins = since(start_);
  if (!logs_.may_end(begins)) return;
  const Settings& settings = repertoire_.in_force();
  const ChosenModel& model = repertoire_.playing();
  const int dimension = dimension_;
  const std::uint64_t seed = settings.interaction.seed.value_or(drawn_seed());
  Warmth warmth;
  if (auto read = read_warmth(logs_.path(), dimension, settings)) warmth = std::move(*read);
  auto log = logs_.make(settings, seed, model, warmth, begins);
  if (!log) {
    output_.warn(log.error().message + "; the take goes on");
    return;
  }
  const auto performer = std::make_shared<Performer>(
      model.model, dimension, performer_settings(settings, seed), begins, warmth.frames);
  for (const Command& limit : limits_of(settings.limits))
    performer->on(limit, begins);
  if (!channels_.to_stage.send(BeginTake{performer, log->get()})) {
    output_.warn("the stage is busy: the take goes on, try again");
    return;
  }
  logs_.take_up(std::move(*log), begins);
  repertoire_.set_seed(seed);
}

void House::end_take(TimePoint at) {
  if (!logs_.end_last(at)) return;
  Report now = before_.value_or(Report{});
  now.take_rows = 0;
  show_on_page(now);
}

void House::tell_notices() {
  // In this order: the stage's thread may be setting the log up until then.
  if (ready_told_ && logs_.now() != nullptr) logs_.tell_notices();
}

}  // namespace imps
