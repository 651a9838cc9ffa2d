// Takes as the API shows and changes them.
#include <fstream>

#include <gtest/gtest.h>

#include "dataset/logs.h"
#include "log/session_file.h"
#include "project/take_reading.h"
#include "tests/dataset/made_logs.h"
#include "tests/project/studio.h"

namespace imps {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using test::kEvening;
using test::MadeLog;
using test::Studio;

constexpr const char* kName = "2026-02-03T20-15-30-3d-mdrnn";

/// Four rows, at 0, 1, 2 and 3 s; the third one is the model's.
MadeLog four_rows() {
  return MadeLog()
      .row(0, {0.25, 1})
      .row(1, {0.5, 0.75})
      .row(1, {0.125, 0.625}, "rnn")
      .row(1, {1, 0});
}

std::string event(int rows, std::string_view name, std::string_view text) {
  return fmt::format(
      R"({{"at":1,"time":"2026-02-03T20:15:31.500000","rows":{},"event":"{}","number":0,"text":"{}"}})"
      "\n",
      rows, name, text);
}

constexpr const char* kSession = R"({
"format": "imps-session", "version": 1, "program": "0.1.0", "log": "x.log", "dimension": 3,
"start": "2026-02-03T20:15:30.000000+01:00", "settings": {"instrument": {"name": "pads"}},
"end": "2026-02-03T20:15:40.000000+01:00", "rows": {"interface": 3, "rnn": 1}, "events": 4,
"dropped": {"rows": 0, "events": 0}})";

/// A whole take: log, session and events, with marks after rows 1 and 3.
void perform(const Studio& studio, const std::string& name = kName) {
  studio.folder.write("logs/" + name + ".log", four_rows().text());
  studio.folder.write("logs/" + name + ".session.json", kSession);
  studio.folder.write("logs/" + name + ".events.jsonl",
                      event(0, "mode", "battle") + event(1, "mark", "bad") +
                          event(3, "mark", "good") + event(4, "mark", "not that"));
}

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (!entry.is_directory()) names.push_back(entry.path().filename().string());
  std::ranges::sort(names);
  return names;
}

TEST(Takes, AreListedNewestFirstWithWhatTheirFilesSay) {
  Studio studio;
  perform(studio);
  studio.folder.write("logs/older.log", MadeLog(kEvening - 60'000'000).rows(5).text());
  studio.folder.write("logs/notes.txt", "no log");
  studio.running_log = "logs/older.log";
  const json takes = studio.get("takes");
  ASSERT_EQ(takes.size(), 2U);
  const json& take = takes[0];
  EXPECT_EQ(take["id"], kName);
  EXPECT_EQ(take["dimension"], 3);
  EXPECT_EQ(take["seconds"], 3.0);
  EXPECT_EQ(take["rows"], 4);
  EXPECT_EQ(take["performer"], 3);
  EXPECT_EQ(take["model"], 1);
  EXPECT_EQ(take["when"], "2026-02-03T20:15:30.000000+01:00");
  EXPECT_EQ(take["instrument"], "pads");
  EXPECT_EQ(take["running"], false);
  EXPECT_EQ(take["set_aside"], false);
  EXPECT_EQ(take["marks"], 3);
  EXPECT_EQ(take["bytes"], fs::file_size(studio / "logs" / (std::string(kName) + ".log")));
  EXPECT_EQ(takes[1]["id"], "older");
  EXPECT_EQ(takes[1]["running"], true);
  EXPECT_EQ(takes[1]["instrument"], "");
}

TEST(Takes, OfWhichNothingIsARowSayWhy) {
  Studio studio;
  studio.folder.write("logs/a.log", "garbage\nfoo,bar\n");
  studio.folder.write("logs/2026-01-31T20-00-00-9d-mdrnn.log", "garbage\n");
  const json takes = studio.get("takes");
  EXPECT_EQ(takes[0]["error"], "none of its 2 lines is a row of a log");
  EXPECT_EQ(takes[1]["error"], "its only line is no row of a log");
  EXPECT_EQ(takes[1]["when"], "2026-01-31T20:00:00.000000") << "as its name says";
}

