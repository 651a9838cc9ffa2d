// `imps convert`: one model in every form, and nothing lost when it cannot be done.
#include <cstdlib>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>
#include <sys/wait.h>

#include <imps/model_file.h>

#include "model/files/safetensors.h"
#include "tests/cli/program.h"
#include "tests/support/models.h"

namespace imps::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

class Convert : public ::testing::Test {
 protected:
  Convert() {
    const auto bytes = files::write_safetensors(weights_, {{"dataset", "two evenings"}});
    folder_.write("mine.safetensors",
                  {reinterpret_cast<const char*>(bytes->data()), bytes->size()});
  }
  Outcome convert(const std::vector<std::string>& words) {
    std::vector<std::string> all{"convert"};
    all.insert(all.end(), words.begin(), words.end());
    return imps(folder_.path(), all);
  }
  /// The status of a shell's command in the folder, with $imps as the program.
  [[nodiscard]] int shell(const std::string& line) const {
    const std::string whole =
        "cd '" + folder_.path().string() + "' && imps='" IMPS_PROGRAM "' && " + line;
    const int status = std::system(whole.c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const auto& entry : fs::directory_iterator(folder_.path()))
      all.push_back(entry.path().filename().string());
    return all;
  }

  Folder folder_;
  const Weights weights_ =
      random_weights({.dimension = 4, .layers = 2, .units = 9, .mixtures = 5}, 1);
};

TEST_F(Convert, ThereAndBackIsTheSameModelAndSaysWhereItCameFrom) {
  const Outcome there = convert({"mine.safetensors", "mine.keras"});
  EXPECT_EQ(there.status, 0) << there.err;
  EXPECT_THAT(there.err, IsEmpty());
  EXPECT_THAT(there.out, AllOf(HasSubstr("mine.keras: Keras 3 .keras"), HasSubstr("dimension 4")));
  EXPECT_EQ(convert({"mine.keras", "again.safetensors"}).status, 0);
  const auto first = read_model_file(folder_.path() / "mine.safetensors");
  const auto again = read_model_file(folder_.path() / "again.safetensors");
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->weights.lstm[1].recurrent_kernel, weights_.lstm[1].recurrent_kernel);
  EXPECT_EQ(again->weights.sigmas.kernel, weights_.sigmas.kernel);
  EXPECT_THAT(again->notes, AllOf(Contains(Pair("dataset", "two evenings")),
                                  Contains(Pair("converted from", HasSubstr("mine.keras")))));
  const auto keras = read_model_file(folder_.path() / "mine.keras");
  EXPECT_THAT(keras->notes, Contains(Pair("converted from SHA-256", first->digest)));
}

TEST_F(Convert, WritesEveryFormAndSaysSoInJson) {
  for (const std::string ending : {"keras", "onnx", "json", "safetensors"}) {
    const std::string name = "new." + ending;
    const Outcome outcome = convert({"mine.safetensors", name, "--json"});
    ASSERT_EQ(outcome.status, 0) << outcome.err;
    const json said = json::parse(outcome.out);
    EXPECT_EQ(said["out"], name);
    EXPECT_EQ(said["dimension"], 4);
    EXPECT_EQ(said["units"], 9);
    EXPECT_EQ(said["bytes"], fs::file_size(folder_.path() / name));
  }
}

TEST_F(Convert, LeavesAFileThatIsThereUnlessForced) {
  const fs::path there = folder_.write("there.onnx", "somebody's");
  const Outcome refused = convert({"mine.safetensors", "there.onnx"});
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("there.onnx"), HasSubstr("--force")));
  EXPECT_EQ(read_text(there), "somebody's");
  EXPECT_EQ(convert({"mine.safetensors", "there.onnx", "--force"}).status, 0);
  EXPECT_NE(read_text(there), "somebody's");
}

TEST_F(Convert, SaysWhatIsWrongWithItsArguments) {
  EXPECT_EQ(convert({}).status, 2);
  EXPECT_EQ(convert({"mine.safetensors"}).status, 2);
  EXPECT_EQ(convert({"mine.safetensors", "x.keras", "--frce"}).status, 2);
  const Outcome ending = convert({"mine.safetensors", "mine.h5"});
  EXPECT_EQ(ending.status, 2);
  EXPECT_THAT(ending.err, HasSubstr(".safetensors, .keras, .onnx or .json"));
}

TEST_F(Convert, FailsWithoutATraceWhenThereIsNothingToRead) {
  folder_.write("rubbish.keras", "PK\x03\x04 and no more");
  EXPECT_EQ(convert({"nothing.keras", "out.onnx"}).status, 1);
  EXPECT_EQ(convert({"rubbish.keras", "out.onnx"}).status, 1);
  EXPECT_THAT(names(), ::testing::UnorderedElementsAre("mine.safetensors", "rubbish.keras"));
}

TEST_F(Convert, FailsWithoutATraceWhereNothingCanBeWritten) {
  folder_.write("a-file", "");
  fs::create_directory(folder_.path() / "folder.onnx");
  for (const std::string out : {"nowhere/out.onnx", "a-file/out.onnx", "folder.onnx"}) {
    for (const std::string more : {"--json", "--force"}) {
      const Outcome outcome = convert({"mine.safetensors", out, more});
      EXPECT_EQ(outcome.status, 1) << out;
      EXPECT_THAT(outcome.err, HasSubstr(out));
      EXPECT_THAT(outcome.out, IsEmpty());
    }
  }
  EXPECT_THAT(names(),
              ::testing::UnorderedElementsAre("mine.safetensors", "a-file", "folder.onnx"));
}

TEST_F(Convert, WithoutRoomFailsAndLeavesNothingBehind) {
  // No file may grow beyond a block: what a full disk does, without one.
  EXPECT_EQ(shell("(ulimit -f 1; $imps convert mine.safetensors out.onnx 2> err)"), 1);
  EXPECT_THAT(names(), ::testing::UnorderedElementsAre("mine.safetensors", "err"));
  EXPECT_THAT(read_text(folder_.path() / "err"), HasSubstr("out.onnx: cannot be written"));
}

TEST_F(Convert, IsNotDoneWhenItsResultCannotBeSaid) {
  EXPECT_EQ(shell("$imps convert mine.safetensors out.onnx > /dev/full 2> /dev/null"), 1);
}

TEST_F(Convert, NamesTheProgramThatItMisses) {
  Program program(folder_.path(), {"convert", "mine.safetensors", "out.keras"},
                  {{"IMPS_LIBEXEC", folder_.path().string()}});
  EXPECT_EQ(program.wait(), 1);
  EXPECT_THAT(program.err(), HasSubstr("imps-write-h5"));
}

}  // namespace
}  // namespace imps::test
