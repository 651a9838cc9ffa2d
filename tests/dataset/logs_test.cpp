// Which logs go into a dataset, and putting it in its place.
#include "dataset/logs.h"

#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "dataset/dataset.h"
#include "dataset/place.h"
#include "dataset/summary.h"
#include "dataset/writer.h"
#include "tests/dataset/made_logs.h"
#include "tests/support/folder.h"

namespace imps::test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> names(const LogChoice& choice) {
  std::vector<std::string> all;
  for (const FoundLog& log : choice.logs)
    all.push_back(log.path.filename().string());
  return all;
}

std::string refusal(const LogQuery& query) {
  const auto choice = choose_logs(query);
  return choice ? "they were chosen" : choice.error().message;
}

void write_session(const Folder& folder, const std::string& take, const std::string& instrument) {
  folder.write(take + ".session.json",
               R"({"format":"imps-session","version":1,"program":"0.1.0","log":")" + take +
                   R"(.log","dimension":3,"start":"2026-02-03T20:15:30.000000+01:00",)" +
                   R"("settings":{"instrument":)" + instrument + "}}");
}

TEST(Logs, AreTakenInTheOrderOfTime) {
  const Folder folder;
  folder.write("a-3d-mdrnn.log", MadeLog(kEvening + 2'000'000).rows(3).text());
  folder.write("b-3d-mdrnn.log", MadeLog(kEvening).rows(3).text());
  folder.write("c-3d-mdrnn.log", MadeLog(kEvening + 1'000'000).rows(3).text());
  folder.write("notes.txt", "no log");
  const auto choice = choose_logs({.places = {folder.path()}});
  ASSERT_TRUE(choice.has_value()) << choice.error().message;
  EXPECT_THAT(names(*choice), ElementsAre("b-3d-mdrnn.log", "c-3d-mdrnn.log", "a-3d-mdrnn.log"));
  EXPECT_EQ(choice->dimension, 3);
}

TEST(Logs, OfSeveralDimensionsAreListedWithTheirCounts) {
  const Folder folder;
  folder.write("a-3d-mdrnn.log", MadeLog().rows(30).text());
  folder.write("b-3d-mdrnn.log", MadeLog(kEvening + 1).rows(20).text());
  folder.write("c-5d-mdrnn.log", MadeLog().rows(7, 4).text());
  EXPECT_THAT(
      refusal({.places = {folder.path()}}),
      AllOf(HasSubstr("3 (2 logs, 50 rows)"), HasSubstr("5 (1 log, 7 rows)"), HasSubstr("-d")));
  EXPECT_THAT(names(*choose_logs({.places = {folder.path()}, .dimension = 5})),
              ElementsAre("c-5d-mdrnn.log"));
  EXPECT_THAT(refusal({.places = {folder.path()}, .dimension = 4}), HasSubstr("3 (2 logs"));
}

TEST(Logs, WhoseNameLiesGoByWhatIsInThem) {
  const Folder folder;
  folder.write("a-9d-mdrnn.log", MadeLog().rows(3, 4).text());
  EXPECT_EQ(choose_logs({.places = {folder.path()}})->dimension, 5);
}

TEST(Logs, WithTheSameBytesCountOnce) {
  const Folder folder;
  const std::string log = MadeLog().rows(3).text();
  folder.write("a-3d-mdrnn.log", log);
  folder.write("copy of a-3d-mdrnn.log", log);
  folder.write("other-3d-mdrnn.log", MadeLog(kEvening + 1).rows(3).text());  // of the same size
  const auto choice = choose_logs({.places = {folder.path(), folder / "a-3d-mdrnn.log"}});
  ASSERT_TRUE(choice.has_value());
  EXPECT_THAT(names(*choice), ElementsAre("a-3d-mdrnn.log", "other-3d-mdrnn.log"));
  ASSERT_EQ(choice->duplicates.size(), 1U);
  EXPECT_EQ(choose_logs({.places = {folder.path()}, .keep_duplicates = true})->logs.size(), 3U);
}

