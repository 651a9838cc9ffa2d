// What a request for a job may ask for, and the command line that it becomes.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include <imps/result.h>

#include "project/facts.h"
#include "project/reply.h"

namespace imps::project {

enum class JobKind { dataset, train, evaluate, convert, generate };
inline constexpr std::array<std::string_view, 5> kJobKinds{"dataset", "train", "evaluate",
                                                           "convert", "generate"};
inline std::string_view name_of(JobKind kind) noexcept {
  return kJobKinds[static_cast<std::size_t>(kind)];
}

struct JobCommand {
  JobKind kind{};
  std::vector<std::string> arguments;  ///< of imps: "train", "--json", "--size=xs", …
  std::string words;                   ///< for people: "train --size xs datasets/mine.npz"
};

/// Reads {"kind", "options", "arguments"}. Only options that are known for the kind are taken, and
/// only paths within the project's models, datasets and logs, named "models/…", "datasets/…" and
/// "logs/…" wherever those lie. An Error says what is wrong with the request.
Result<JobCommand> job_command(const Json& request, const ProjectFacts& facts);

}  // namespace imps::project
