// The trash, and what others may have put there.
#include <gtest/gtest.h>

#include "tests/dataset/made_logs.h"
#include "tests/project/studio.h"

namespace imps {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using test::MadeLog;
using test::Studio;

std::string delete_take(Studio& studio, const std::string& name) {
  studio.folder.write("logs/" + name + ".log", MadeLog().rows(3).text());
  return studio.ask("DELETE", "takes/" + name).json["trash"];
}

TEST(Trash, IsListedNewestFirst) {
  Studio studio;
  for (const char* const name : {"a", "b", "c"})
    delete_take(studio, name);
  const json items = studio.get("trash");
  ASSERT_EQ(items.size(), 3U);
  EXPECT_EQ(items[0]["name"], "c");
  EXPECT_EQ(items[2]["name"], "a");
}

TEST(Trash, NeverOverwritesWhatIsThereNow) {
  Studio studio;
  const std::string id = delete_take(studio, "a");
  const fs::path log = studio.folder.write("logs/a.log", "another");
  const auto answer = studio.ask("POST", "trash/" + id);
  EXPECT_EQ(answer.status, 409U);
  EXPECT_NE(answer.error().find("a.log: is there already"), std::string::npos) << answer.error();
  EXPECT_EQ(test::read_text(log), "another");
  EXPECT_EQ(studio.get("trash").size(), 1U);
}

TEST(Trash, TakesTheSameNameTwice) {
  Studio studio;
  const std::string first = delete_take(studio, "a");
  const std::string second = delete_take(studio, "a");
  EXPECT_NE(first, second);
  EXPECT_EQ(studio.get("trash").size(), 2U);
}

TEST(Trash, IsEmptiedForGood) {
  Studio studio;
  const std::string id = delete_take(studio, "a");
  delete_take(studio, "b");
  EXPECT_EQ(studio.ask("DELETE", "trash/" + id).status, 200U);
  EXPECT_EQ(studio.get("trash").size(), 1U);
  EXPECT_EQ(studio.ask("DELETE", "trash/" + id).status, 404U);
  EXPECT_EQ(studio.ask("DELETE", "trash").status, 200U);
  EXPECT_EQ(studio.get("trash"), json::array());
  EXPECT_TRUE(fs::is_empty(studio / ".trash"));
}

TEST(Trash, NamesThatAreNoneLeadNowhere) {
  Studio studio;
  delete_take(studio, "a");
  studio.folder.write("outside/item.json",
                      R"({"kind": "take", "name": "x", "from": "logs", "files": ["x.log"]})");
  studio.folder.write("outside/x.log", "precious");
  fs::create_directory_symlink(studio / "outside", studio / ".trash/link");
  for (const std::string& id :
       {std::string("../outside"), std::string(".."), std::string("."), std::string(),
        std::string("link"), std::string("../logs"), std::string("a\0", 2), std::string("none"),
        std::string(5000, 'x')}) {
    EXPECT_EQ(studio.ask_parts("DELETE", {"trash", id}).status, 404U) << id;
    EXPECT_EQ(studio.ask_parts("POST", {"trash", id}).status, 404U) << id;
  }
  EXPECT_EQ(studio.ask("DELETE", "trash").status, 200U);
  EXPECT_EQ(test::read_text(studio / "outside/x.log"), "precious");
}

TEST(Trash, ItemsThatLieAboutTheirOriginAreNone) {
  Studio studio;
  for (const char* const about :
       {R"({"kind": "take", "name": "x", "from": "../..", "files": ["x.log"]})",
        R"({"kind": "take", "name": "x", "from": "logs", "files": ["../x.log"]})",
        R"({"kind": "take", "name": "x", "from": "logs", "files": [".x.log"]})",
        R"({"kind": "take", "name": "x", "from": "logs", "files": ["gone.log"]})",
        R"({"kind": "take", "name": "x", "from": "logs", "files": "x.log"})",
        R"({"kind": "soul", "name": "x", "from": "logs", "files": ["x.log"]})",
        R"({"kind": 1, "name": [], "from": {}, "files": [1]})", "[]", "{", "", "\xff\xff"}) {
    studio.folder.write(".trash/item/item.json", about);
    studio.folder.write(".trash/item/x.log", "a log");
    EXPECT_EQ(studio.get("trash"), json::array()) << about;
    EXPECT_EQ(studio.ask("POST", "trash/item").status, 404U) << about;
  }
}

TEST(Trash, GivesBackWhatIsLeftOfAnItem) {
  Studio studio;
  studio.folder.write("logs/a.log", MadeLog().rows(3).text());
  studio.folder.write("logs/a.session.json", "cut");
  const std::string id = studio.ask("DELETE", "takes/a").json["trash"];
  fs::remove(studio / (".trash/" + id + "/a.session.json"));
  EXPECT_EQ(studio.ask("POST", "trash/" + id).status, 200U);
  EXPECT_TRUE(fs::exists(studio / "logs/a.log"));
}

}  // namespace
}  // namespace imps