TEST(Takes, AreNoneWhereThereIsNoFolder) {
  Studio studio;
  EXPECT_EQ(studio.get("takes"), json::array());
}

TEST(Takes, AreReadAgainOnlyWhenAFileHasChanged) {
  Studio studio;
  const fs::path log = studio.folder.write("logs/a.log", four_rows().text());
  const auto written = fs::last_write_time(log);
  EXPECT_EQ(studio.get("takes")[0]["rows"], 4);
  // As many bytes, of the same age: nothing says that these are others.
  std::string other = four_rows().text();
  other[other.find('\n')] = ' ';
  studio.folder.write("logs/a.log", other);
  fs::last_write_time(log, written);
  EXPECT_EQ(studio.get("takes")[0]["rows"], 4);
  fs::last_write_time(log, written + std::chrono::seconds(1));
  EXPECT_EQ(studio.get("takes")[0]["rows"], 2);
  studio.folder.write("logs/a.events.jsonl", event(1, "mark", "bad"));
  EXPECT_EQ(studio.get("takes")[0]["marks"], 1);
}

TEST(Takes, CutAnywhereShowTheirWholeRows) {
  Studio studio;
  const std::string whole = four_rows().text();
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    const std::string cut = whole.substr(0, size);
    studio.folder.write("logs/cut-3d-mdrnn.log", cut);
    const auto rows = std::ranges::count(cut, '\n');
    const json take = studio.get("takes")[0];
    ASSERT_EQ(take["rows"], rows) << size;
    ASSERT_EQ(studio.get("takes/cut-3d-mdrnn/rows")["rows"].size(), rows) << size;
    ASSERT_EQ(studio.ask("GET", "takes/cut-3d-mdrnn/picture").status, 200U) << size;
  }
}

TEST(Takes, PictureHasRangesAndVoicesForEachSlice) {
  Studio studio;
  perform(studio);
  const std::string path = std::string("takes/") + kName + "/picture";
  EXPECT_EQ(studio.ask("GET", path, "", {{"width", "2"}}).json, json::parse(R"({"seconds": 3.0,
                            "controls": [[[0.25, 0.5], [0.125, 1]], [[0.75, 1], [0, 0.625]]],
                            "voices": [0, 0]})"));
  const json picture = studio.ask("GET", path, "", {{"width", "7"}}).json;
  EXPECT_EQ(picture["voices"], json::parse("[0, null, 0, null, 1, null, 0]"));
  EXPECT_EQ(picture["controls"][0][1], json());
  for (const char* const width : {"0", "-1", "2001", "1e3", "", "wide", "99999999999"})
    EXPECT_EQ(studio.ask("GET", path, "", {{"width", width}}).status, 400U) << width;
}

TEST(Takes, PictureShowsAtMost32Controls) {
  Studio studio;
  studio.folder.write("logs/a.log", MadeLog().rows(3, 100).text());
  EXPECT_EQ(studio.get("takes/a/picture")["controls"].size(), 32U);
  EXPECT_EQ(studio.get("takes/a/picture")["controls"][0].size(), 200U);
}

TEST(Takes, RowsAreSentWithSecondsAndVoice) {
  Studio studio;
  perform(studio);
  EXPECT_EQ(
      studio.get(std::string("takes/") + kName + "/rows")["rows"],
      json::parse("[[0, 0, 0.25, 1], [1, 0, 0.5, 0.75], [2, 1, 0.125, 0.625], [3, 0, 1, 0]]"));
  const auto file = studio.ask("GET", std::string("takes/") + kName + "/file");
  EXPECT_EQ(file.body, four_rows().text());
  EXPECT_EQ(file.download, std::string(kName) + ".log");
}

