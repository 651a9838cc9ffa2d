// Which jobs may be asked for, and the command lines that they become.
#include "project/job_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/folder.h"

namespace imps::project {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

class JobCommands : public testing::Test {
 protected:
  JobCommands() { facts.folder = folder.path(); }

  Result<JobCommand> command(std::string_view json) {
    return job_command(Json::parse(json), facts);
  }
  std::string refusal(std::string_view json) {
    const auto made = command(json);
    return made ? "" : made.error().message;
  }

  test::Folder folder;
  ProjectFacts facts;
};

TEST_F(JobCommands, AreWhatOneWouldTypeInATerminal) {
  const auto train = command(R"({"kind": "train", "arguments": ["datasets/mine.npz"],
    "options": {"size": "xs", "for": "2min", "epochs": 3, "learning-rate": 0.001,
                "no-early-stopping": true, "resume": false, "set": ["a=1", "b=2"]}})");
  ASSERT_TRUE(train) << train.error().message;
  EXPECT_THAT(train->arguments,
              ElementsAre("train", "--json", "--size=xs", "--for=2min", "--epochs=3",
                          "--learning-rate=0.001", "--no-early-stopping", "--set=a=1", "--set=b=2",
                          "datasets/mine.npz"));
  EXPECT_EQ(train->words,
            "train --size xs --for 2min --epochs 3 --learning-rate 0.001 --no-early-stopping "
            "--set a=1 --set b=2 datasets/mine.npz");
  const auto convert =
      command(R"({"kind": "convert", "arguments": ["models/a.h5", "models/a.onnx"]})");
  ASSERT_TRUE(convert);
  EXPECT_THAT(convert->arguments, ElementsAre("convert", "--json", "models/a.h5", "models/a.onnx"));
  const auto generate = command(
      R"({"kind": "generate", "arguments": ["built-in-4"], "options": {"output": "logs/a.mid"}})");
  ASSERT_TRUE(generate);
  EXPECT_THAT(generate->arguments,
              ElementsAre("generate", "--json", "--output=logs/a.mid", "built-in-4"));
}

TEST_F(JobCommands, NameTheProjectsFoldersWhereverTheyLie) {
  facts.models = "/srv/models";
  facts.logs = "takes/2026";
  const auto train = command(R"({"kind": "train", "arguments": ["logs/"]})");
  ASSERT_TRUE(train) << train.error().message;
  EXPECT_THAT(train->arguments,
              ElementsAre("train", "--json", "--models=/srv/models", "takes/2026"));
  const auto dataset = command(R"({"kind": "dataset"})");
  ASSERT_TRUE(dataset);
  EXPECT_THAT(dataset->arguments, ElementsAre("dataset", "--json", "--logs=takes/2026"));
}

TEST_F(JobCommands, PathsOutOfTheProjectAreRefused) {
  fs::create_directories(folder / "models");
  fs::create_directory_symlink("/etc", folder / "models/etc");
  fs::create_symlink("/etc/passwd", folder / "models/link.h5");
  for (const char* const path :
       {"/etc/passwd", "../a.h5", "models/../../a.h5", "models/..", "models//a.h5", "etc/a.h5",
        "models/.hidden.h5", "models\\\\a.h5", "models/etc/passwd", "models/link.h5", "--force",
        "-o", "", ".", "checkpoints/x", "models/a\\u0000.h5", "models/a\\n.h5"}) {
    const std::string json =
        std::string(R"({"kind": "evaluate", "arguments": [")") + path + R"("]})";
    EXPECT_THAT(refusal(json), HasSubstr("arguments: ")) << path;
    const std::string output =
        std::string(R"({"kind": "train", "options": {"output": ")") + path + R"("}})";
    EXPECT_THAT(refusal(output), HasSubstr("options: output: ")) << path;
  }
}

TEST_F(JobCommands, OptionsThatAreNotKnownAreRefused) {
  EXPECT_THAT(refusal(R"({"kind": "train", "options": {"sizes": "xs"}})"),
              HasSubstr("did you mean 'size'"));
  for (const char* const option :
       {"models", "checkpoints", "sweep", "json", "force", "plot", "help", "", "-o", "size=xs"})
    EXPECT_NE(refusal(std::string(R"({"kind": "train", "options": {")") + option + R"(": "x"}})"),
              "")
        << option;
  EXPECT_NE(refusal(R"({"kind": "convert", "options": {"force": true},
                        "arguments": ["models/a.h5", "models/b.h5"]})"),
            "");
}

TEST_F(JobCommands, ValuesOfAnotherTypeAreRefused) {
  for (const char* const options :
       {R"({"epochs": "many"})", R"({"epochs": "1e999"})", R"({"epochs": true})",
        R"({"epochs": "nan"})", R"({"size": 1})", R"({"size": ""})", R"({"size": "a\nb"})",
        R"({"size": ["xs"]})", R"({"resume": "yes"})", R"({"set": {}})", R"({"set": [1]})", R"([])",
        R"("size")", "7"})
    EXPECT_NE(refusal(std::string(R"({"kind": "train", "options": )") + options + "}"), "")
        << options;
}

TEST_F(JobCommands, RequestsThatMeanNothingAreRefused) {
  EXPECT_THAT(refusal("{}"), HasSubstr("kind: takes dataset, train"));
  EXPECT_NE(refusal(R"({"kind": "run"})"), "");
  EXPECT_NE(refusal(R"({"kind": 7})"), "");
  EXPECT_NE(refusal(R"({"kind": "train", "program": "/bin/sh"})"), "");
  EXPECT_NE(refusal(R"({"kind": "train", "arguments": "datasets/a.npz"})"), "");
  EXPECT_NE(refusal(R"({"kind": "convert", "arguments": ["models/a.h5"]})"), "");
  EXPECT_NE(refusal(R"({"kind": "generate"})"), "");
}

}  // namespace
}  // namespace imps::project
