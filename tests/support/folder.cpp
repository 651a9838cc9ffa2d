#include "tests/support/folder.h"

#include <fstream>
#include <sstream>
#include <stdexcept>

#include <stdlib.h>

namespace imps::test {

namespace fs = std::filesystem;

Folder::Folder() {
  std::string name = (fs::temp_directory_path() / "imps-test-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder");
  path_ = name;
}

Folder::~Folder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

fs::path Folder::only(const std::string& ending, const std::string& sub) const {
  fs::path found;
  std::error_code error;
  for (fs::directory_iterator entry(path_ / sub, error), end; !error && entry != end;
       entry.increment(error)) {
    if (!entry->path().string().ends_with(ending)) continue;
    if (!found.empty()) return {};
    found = entry->path();
  }
  return found;
}

fs::path Folder::write(std::string_view name, std::string_view bytes) const {
  const fs::path path = path_ / name;
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << bytes;
  return path;
}

std::string read_text(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace imps::test
