// A performer's rows as phrases: what follows within a rest, and how long after.
#pragma once

#include <cstdint>
#include <optional>

#include <imps/time.h>

namespace imps {

struct PhraseRules {
  /// A longer rest begins a new phrase. Nothing: a log is one phrase whatever its rests.
  std::optional<Duration> gap = Duration{5'000'000};
};

/// Tells for row after row how it follows the one before.
class Phrases {
 public:
  /// A clock that is set back by no more than this has jittered: dt is zero, the phrase goes on.
  static constexpr Duration kJitter{100'000};

  explicit Phrases(const PhraseRules& rules) : rules_(rules) {}

  struct Step {
    bool begins = false;     ///< the first of a phrase: it has no dt
    bool backwards = false;  ///< earlier than the row before it
    double dt = 0;           ///< in seconds since the row before; negative only without a gap rule
  };
  Step next(std::int64_t local_us);

 private:
  PhraseRules rules_;
  std::optional<std::int64_t> last_us_;
};

}  // namespace imps
