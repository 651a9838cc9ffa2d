// What the project's resources need to know of the program that they are part of.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include <imps/result.h>

namespace imps::project {

/// The folder that a musician works in, and what goes on in it just now. Folders that are not
/// absolute are within `folder`. The functions may be called from the API's slow thread, `changed`
/// from the jobs' thread, too; none of them may call back.
struct ProjectFacts {
  std::filesystem::path folder = ".";  ///< where jobs run
  std::filesystem::path logs = "logs";
  std::filesystem::path datasets = "datasets";
  std::filesystem::path models = "models";
  std::filesystem::path trash = ".trash";
  std::filesystem::path program;  ///< imps itself, absolute

  std::function<std::string()> running_log;    ///< the path of the log being written, or ""
  std::function<std::string()> playing_model;  ///< the path of the model that plays, or ""
  std::function<Result<void>(const std::string& file)>
      play_model;  ///< a path within `models`, or "built-in-D"
  std::function<void(std::string_view resource)> changed;  ///< "takes", "jobs", …

  [[nodiscard]] std::filesystem::path logs_folder() const { return folder / logs; }
  [[nodiscard]] std::filesystem::path models_folder() const { return folder / models; }
  [[nodiscard]] std::filesystem::path trash_folder() const { return folder / trash; }

  void tell_changed(std::string_view resource) const {
    if (changed) changed(resource);
  }
};

}  // namespace imps::project
