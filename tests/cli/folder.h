// A folder of a test's own.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace imps::test {

/// A folder of a test's own, gone with it.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// The one file with this ending in `sub`, or "" when there is none or more than one.
  [[nodiscard]] std::filesystem::path only(const std::string& ending,
                                           const std::string& sub = "logs") const;
  /// Writes a file; returns its path.
  std::filesystem::path write(const std::string& name, std::string_view text) const;

 private:
  std::filesystem::path path_;
};

std::string read_text(const std::filesystem::path& path);

}  // namespace imps::test