TEST(Takes, WithMoreRowsThanAreSentSaySo) {
  Studio studio;
  MadeLog log;
  log.rows(project::kMostSentRows + 1, 1);
  studio.folder.write("logs/long-2d-mdrnn.log", log.text());
  const auto answer = studio.ask("GET", "takes/long-2d-mdrnn/rows");
  EXPECT_EQ(answer.status, 413U);
  EXPECT_NE(answer.error().find("200001 rows"), std::string::npos) << answer.error();
  EXPECT_EQ(studio.ask("GET", "takes/long-2d-mdrnn/picture").status, 200U);
}

TEST(Takes, SetAsideAreInNoDatasetUntilTheyAreTakenBack) {
  Studio studio;
  perform(studio);
  studio.folder.write("logs/b.log", MadeLog(kEvening + 60'000'000).rows(7).text());
  const std::string path = std::string("takes/") + kName;
  const auto datasets_logs = [&studio] {
    const auto choice = choose_logs({.places = {studio / "logs"}, .mixed = true});
    return choice ? choice->logs.size() : 0;
  };
  EXPECT_EQ(datasets_logs(), 2U);
  ASSERT_EQ(studio.ask("PATCH", path, R"({"set_aside": true})").status, 200U);
  EXPECT_EQ(datasets_logs(), 1U);
  EXPECT_EQ(names_in(studio / "logs").size(), 1U);
  EXPECT_EQ(names_in(studio / "logs/aside").size(), 3U);
  json takes = studio.get("takes");
  ASSERT_EQ(takes.size(), 2U);
  EXPECT_EQ(takes[1]["set_aside"], true);
  EXPECT_EQ(takes[1]["instrument"], "pads");
  EXPECT_EQ(studio.ask("GET", path + "/rows").status, 200U);
  EXPECT_EQ(studio.changes("takes"), 1U);
  ASSERT_EQ(studio.ask("PATCH", path, R"({"set_aside": false})").status, 200U);
  EXPECT_EQ(datasets_logs(), 2U);
  EXPECT_EQ(names_in(studio / "logs").size(), 4U);
}

TEST(Takes, AllSetAsideAreSaidToBeWhenADatasetIsWanted) {
  Studio studio;
  perform(studio);
  ASSERT_EQ(studio.ask("PATCH", std::string("takes/") + kName, R"({"set_aside": true})").status,
            200U);
  const auto choice = choose_logs({.places = {studio / "logs"}});
  ASSERT_FALSE(choice);
  EXPECT_NE(choice.error().message.find("set aside"), std::string::npos) << choice.error().message;
}

TEST(Takes, SettingAsideNeverOverwrites) {
  Studio studio;
  perform(studio);
  const std::string session = std::string("logs/aside/") + kName + ".session.json";
  studio.folder.write(session, "another's");
  EXPECT_EQ(studio.ask("PATCH", std::string("takes/") + kName, R"({"set_aside": true})").status,
            409U);
  EXPECT_EQ(names_in(studio / "logs").size(), 3U);
  EXPECT_EQ(names_in(studio / "logs/aside").size(), 1U);
  EXPECT_EQ(test::read_text(studio / session), "another's");
}

TEST(Takes, AsideFolderThatLeadsOutIsRefused) {
  Studio studio;
  perform(studio);
  studio.folder.write("elsewhere/x.log", four_rows().text());
  fs::create_directory_symlink(studio / "elsewhere", studio / "logs/aside");
  EXPECT_EQ(studio.get("takes").size(), 1U);
  EXPECT_EQ(studio.ask("GET", "takes/x/rows").status, 404U);
  EXPECT_EQ(studio.ask("PATCH", std::string("takes/") + kName, R"({"set_aside": true})").status,
            409U);
  EXPECT_EQ(names_in(studio / "elsewhere").size(), 1U);
}

