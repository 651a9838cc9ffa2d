#include "dataset/phrases.h"

namespace imps {

Phrases::Step Phrases::next(std::int64_t local_us) {
  if (!last_us_) {
    last_us_ = local_us;
    return {.begins = true};
  }
  const std::int64_t since = local_us - *last_us_;
  last_us_ = local_us;
  Step step{.backwards = since < 0};
  // As whole microseconds over a million: what the predecessor's clock gives, to the last bit.
  step.dt = static_cast<double>(since) / 1e6;
  if (!rules_.gap) return step;
  step.begins = since > rules_.gap->count() || since < -kJitter.count();
  if (step.begins || step.backwards) step.dt = 0;
  return step;
}

}  // namespace imps