TEST(Logs, OfDifferentInstrumentsAreNotMixedByAccident) {
  const Folder folder;
  folder.write("a-3d-mdrnn.log", MadeLog().rows(30).text());
  write_session(folder, "a-3d-mdrnn", R"({"name":"pads","controls":["left","right"]})");
  folder.write("b-3d-mdrnn.log", MadeLog(kEvening + 1).rows(20).text());
  write_session(folder, "b-3d-mdrnn", R"({"name":"keys","controls":["pitch","force"]})");
  EXPECT_THAT(refusal({.places = {folder.path()}}),
              AllOf(HasSubstr("\"pads\" (left, right): 1 log, 30 rows"), HasSubstr("\"keys\""),
                    HasSubstr("--interface"), HasSubstr("--mixed")));
  const auto pads = choose_logs({.places = {folder.path()}, .instrument = "pads"});
  ASSERT_TRUE(pads.has_value());
  EXPECT_THAT(names(*pads), ElementsAre("a-3d-mdrnn.log"));
  EXPECT_THAT(pads->instruments, ElementsAre(Instrument{"pads", {"left", "right"}}));
  EXPECT_EQ(choose_logs({.places = {folder.path()}, .mixed = true})->logs.size(), 2U);
  EXPECT_THAT(refusal({.places = {folder.path()}, .instrument = "flute"}),
              HasSubstr("keys (pitch, force); pads (left, right)"));
  // An older log that does not say what it was played on.
  folder.write("c-3d-mdrnn.log", MadeLog(kEvening + 2).rows(20).text());
  EXPECT_THAT(names(*choose_logs({.places = {folder.path()}, .instrument = "unnamed"})),
              ElementsAre("c-3d-mdrnn.log"));
}

TEST(Logs, OfOneNameAndOtherControlsAreChosenByThem) {
  const Folder folder;
  folder.write("a-3d-mdrnn.log", MadeLog().rows(30).text());
  write_session(folder, "a-3d-mdrnn", R"({"name":"pads","controls":["left","right"]})");
  folder.write("b-3d-mdrnn.log", MadeLog(kEvening + 1).rows(20).text());
  write_session(folder, "b-3d-mdrnn", R"({"name":"pads","controls":["right","left"]})");
  EXPECT_THAT(refusal({.places = {folder.path()}, .instrument = "pads"}),
              HasSubstr("choose one with 'imps dataset --interface \"pads (left, right)\"'"));
  EXPECT_THAT(names(*choose_logs({.places = {folder.path()}, .instrument = "pads (right, left)"})),
              ElementsAre("b-3d-mdrnn.log"));
  // One whose controls have fewer names is of the first that it fits, whatever it is chosen by.
  folder.write("c-3d-mdrnn.log", MadeLog(kEvening + 2).rows(20).text());
  write_session(folder, "c-3d-mdrnn", R"({"name":"pads","controls":["","right"]})");
  EXPECT_THAT(refusal({.places = {folder.path()}}), HasSubstr("(left, right): 2 logs, 50 rows"));
  EXPECT_THAT(names(*choose_logs({.places = {folder.path()}, .instrument = "pads (left, right)"})),
              ElementsAre("a-3d-mdrnn.log", "c-3d-mdrnn.log"));
}

TEST(Logs, OutsideTheTimeThatIsAskedForAreNotCompared) {
  const Folder folder;
  constexpr std::int64_t kDay = 86'400'000'000;
  folder.write("a-3d-mdrnn.log", MadeLog().rows(30).text());
  write_session(folder, "a-3d-mdrnn", R"({"name":"pads","controls":["left","right"]})");
  folder.write("b-3d-mdrnn.log", MadeLog(kEvening + kDay).rows(20).text());
  write_session(folder, "b-3d-mdrnn", R"({"name":"keys","controls":["pitch","force"]})");
  const auto first = choose_logs({.places = {folder.path()}, .to_us = kEvening + kDay / 2});
  ASSERT_TRUE(first.has_value()) << first.error().message;
  EXPECT_THAT(names(*first), ElementsAre("a-3d-mdrnn.log"));
  EXPECT_THAT(names(*choose_logs({.places = {folder.path()}, .from_us = kEvening + kDay / 2})),
              ElementsAre("b-3d-mdrnn.log"));
  EXPECT_THAT(refusal({.places = {folder.path()}, .from_us = kEvening + 2 * kDay}),
              HasSubstr("--from"));
}

TEST(Logs, WhoseSessionFileIsDamagedSayIt) {
  const Folder folder;
  folder.write("a-3d-mdrnn.log", MadeLog().rows(30).text());
  folder.write("a-3d-mdrnn.session.json", "{\"format\":");
  const auto choice = choose_logs({.places = {folder.path()}});
  ASSERT_TRUE(choice.has_value());
  EXPECT_THAT(choice->logs[0].session_fault, HasSubstr("a-3d-mdrnn.session.json"));
}