TEST(Takes, NamesThatAreNoneLeadNowhere) {
  Studio studio;
  perform(studio);
  studio.folder.write("secret.log", four_rows().text());
  studio.folder.write("logs/.hidden.log", four_rows().text());
  fs::create_symlink(studio / "secret.log", studio / "logs/link.log");
  fs::create_directory(studio / "logs/folder.log");
  fs::create_symlink(studio / "logs/loop.log", studio / "logs/loop.log");
  for (const std::string& id :
       {std::string("../secret"), std::string(".."), std::string("."), std::string(),
        std::string(".hidden"), std::string("aside/x"), std::string("..\\secret"),
        std::string("a\0b", 3), std::string("/etc/passwd"), std::string("link"),
        std::string("folder"), std::string("loop"), std::string("nothing"), std::string("\xff\xfe"),
        std::string(100'000, 'a'), kName + std::string(1, '\0')}) {
    EXPECT_EQ(studio.ask_parts("GET", {"takes", id, "rows"}).status, 404U) << id.substr(0, 20);
    EXPECT_EQ(studio.ask_parts("DELETE", {"takes", id}).status, 404U) << id.substr(0, 20);
    EXPECT_EQ(studio.ask_parts("PATCH", {"takes", id}, R"({"set_aside": true})").status, 404U);
  }
  EXPECT_EQ(studio.get("takes").size(), 1U);
  EXPECT_TRUE(fs::exists(studio / "secret.log"));
}

TEST(Takes, BeingRecordedAreLeftAlone) {
  Studio studio;
  perform(studio);
  const std::string path = std::string("takes/") + kName;
  studio.running_log = (studio / "logs/../logs" / (std::string(kName) + ".log")).string();
  for (const auto& [method, body] : std::initializer_list<std::pair<const char*, const char*>>{
           {"DELETE", ""}, {"PATCH", R"({"set_aside": true})"}, {"PATCH", R"({"trim": [0, 1]})"}}) {
    const auto answer = studio.ask(method, path, body);
    EXPECT_EQ(answer.status, 409U);
    EXPECT_NE(answer.error().find("being recorded"), std::string::npos) << answer.error();
  }
  EXPECT_EQ(names_in(studio / "logs").size(), 3U);
  EXPECT_EQ(studio.changes("takes"), 0U);
}

TEST(Takes, TrimKeepsTheRowsAsTheyAreAndTheWholeInTheTrash) {
  Studio studio;
  perform(studio);
  const std::string path = std::string("takes/") + kName;
  const fs::path log = studio / "logs" / (std::string(kName) + ".log");
  const auto answer = studio.ask("PATCH", path, R"({"trim": [0.5, 2]})");
  ASSERT_EQ(answer.status, 200U) << answer.body;
  EXPECT_EQ(answer.json["rows"], 2);

  const std::string whole = four_rows().text();
  const auto second = whole.find('\n') + 1;
  const auto fourth = whole.rfind('\n', whole.size() - 2) + 1;
  EXPECT_EQ(test::read_text(log), whole.substr(second, fourth - second));
  // The first mark is of what is gone; the second one came right after the last row.
  const std::string events = test::read_text(sidecar(log, ".events.jsonl"));
  EXPECT_EQ(events.find("bad"), std::string::npos) << events;
  EXPECT_NE(events.find(R"("rows":2,"event":"mark","number":0,"text":"good")"), std::string::npos)
      << events;
  EXPECT_NE(events.find(R"("rows":0,"event":"mode")"), std::string::npos) << events;
  EXPECT_EQ(events.find("not that"), std::string::npos) << events;
  const json session = json::parse(test::read_text(sidecar(log, ".session.json")));
  EXPECT_EQ(session["trimmed"]["from"], 0.5);
  EXPECT_EQ(session["trimmed"]["rows_before"], 4);
  EXPECT_EQ(session["rows"], json::parse(R"({"interface": 1, "rnn": 1})"));
  EXPECT_EQ(session["events"], 2);
  const json take = studio.get("takes")[0];
  EXPECT_EQ(take["rows"], 2);
  EXPECT_EQ(take["instrument"], "pads");
  EXPECT_EQ(names_in(studio / "logs").size(), 3U);  // and nothing of the work

  // Undone: the part goes, the whole comes back.
  const std::string trash = answer.json["trash"];
  EXPECT_EQ(studio.ask("POST", "trash/" + trash).status, 409U);
  EXPECT_EQ(studio.ask("DELETE", path).status, 200U);
  EXPECT_EQ(studio.ask("POST", "trash/" + trash).status, 200U);
  EXPECT_EQ(test::read_text(log), whole);
  EXPECT_EQ(test::read_text(sidecar(log, ".session.json")), kSession);
}

TEST(Takes, TrimToNothingOrToNonsenseChangesNothing) {
  Studio studio;
  perform(studio);
  const std::string path = std::string("takes/") + kName;
  for (const char* const body :
       {R"({"trim": [10, 20]})", R"({"trim": [2, 1]})", R"({"trim": [1]})", R"({"trim": ["a", 1]})",
        R"({"trim": [0, 1e999]})", R"({"trim": [0, 1], "set_aside": true})", R"({"set_aside": 1})",
        R"([])", "{", "", "\xff", R"({"rename": "x"})"})
    EXPECT_EQ(studio.ask("PATCH", path, body).status, 400U) << body;
  EXPECT_EQ(test::read_text(studio / "logs" / (std::string(kName) + ".log")), four_rows().text());
  EXPECT_EQ(names_in(studio / "logs").size(), 3U);
  EXPECT_EQ(studio.get("trash"), json::array());
}

TEST(Takes, OfThePredecessorsAreTrimmedWithoutTheirSidecars) {
  Studio studio;
  studio.folder.write("logs/old.log", four_rows().text());
  ASSERT_EQ(studio.ask("PATCH", "takes/old", R"({"trim": [0, 1]})").status, 200U);
  EXPECT_EQ(studio.get("takes/old/rows")["rows"].size(), 2U);
  EXPECT_EQ(names_in(studio / "logs").size(), 1U);
}

TEST(Takes, DeletedWaitInTheTrash) {
  Studio studio;
  perform(studio);
  const auto answer = studio.ask("DELETE", std::string("takes/") + kName);
  ASSERT_EQ(answer.status, 200U);
  EXPECT_EQ(studio.get("takes"), json::array());
  EXPECT_TRUE(names_in(studio / "logs").empty());
  const json trash = studio.get("trash");
  ASSERT_EQ(trash.size(), 1U);
  EXPECT_EQ(trash[0]["id"], answer.json["trash"]);
  EXPECT_EQ(trash[0]["kind"], "take");
  EXPECT_EQ(trash[0]["name"], kName);
  EXPECT_EQ(studio.ask("POST", "trash/" + trash[0]["id"].get<std::string>()).status, 200U);
  EXPECT_EQ(names_in(studio / "logs").size(), 3U);
  EXPECT_EQ(studio.get("trash"), json::array());
  EXPECT_EQ(studio.get("takes").size(), 1U);
}

TEST(Takes, SetAsideComeBackFromTheTrashToWhereTheyWere) {
  Studio studio;
  perform(studio);
  const std::string path = std::string("takes/") + kName;
  ASSERT_EQ(studio.ask("PATCH", path, R"({"set_aside": true})").status, 200U);
  const auto answer = studio.ask("DELETE", path);
  ASSERT_EQ(studio.ask("POST", "trash/" + answer.json["trash"].get<std::string>()).status, 200U);
  EXPECT_EQ(studio.get("takes")[0]["set_aside"], true);
}

TEST(Takes, TakeOnlyTheMethodsThatMeanSomething) {
  Studio studio;
  perform(studio);
  const std::string path = std::string("takes/") + kName;
  EXPECT_EQ(studio.ask("POST", "takes").status, 405U);
  EXPECT_EQ(studio.ask("GET", path).status, 405U);
  EXPECT_EQ(studio.ask("PUT", path + "/rows").status, 405U);
  EXPECT_EQ(studio.ask("GET", path + "/soul").status, 404U);
  EXPECT_EQ(studio.ask("GET", path + "/rows/1").status, 404U);
}

}  // namespace
}  // namespace imps
