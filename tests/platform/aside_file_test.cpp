#include "platform/aside_file.h"

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include <gmock/gmock.h>

#include "tests/support/folder.h"

namespace imps::platform {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

class AsideFileTest : public testing::Test {
 protected:
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const auto& entry : fs::directory_iterator(folder_.path()))
      all.push_back(entry.path().filename().string());
    return all;
  }
  static std::string text(const fs::path& path) {
    std::stringstream all;
    all << std::ifstream(path).rdbuf();
    return all.str();
  }
  static void put(AsideFile& file, std::string_view text) {
    EXPECT_TRUE(file.append(std::as_bytes(std::span(text))));
  }

  test::Folder folder_;
};

TEST_F(AsideFileTest, IsThereOnlyOnceItIsKept) {
  {
    auto file = AsideFile::begin(folder_ / "a.csv");
    ASSERT_TRUE(file) << file.error().message;
    put(*file, "one ");
    put(*file, "two");
    EXPECT_FALSE(fs::exists(folder_ / "a.csv"));
    ASSERT_TRUE(file->keep(false));
    EXPECT_EQ(text(folder_ / "a.csv"), "one two");
  }
  EXPECT_THAT(names(), UnorderedElementsAre("a.csv"));
}

TEST_F(AsideFileTest, LeavesNothingWhenItIsNotKept) {
  {
    auto file = AsideFile::begin(folder_ / "a.csv");
    ASSERT_TRUE(file);
    put(*file, "half of it");
  }
  EXPECT_TRUE(names().empty());
}

TEST_F(AsideFileTest, ReplacesOnlyWhenItMay) {
  std::ofstream(folder_ / "a.csv") << "old";
  {
    auto file = AsideFile::begin(folder_ / "a.csv");
    ASSERT_TRUE(file);
    put(*file, "new");
    const auto kept = file->keep(false);
    ASSERT_FALSE(kept);
    EXPECT_THAT(kept.error().message, HasSubstr("a.csv"));
  }
  EXPECT_EQ(text(folder_ / "a.csv"), "old");
  {
    auto file = AsideFile::begin(folder_ / "a.csv");
    ASSERT_TRUE(file);
    put(*file, "new");
    ASSERT_TRUE(file->keep(true));
  }
  EXPECT_EQ(text(folder_ / "a.csv"), "new");
  EXPECT_THAT(names(), UnorderedElementsAre("a.csv"));
}

TEST_F(AsideFileTest, CannotBeginWhereThereIsNoFolder) {
  const auto file = AsideFile::begin(folder_ / "nowhere" / "a.csv");
  ASSERT_FALSE(file);
  EXPECT_THAT(file.error().message, HasSubstr("nowhere"));
}

}  // namespace
}  // namespace imps::platform
