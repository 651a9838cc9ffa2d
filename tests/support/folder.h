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
  [[nodiscard]] std::filesystem::path operator/(std::string_view name) const {
    return path_ / name;
  }
  /// The one file with this ending in `sub`, or "" when there is none or more than one.
  [[nodiscard]] std::filesystem::path only(const std::string& ending,
                                           const std::string& sub = "logs") const;
  /// Writes a file, its folder made; returns its path.
  std::filesystem::path write(std::string_view name, std::string_view bytes) const;

 private:
  std::filesystem::path path_;
};

/// A file's bytes; none when it cannot be read.
std::string read_text(const std::filesystem::path& path);

}  // namespace imps::test
