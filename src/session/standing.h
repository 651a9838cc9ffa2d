// How a performance stood when it broke off, so that the next one goes on from there.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <imps/command.h>
#include <imps/performer.h>
#include <imps/result.h>

#include "log/events.h"

namespace imps {

/// The command that an event of the log's was, if it was one that the performer carries out:
/// neither a model nor a scene, which were found by their names then.
std::optional<Command> command_of(const LogEvent& event);

/// What was steered live, as it was in the end.
struct Standing {
  std::filesystem::path log;  ///< of the take that broke off
  int dimension = 0;
  std::string scene;            ///< "" for none
  std::filesystem::path model;  ///< that played last; empty for a built-in one
  /// In the order in which they are to be carried out; all that the scene set is among them.
  std::vector<Command> commands;
};

/// Reads it from the files of a take. An Error when its session file cannot be read. Blocks: not
/// for the performance loop.
Result<Standing> read_standing(const std::filesystem::path& log);

/// Of the newest take in `folder`, if it was written to at `since` or later and did not end in
/// order.
std::optional<Standing> newest_standing(const std::filesystem::path& folder,
                                        std::chrono::system_clock::time_point since);

/// What makes `next`, which has only begun, play as `last` did, which ended when `voice` had it: in
/// that order. Limits are not among it. @param at  when the one ended and the other began
std::vector<Command> steering(const Performer& last, Voice voice, const Performer& next,
                              TimePoint at);

/// In words: "scene storm, mode battle, sigmatemp 0.7"; "" when nothing was steered.
std::string words(const Standing& standing);

}  // namespace imps