TEST(Logs, AreChosenByPatternsOfTheirNames) {
  const Folder folder;
  folder.write("2026-01-a.log", MadeLog().rows(3).text());
  folder.write("2026-02-a.log", MadeLog(kEvening + 1).rows(3).text());
  folder.write("2026-02-b.log", MadeLog(kEvening + 2).rows(3).text());
  EXPECT_THAT(names(*choose_logs(
                  {.places = {folder.path()}, .include = {"2026-02-*"}, .exclude = {"*-b.log"}})),
              ElementsAre("2026-02-a.log"));
  EXPECT_THAT(refusal({.places = {folder.path()}, .include = {"2027*"}}), HasSubstr("--include"));
}

TEST(Logs, ThatAreNotThereOrHoldNoPlayingAreSaidSo) {
  const Folder folder;
  EXPECT_THAT(refusal({.places = {folder / "logs"}}), HasSubstr("logs: there is no such"));
  EXPECT_THAT(refusal({.places = {folder.path()}}), HasSubstr("there are no logs"));
  folder.write("a-3d-mdrnn.log", MadeLog().row(1, {0, 0}, "rnn").text());
  folder.write("b-3d-mdrnn.log", "");
  EXPECT_THAT(refusal({.places = {folder.path()}}), HasSubstr("the performer plays in none"));
  folder.write("c-3d-mdrnn.log", "rubbish\nmore of it\n");
  EXPECT_THAT(refusal({.places = {folder.path()}}),
              HasSubstr("c-3d-mdrnn.log: 2 damaged, the first in line 1: "));
}

TEST(Logs, OfAFolderWithoutAnyAreThoseOfItsOnlyFolderThatHasSome) {
  const Folder folder;
  std::filesystem::create_directories(folder / "empty");
  std::filesystem::create_directories(folder / "aside");
  std::filesystem::create_directories(folder / "monday");
  folder.write("aside/a-3d-mdrnn.log", MadeLog().rows(3).text());
  folder.write("monday/b-3d-mdrnn.log", MadeLog().rows(3).text());
  const auto one = choose_logs({.places = {folder.path()}});
  ASSERT_TRUE(one) << one.error().message;
  EXPECT_THAT(names(*one), ElementsAre("b-3d-mdrnn.log"));
  EXPECT_THAT(one->remarks, ElementsAre(HasSubstr("has no logs of its own: those of ")));
  std::filesystem::create_directories(folder / "tuesday");
  folder.write("tuesday/c-3d-mdrnn.log", MadeLog().rows(3).text());
  EXPECT_THAT(refusal({.places = {folder.path()}}),
              AllOf(HasSubstr("2 of its folders have some: choose with --logs "),
                    HasSubstr("monday, or "), HasSubstr("tuesday")));
  folder.write("d-3d-mdrnn.log", MadeLog().rows(3).text());
  const auto own = choose_logs({.places = {folder.path()}});
  ASSERT_TRUE(own) << own.error().message;
  EXPECT_THAT(names(*own), ElementsAre("d-3d-mdrnn.log"));
  EXPECT_THAT(own->remarks,
              ElementsAre(HasSubstr("monday: its logs are not looked at"), HasSubstr("tuesday")));
}

TEST(Logs, OfAnInstrumentWhoseControlsAreNamedLaterAreOfOne) {
  const Folder folder;
  folder.write("a-3d-mdrnn.log", MadeLog().rows(3).text());
  folder.write("b-3d-mdrnn.log", MadeLog().rows(4).text());
  write_session(folder, "b-3d-mdrnn", R"({"controls":["left",""]})");
  folder.write("c-3d-mdrnn.log", MadeLog().rows(5).text());
  write_session(folder, "c-3d-mdrnn", R"({"controls":["","right"]})");
  const auto choice = choose_logs({.places = {folder.path()}});
  ASSERT_TRUE(choice) << choice.error().message;
  EXPECT_EQ(choice->logs.size(), 3U);
  ASSERT_EQ(choice->instruments.size(), 1U);
  EXPECT_THAT(choice->instruments[0].controls, ElementsAre("left", "right"));
  folder.write("d-3d-mdrnn.log", MadeLog().rows(6).text());
  write_session(folder, "d-3d-mdrnn", R"({"controls":["other","right"]})");
  EXPECT_THAT(refusal({.places = {folder.path()}}), HasSubstr("of 2 instruments"));
}

