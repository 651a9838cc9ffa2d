#include "tests/cli/processes.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "tests/session/musician.h"

namespace imps::test {
namespace {

namespace fs = std::filesystem;

fs::path folder_of(pid_t pid) { return fs::path("/proc") / std::to_string(pid); }

}  // namespace

std::vector<pid_t> children_of(pid_t pid) {
  std::ifstream file(folder_of(pid) / "task" / std::to_string(pid) / "children");
  return {std::istream_iterator<pid_t>(file), {}};
}

std::string words_of(pid_t pid) {
  std::ifstream file(folder_of(pid) / "cmdline");
  std::string words{std::istreambuf_iterator<char>(file), {}};
  std::replace(words.begin(), words.end(), '\0', ' ');
  return words;
}

std::vector<std::string> open_files_of(pid_t pid) {
  std::vector<std::string> all;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder_of(pid) / "fd", ignored)) {
    std::string name = fs::read_symlink(entry.path(), ignored).string();
    // The thread sanitizer's own, for a moment, as a program begins.
    if (name.rfind("/tmp/tsan.", 0) != 0) all.push_back(std::move(name));
  }
  return all;
}

bool has_ended(pid_t pid) {
  std::ifstream file(folder_of(pid) / "stat");
  std::string stat;
  if (!std::getline(file, stat)) return true;
  const auto name_end = stat.rfind(") ");  // a name may hold anything
  return name_end != std::string::npos && stat[name_end + 2] == 'Z';
}

bool ends(pid_t pid) {
  const auto late = std::chrono::steady_clock::now() + kWait;
  while (std::chrono::steady_clock::now() < late)
    if (has_ended(pid)) return true;
  return false;
}

}  // namespace imps::test
