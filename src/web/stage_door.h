// The one interface between the page and who performs.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <imps/command.h>
#include <imps/result.h>

namespace imps {

/// What a page asks of the performance. Called on the server's loop.
class StageDoor {
 public:
  virtual ~StageDoor() = default;
  /// The performer moves all controls, each in [0, 1].
  virtual Result<void> play(const std::vector<double>& controls) = 0;
  /// Or some: which, and to where in [0, 1].
  virtual Result<void> move(const std::vector<std::pair<std::size_t, double>>& changes) = 0;
  virtual Result<void> say(const Command& command) = 0;
  /// Somebody looks on, or nobody any more.
  virtual void watch(bool on) = 0;
};

}  // namespace imps
