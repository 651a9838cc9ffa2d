// What takes long, each in a process of its own.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>

#include "project/facts.h"
#include "web/api.h"

namespace imps::project {

struct JobLimits {
  std::size_t running = 4;                         ///< at once, and of each kind one
  std::size_t kept = 50;                           ///< those that have ended included
  std::chrono::milliseconds patience{20'000};      ///< from being stopped to being killed
  std::chrono::milliseconds last_patience{5'000};  ///< the same when imps ends
  std::chrono::milliseconds between_news{250};     ///< of how a job gets on
};

/// /jobs: runs `imps KIND --json …` at low priority in the project's folder, and reads what it
/// says, in bounded memory, on one thread of its own, which is there as long as something runs or
/// has run. Thread-safe.
class Jobs {
 public:
  explicit Jobs(const ProjectFacts& facts, const JobLimits& limits = {});
  /// Stops those that run, as Ctrl-C does; waits for them as long as the last patience.
  ~Jobs();
  Jobs(const Jobs&) = delete;
  Jobs& operator=(const Jobs&) = delete;

  ApiReply answer(const ApiRequest& request);

 private:
  struct Work;
  std::unique_ptr<Work> work_;
};

}  // namespace imps::project
