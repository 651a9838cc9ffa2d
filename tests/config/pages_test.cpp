// What the project shows of its configuration is what it has.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <gmock/gmock.h>

#include "config/read.h"
#include "config/reference.h"
#include "config/write.h"

namespace imps {
namespace {

const Settings kDefaults;

using testing::HasSubstr;
using testing::IsEmpty;

const std::filesystem::path kSource = IMPS_SOURCE_DIR;

std::string content(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// With IMPS_REGENERATE=1 in the environment, tests of generated files write them instead.
bool regenerating() { return std::getenv("IMPS_REGENERATE") != nullptr; }

TEST(ConfigurationPage, HoldsTheReferenceAsTheTableSaysIt) {
  const auto path = kSource / "doc/configuration.md";
  constexpr std::string_view kFrom = "<!-- the table of keys, made by print_reference() -->\n";
  constexpr std::string_view kTo = "<!-- end of the table of keys -->\n";
  std::string page = content(path);
  const std::size_t from = page.find(kFrom);
  const std::size_t to = page.find(kTo);
  ASSERT_NE(from, std::string::npos);
  ASSERT_NE(to, std::string::npos);
  const std::size_t start = from + kFrom.size();
  const std::string reference = "\n" + print_reference() + "\n";
  if (regenerating()) {
    page.replace(start, to - start, reference);
    std::ofstream(path, std::ios::binary) << page;
    GTEST_SKIP() << "wrote doc/configuration.md";
  }
  EXPECT_EQ(page.substr(start, to - start), reference)
      << "run config_test with IMPS_REGENERATE=1 to write the page anew";
}

TEST(Configs, HoldTheDefaultsAsImpsWritesThem) {
  const auto path = kSource / "configs/imps.toml";
  if (regenerating()) {
    std::ofstream(path, std::ios::binary) << write_config(kDefaults);
    GTEST_SKIP() << "wrote configs/imps.toml";
  }
  EXPECT_EQ(content(path), write_config(kDefaults))
      << "run config_test with IMPS_REGENERATE=1 to write it anew";
}

TEST(Configs, AreAllReadWithoutAWord) {
  int read = 0;
  for (const auto& entry : std::filesystem::directory_iterator(kSource / "configs")) {
    if (entry.path().extension() != ".toml") continue;
    const ConfigRead config = read_config_file(entry.path());
    for (const auto* list : {&config.errors, &config.warnings}) {
      for (const Diagnostic& diagnostic : *list)
        ADD_FAILURE() << to_text(diagnostic);
    }
    EXPECT_FALSE(config.impsy) << entry.path();
    ++read;
  }
  EXPECT_GE(read, 4);
}

}  // namespace
}  // namespace imps
