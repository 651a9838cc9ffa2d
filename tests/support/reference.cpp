#include "tests/support/reference.h"

#include <cstdlib>

namespace imps::test {

std::optional<std::filesystem::path> reference_folder() {
  if (const char* const set = std::getenv("IMPS_REFERENCE"); set != nullptr && *set != '\0') {
    return std::filesystem::is_directory(set) ? std::optional<std::filesystem::path>(set)
                                              : std::nullopt;
  }
  auto beside = std::filesystem::path(IMPS_SOURCE_DIR).parent_path() / "shared" / "reference";
  if (std::filesystem::is_directory(beside)) return beside;
  return std::nullopt;
}

}  // namespace imps::test
