#include "platform/programs.h"

#include <charconv>
#include <fstream>
#include <system_error>

#include <unistd.h>

namespace imps::platform {

#if defined(__linux__)
namespace {

namespace fs = std::filesystem;

/// The words of /proc/N/cmdline: each ended by a 0. Of a very long line, the beginning.
std::vector<std::string> words_of(const fs::path& process) {
  constexpr std::size_t kMost = 16;
  std::ifstream file(process / "cmdline", std::ios::binary);
  std::vector<std::string> words;
  std::string word;
  while (words.size() < kMost && std::getline(file, word, '\0'))
    words.push_back(word);
  return words;
}

}  // namespace

std::optional<std::vector<RunningProgram>> programs_in(const fs::path& folder,
                                                       std::string_view name) {
  std::error_code error;
  const fs::path here = fs::canonical(folder, error);
  if (error) return std::nullopt;
  fs::directory_iterator at("/proc", error);
  if (error) return std::nullopt;
  std::vector<RunningProgram> found;
  for (const fs::directory_iterator end; !error && at != end; at.increment(error)) {
    const std::string number = at->path().filename().string();
    RunningProgram program;
    const auto read =
        std::from_chars(number.data(), number.data() + number.size(), program.process);
    if (read.ec != std::errc{} || read.ptr != number.data() + number.size()) continue;
    if (program.process == ::getpid() || program.process == ::getppid()) continue;
    std::error_code secret;
    if (fs::read_symlink(at->path() / "cwd", secret) != here || secret) continue;
    program.words = words_of(at->path());
    if (program.words.empty()) continue;
    if (fs::path(program.words.front()).filename().string().starts_with(name))
      found.push_back(std::move(program));
  }
  return found;
}
#else
std::optional<std::vector<RunningProgram>> programs_in(const std::filesystem::path&,
                                                       std::string_view) {
  return std::nullopt;
}
#endif

}  // namespace imps::platform