void write(const std::filesystem::path& path, const std::vector<std::string>& takes, float value) {
  std::vector<Take> all;
  for (const std::string& name : takes)
    all.push_back({name, all.size(), 1});
  const Dataset made =
      Dataset::from_values(2, std::vector<float>(2 * takes.size(), value), std::move(all));
  ASSERT_TRUE(write_dataset(path, made).has_value());
}

TEST(Place, ADatasetThatHoldsSomethingElseIsKept) {
  const Folder folder;
  const auto place = [&folder](const std::vector<std::string>& takes, float value) {
    write(folder / "staged", takes, value);
    const auto placed = place_dataset(folder / "staged", folder / "set.npz");
    EXPECT_TRUE(placed.has_value());
    EXPECT_FALSE(std::filesystem::exists(folder / "staged"));
    return *placed;
  };
  EXPECT_EQ(place({"a.log", "a.log#2"}, 0.5F).how, Placed::How::created);
  EXPECT_EQ(place({"a.log", "a.log#2"}, 0.5F).how, Placed::How::unchanged);
  EXPECT_EQ(place({"a.log", "b.log"}, 0.25F).how, Placed::How::replaced);
  const std::string before = read_text(folder / "set.npz");
  const Placed other = place({"a.log", "c.log"}, 0.25F);
  EXPECT_EQ(other.how, Placed::How::kept);
  EXPECT_EQ(other.kept_as, folder / "set.2.npz");
  EXPECT_EQ(read_text(folder / "set.2.npz"), before);
  folder.write("set.npz", "somebody's notes");
  EXPECT_EQ(place({"a.log", "c.log"}, 0.25F).kept_as, folder / "set.3.npz");
  EXPECT_EQ(read_text(folder / "set.3.npz"), "somebody's notes");
}

TEST(Summary, SaysHowEveryColumnMoves) {
  DatasetSummarizer summarizer(4);
  summarizer.begin_take();
  summarizer.add(std::vector<float>{0.1F, 0, 0.3F, 0.5F});
  summarizer.add(std::vector<float>{0.3F, 64 / 127.0F, 0.3F, 0.5F});
  summarizer.add(std::vector<float>{0.2F, 1, 0.123F, 0.5F});
  summarizer.begin_take();
  summarizer.add(std::vector<float>{0.4F, 1, 1, 0.5F});
  summarizer.add(std::vector<float>{4, 1, 0.9F, 0.5F});
  const DatasetSummary summary = summarizer.summary();
  EXPECT_EQ(summary.rows, 5U);
  EXPECT_EQ(summary.takes, 2U);
  EXPECT_EQ(summary.shortest_take, 2U);
  EXPECT_EQ(summary.longest_take, 3U);
  EXPECT_NEAR(summary.seconds, 5, 1e-6);
  EXPECT_NEAR(summary.rows_per_second(), 1, 1e-6);
  EXPECT_EQ(summary.columns[1].grid, ControlGrid::seven_bit);
  EXPECT_EQ(summary.columns[2].grid, ControlGrid::continuous);
  EXPECT_EQ(summary.columns[3].grid, ControlGrid::still);
  EXPECT_NEAR(summary.columns[1].moves, 2.0 / 3, 1e-12);  // of three rows that follow another
  EXPECT_EQ(summary.columns[3].moves, 0);
  EXPECT_EQ(summary.columns[1].bins.front(), 1U);
  EXPECT_EQ(summary.columns[1].bins.back(), 3U);
  EXPECT_EQ(summary.columns[0].bins.back(), 1U);  // 4 s lies between 2.5 s and 5 s
}

TEST(Summary, TellsSevenBitControlsByTheirStepAndRange) {
  DatasetSummarizer summarizer(4);
  summarizer.begin_take();
  for (int k = 0; k < 128; ++k) {
    const float place = static_cast<float>(k) / 127;
    summarizer.add(std::vector<float>{0.1F, std::round(place * 1e4F) / 1e4F, std::sqrt(place),
                                      static_cast<float>(k)});
  }
  const DatasetSummary summary = summarizer.summary();
  EXPECT_EQ(summary.columns[1].grid, ControlGrid::seven_bit) << "written with four decimals";
  EXPECT_EQ(summary.columns[2].grid, ControlGrid::continuous);
  EXPECT_EQ(summary.columns[3].grid, ControlGrid::continuous) << "not in [0, 1]";
}

}  // namespace
}  // namespace imps::test
