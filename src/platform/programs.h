// Which programs are running.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace imps::platform {

struct RunningProgram {
  int process = 0;                 ///< its id
  std::vector<std::string> words;  ///< its command line, as it chose: escape before printing
};

/// This user's programs (root is told of all) whose file's name begins with `name` and that run in
/// `folder`; not this one, nor the one that started it. Nothing where the system does not tell
/// (other than Linux). Reads /proc: not for the performance loop. Thread-safe: yes.
std::optional<std::vector<RunningProgram>> programs_in(const std::filesystem::path& folder,
                                                       std::string_view name);

}  // namespace imps::platform
