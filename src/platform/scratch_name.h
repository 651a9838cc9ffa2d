// Names of files that are only there while they are worked on.
#pragma once

#include <filesystem>
#include <string_view>

namespace imps::platform {

/// The name of a file that is gone in the end: removed when this goes away, and also when SIGINT,
/// SIGTERM or SIGHUP ends the program, which then ends by that signal as it would have without
/// this. A signal that somebody handles, or ignores, stays theirs.
///
/// It is for few names at a time: of more than a dozen, signals leave some.
/// Thread-safe: yes, for distinct names.
class ScratchName {
 public:
  /// Nothing needs to be there yet, and nothing is made.
  explicit ScratchName(std::filesystem::path path);
  /// A hidden name beside `path`, which no other running program uses: `what` tells apart those of
  /// this one. What programs that were killed left under such names more than an hour ago goes.
  static ScratchName beside(const std::filesystem::path& path, std::string_view what);
  ScratchName(ScratchName&& other) noexcept;
  ScratchName& operator=(ScratchName&& other) noexcept;
  ~ScratchName();

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  /// The file has another name now, or the name is somebody else's: nothing is removed any more.
  void forget() noexcept;

 private:
  std::filesystem::path path_;
  char* registered_ = nullptr;  // a copy of the path, which the handler may read
  bool mine_ = true;
};

}  // namespace imps::platform
