// `imps dataset` as a person and a script use it.
#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "tests/cli/program.h"
#include "tests/dataset/made_logs.h"

namespace imps::test {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(DatasetCommand, MakesADatasetOfTheLogsFolderWithoutArguments) {
  Folder folder;
  std::filesystem::create_directory(folder.path() / "logs");
  folder.write("logs/a-3d-mdrnn.log", MadeLog().rows(60).wait(10).rows(60).text());
  folder.write("logs/b-3d-mdrnn.log",
               MadeLog(kEvening + 86'400'000'000).rows(10).line("damaged").text());
  const Outcome outcome = imps(folder.path(), {"dataset"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("datasets/training-dataset-3d.npz: written"),
                                 HasSubstr("3 takes, 127 interactions"), HasSubstr("rows a second"),
                                 HasSubstr("3 rows with which a take begins")));
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("logs/b-3d-mdrnn.log:11: "),
                                 HasSubstr("127 interactions: that is little")));
  const Outcome again = imps(folder.path(), {"dataset"});
  EXPECT_THAT(again.out, HasSubstr("unchanged"));
}

TEST(DatasetCommand, SaysTheSameAsJsonAndInspectToo) {
  Folder folder;
  folder.write("a-3d-mdrnn.log", MadeLog().rows(60).row(0.1, {2, 0.5}).text());
  const Outcome outcome =
      imps(folder.path(), {"dataset", "a-3d-mdrnn.log", "-o", "a.npz", "--json"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const json said = json::parse(outcome.out, nullptr, false);
  EXPECT_EQ(said["dataset"], "a.npz");
  EXPECT_EQ(said["dimension"], 3);
  EXPECT_EQ(said["interactions"], 60);
  EXPECT_EQ(said["columns"].size(), 3U);
  EXPECT_EQ(said["columns"][1]["greatest"], 1.0);
  EXPECT_EQ(said["logs"][0]["clamped"], 1);
  EXPECT_EQ(said["warnings"].size(), 2U);  // few rows, one value off scale
  const Outcome inspected = imps(folder.path(), {"inspect", "a.npz", "--json"});
  const json explained = json::parse(inspected.out, nullptr, false);
  EXPECT_EQ(explained["kind"], "dataset");
  EXPECT_EQ(explained["digest"], said["digest"]);
  EXPECT_EQ(explained["columns"], said["columns"]);
  EXPECT_EQ(explained["take_list"][0]["name"], "a-3d-mdrnn.log");
}

TEST(DatasetCommand, SaysWhenItsTimesCannotBeLearnt) {
  Folder folder;
  MadeLog log;
  for (int k = 0; k < 60; ++k)
    log.row(0, {0.01 * k, 0.5});
  folder.write("a-3d-mdrnn.log", log.text());
  const Outcome outcome = imps(folder.path(), {"dataset", "a-3d-mdrnn.log", "-o", "a.npz"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(outcome.err, HasSubstr("dt is always 0 s"));
}

TEST(DatasetCommand, InTheFormOfImpsyHasTheDigestOfThatFile) {
  Folder folder;
  folder.write("logs/a-3d-mdrnn.log", MadeLog().rows(9).text());
  const Outcome outcome =
      imps(folder.path(), {"dataset", "--format", "impsy", "--json", "-o", "perfs.npz"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const Outcome inspected = imps(folder.path(), {"inspect", "perfs.npz", "--json"});
  const json explained = json::parse(inspected.out, nullptr, false);
  EXPECT_EQ(explained["take_list"][0]["name"], "performance 1");
  EXPECT_EQ(explained["digest"], json::parse(outcome.out, nullptr, false)["digest"]);
}

TEST(DatasetCommand, AsksWhichDimensionAndTakesTheOldSpelling) {
  Folder folder;
  folder.write("logs/a-3d-mdrnn.log", MadeLog().rows(9).text());
  folder.write("logs/b-5d-mdrnn.log", MadeLog().rows(9, 4).text());
  const Outcome asks = imps(folder.path(), {"dataset"});
  EXPECT_EQ(asks.status, 1);
  EXPECT_THAT(asks.err, AllOf(HasSubstr("3 (1 log, 9 rows)"), HasSubstr("5 (1 log, 9 rows)")));
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "datasets"));
  EXPECT_EQ(imps(folder.path(), {"dataset", "-d=5"}).status, 0);
  EXPECT_TRUE(std::filesystem::exists(folder.path() / "datasets/training-dataset-5d.npz"));
}

TEST(DatasetCommand, NeverLosesAnotherDatasetOfTheSameName) {
  Folder folder;
  folder.write("datasets/training-dataset-3d.npz", "precious");
  folder.write("logs/a-3d-mdrnn.log", MadeLog().rows(9).text());
  const Outcome outcome = imps(folder.path(), {"dataset"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("kept as datasets/training-dataset-3d.2.npz"));
  EXPECT_EQ(read_text(folder.path() / "datasets/training-dataset-3d.2.npz"), "precious");
}

TEST(DatasetCommand, OfADryRunNothingIsLeft) {
  Folder folder;
  folder.write("logs/a-3d-mdrnn.log", MadeLog().rows(9).text());
  const Outcome outcome = imps(folder.path(), {"dataset", "--dry-run"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("would be written"), HasSubstr("8 interactions")));
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "datasets"));
}

TEST(DatasetCommand, WrongUsageIsSaidSo) {
  Folder folder;
  folder.write("logs/a-3d-mdrnn.log", MadeLog().rows(9).text());
  for (const auto& wrong :
       {std::pair("--gap", "0"), std::pair("--format", "wav"), std::pair("-d", "1"),
        std::pair("--from", "yesterday"), std::pair("--trim", "-1"), std::pair("--gaps", "5")}) {
    const Outcome outcome = imps(folder.path(), {"dataset", wrong.first, wrong.second});
    EXPECT_EQ(outcome.status, 2) << wrong.first;
    EXPECT_THAT(outcome.err, HasSubstr("imps: "));
  }
}

}  // namespace
}  // namespace imps::test
