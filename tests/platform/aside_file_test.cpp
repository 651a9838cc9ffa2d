#include "platform/aside_file.h"

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "platform/scratch_name.h"
#include "tests/support/folder.h"

namespace imps::platform {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class AsideFileTest : public testing::TestWithParam<AsideFile::Kind> {
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
  Result<AsideFile> begin(std::string_view name) {
    return AsideFile::begin(folder_ / name, GetParam());
  }
  static void put(AsideFile& file, std::string_view text) {
    EXPECT_TRUE(file.append(std::as_bytes(std::span(text))));
  }

  test::Folder folder_;
};

TEST_P(AsideFileTest, IsThereOnlyOnceItIsKept) {
  {
    auto file = begin("a.csv");
    ASSERT_TRUE(file) << file.error().message;
    put(*file, "one ");
    put(*file, "two");
    EXPECT_FALSE(fs::exists(folder_ / "a.csv"));
    ASSERT_TRUE(file->keep(false));
    EXPECT_EQ(text(folder_ / "a.csv"), "one two");
  }
  EXPECT_THAT(names(), UnorderedElementsAre("a.csv"));
}

TEST_P(AsideFileTest, LeavesNothingWhenItIsNotKept) {
  {
    auto file = begin("a.csv");
    ASSERT_TRUE(file);
    put(*file, "half of it");
  }
  EXPECT_THAT(names(), IsEmpty());
}

TEST_P(AsideFileTest, ReplacesOnlyWhenItMay) {
  std::ofstream(folder_ / "a.csv") << "old";
  {
    auto file = begin("a.csv");
    ASSERT_TRUE(file);
    put(*file, "new");
    const auto kept = file->keep(false);
    ASSERT_FALSE(kept);
    EXPECT_THAT(kept.error().message, HasSubstr("a.csv"));
  }
  EXPECT_EQ(text(folder_ / "a.csv"), "old");
  {
    auto file = begin("a.csv");
    ASSERT_TRUE(file);
    put(*file, "new");
    ASSERT_TRUE(file->keep(true));
  }
  EXPECT_EQ(text(folder_ / "a.csv"), "new");
  EXPECT_THAT(names(), UnorderedElementsAre("a.csv"));
}

TEST_P(AsideFileTest, IsWrittenOverWithoutLosingItsEnd) {
  auto file = begin("a.csv");
  ASSERT_TRUE(file);
  put(*file, "size: ?, 12");
  ASSERT_TRUE(file->put_at(6, std::as_bytes(std::span("4", 1))));
  put(*file, "34");
  ASSERT_TRUE(file->keep(false));
  EXPECT_EQ(text(folder_ / "a.csv"), "size: 4, 1234");
}

TEST_P(AsideFileTest, HasTheRightsOfAnyNewFile) {
  auto file = begin("a.csv");
  ASSERT_TRUE(file);
  ASSERT_TRUE(file->keep(false));
  std::ofstream(folder_ / "b.csv") << "b";
  EXPECT_EQ(fs::status(folder_ / "a.csv").permissions(),
            fs::status(folder_ / "b.csv").permissions());
}

TEST_P(AsideFileTest, LeavesNothingWhenASignalEndsTheProgram) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    const auto half = [&] {
      auto file = begin("a.csv");
      if (!file) std::_Exit(1);
      put(*file, "half of it");
      std::raise(signal);
    };
    EXPECT_EXIT(half(), testing::KilledBySignal(signal), "");
    EXPECT_THAT(names(), IsEmpty());
  }
}

TEST_P(AsideFileTest, LeavesSignalsToThoseWhoHandleThem) {
  const auto whole = [&] {
    std::signal(SIGHUP, SIG_IGN);  // as nohup does
    static volatile std::sig_atomic_t asked = 0;
    std::signal(SIGTERM, [](int) { asked = 1; });
    auto file = begin("a.csv");
    if (!file) std::_Exit(1);
    std::raise(SIGHUP);
    std::raise(SIGTERM);
    std::_Exit(asked == 1 && file->keep(false) ? 7 : 2);
  };
  EXPECT_EXIT(whole(), testing::ExitedWithCode(7), "");
  EXPECT_THAT(names(), UnorderedElementsAre("a.csv"));
}

TEST_P(AsideFileTest, CannotBeginWhereThereIsNoFolder) {
  const auto file = begin("nowhere/a.csv");
  ASSERT_FALSE(file);
  EXPECT_THAT(file.error().message, HasSubstr("nowhere"));
}

INSTANTIATE_TEST_SUITE_P(Kinds, AsideFileTest,
                         testing::Values(AsideFile::Kind::nameless, AsideFile::Kind::hidden),
                         [](const auto& one) {
                           return one.param == AsideFile::Kind::hidden ? "Hidden" : "Nameless";
                         });

#if defined(__linux__)
TEST(NamelessFile, LeavesNothingEvenWhenTheProgramIsKilled) {
  const test::Folder folder;
  const auto half = [&] {
    auto file = AsideFile::begin(folder / "a.csv");
    if (!file) std::_Exit(1);
    // Some file systems have none.
    if (!fs::is_empty(folder.path())) std::_Exit(2);
    std::raise(SIGKILL);
  };
  EXPECT_EXIT(half(), testing::KilledBySignal(SIGKILL), "") << "or a file system without them";
  EXPECT_TRUE(fs::is_empty(folder.path()));
}
#endif

TEST(ScratchNameTest, RemovesTheFileInTheEndUnlessItIsForgotten) {
  const test::Folder folder;
  {
    const auto gone = ScratchName::beside(folder / "a.npz", "one");
    auto kept = ScratchName::beside(folder / "a.npz", "two");
    EXPECT_NE(gone.path(), kept.path());
    std::ofstream(gone.path()) << "one";
    std::ofstream(kept.path()) << "two";
    fs::rename(kept.path(), folder / "a.npz");
    kept.forget();
    ScratchName moved = ScratchName(folder / "c");
    const ScratchName other = std::move(moved);
    std::ofstream(other.path()) << "three";
  }
  EXPECT_TRUE(fs::exists(folder / "a.npz"));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()), 1);
}

TEST(ScratchNameTest, OfManyIsRemovedInTheEndAllTheSame) {
  const test::Folder folder;
  {
    std::vector<ScratchName> names;
    for (int k = 0; k < 100; ++k)
      std::ofstream(names.emplace_back(folder / std::to_string(k)).path()) << k;
  }
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

}  // namespace
}  // namespace imps::platform
