// The command line: help, exit statuses, and what a slip of the finger is told.
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "tests/cli/program.h"

namespace imps::test {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

const std::vector<std::string> kCommands{"run",    "dataset", "predict", "inspect",
                                         "replay", "bench",   "doctor",  "help"};

TEST(CommandLine, SaysItsVersion) {
  Folder folder;
  for (const char* const word : {"--version", "-V", "version"}) {
    const Outcome outcome = imps(folder.path(), {word});
    EXPECT_EQ(outcome.status, 0);
    EXPECT_THAT(outcome.out, ::testing::MatchesRegex("imps [0-9]+\\.[0-9]+\\.[0-9]+\n"));
    EXPECT_THAT(outcome.err, IsEmpty());
  }
}

TEST(CommandLine, ExplainsEveryCommandWithExamples) {
  Folder folder;
  const Outcome overview = imps(folder.path(), {});
  EXPECT_EQ(overview.status, 0);
  for (const std::string& command : kCommands) {
    EXPECT_THAT(overview.out, HasSubstr("\n  " + command + " ")) << "the list has it";
    for (const auto& words :
         {std::vector<std::string>{command, "--help"}, std::vector<std::string>{"help", command}}) {
      const Outcome outcome = imps(folder.path(), words);
      EXPECT_EQ(outcome.status, 0) << command;
      EXPECT_THAT(outcome.out, AllOf(StartsWith("usage: imps " + command), HasSubstr("Options:"),
                                     ContainsRegex("Examples:\n  .*imps ")))
          << command;
      EXPECT_THAT(outcome.err, IsEmpty());
      for (std::size_t at = 0, end; at < outcome.out.size(); at = end + 1) {
        end = outcome.out.find('\n', at);
        ASSERT_NE(end, std::string::npos) << "every line is ended";
      }
    }
  }
}

TEST(CommandLine, SaysItsCommandsAsJson) {
  Folder folder;
  const Outcome table = imps(folder.path(), {"help", "--json"});
  EXPECT_EQ(table.status, 0);
  const auto list = nlohmann::json::parse(table.out, nullptr, false);
  ASSERT_TRUE(list.is_array()) << table.out;
  EXPECT_EQ(list.front()["name"], "run");
  for (const auto& words : std::vector<std::vector<std::string>>{{"help", "run", "--json"},
                                                                 {"help", "--json", "run"}}) {
    const Outcome one = imps(folder.path(), words);
    EXPECT_EQ(one.status, 0);
    const auto run = nlohmann::json::parse(one.out, nullptr, false);
    ASSERT_TRUE(run.is_object()) << one.out;
    EXPECT_EQ(run["name"], "run");
    EXPECT_THAT(run["options"].get<std::string>(), HasSubstr("--threshold"));
  }
  EXPECT_THAT(
      imps(folder.path(), {"help", "--help"}).out,
      AllOf(StartsWith("usage: imps help"), HasSubstr("--json"), HasSubstr("imps help run")));
  EXPECT_EQ(imps(folder.path(), {"help", "rnu", "--json"}).status, 2);
}

TEST(CommandLine, HasAManualPage) {
  Folder folder;
  const Outcome outcome = imps(folder.path(), {"help", "--man"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.out, AllOf(StartsWith(".TH IMPS 1"), HasSubstr(".SH IMPS replay"),
                                 HasSubstr("\\-\\-callresponsethresh")));
}

struct Slip {
  std::vector<std::string> words;
  const char* told;
};

TEST(CommandLine, IsWrongUsageWithAHintWhenMistyped) {
  Folder folder;
  const std::vector<Slip> slips{
      {{"rnu"}, "'run'"},
      {{"preditc", "model.keras"}, "'predict'"},
      {{"help", "replya"}, "'replay'"},
      {{"run", "--treshold", "1"}, "--threshold"},
      {{"replay", "take.log", "--verfy"}, "--verify"},
      {{"run", "--json=yes=no"}, "imps run --help"},
      {{"run", "-c", "-b"}, "one mode at a time"},
      {{"run", "--log", "--no-log"}, "contradict"},
      {{"run", "--serverport", "70000"}, "70000"},
      {{"run", "--output", "nowhere:"}, "--output"},
      {{"run", "-d", "1"}, "dimension"},
      {{"run", "-d", "many"}, "many"},
      {{"run", "--timescale", "0"}, "timescale"},
      {{"run", "--threshold", "-1"}, "threshold"},
      {{"predict"}, "imps predict --help"},
      {{"predict", "m.keras", "--pitemp", "0"}, "--pitemp"},
      {{"inspect"}, "imps inspect --help"},
      {{"replay", "t.log", "--speed", "0"}, "--speed"},
      {{"replay", "t.log", "--from", "2", "--to", "1"}, "--from"},
      {{"replay", "t.log", "--address", "interface"}, "--address"},
      {{"bench", "sage"}, "imps bench stage"},
  };
  for (const Slip& slip : slips) {
    const Outcome outcome = imps(folder.path(), slip.words);
    EXPECT_EQ(outcome.status, 2) << ::testing::PrintToString(slip.words);
    EXPECT_THAT(outcome.err, AllOf(StartsWith("imps: "), HasSubstr(slip.told)));
    EXPECT_THAT(outcome.out, IsEmpty()) << "results only go there";
  }
}

TEST(CommandLine, FailsWithTheNameOfWhatIsNotThere) {
  Folder folder;
  for (const auto& words : std::vector<std::vector<std::string>>{
           {"predict", "no-such.keras"},
           {"inspect", "no-such.log"},
           {"replay", "no-such.log"},
           {"replay", "no-such.log", "--verify"},
           {"run", "no-such.keras"},
           {"run", "no-such.toml"},
       }) {
    const Outcome outcome = imps(folder.path(), words);
    EXPECT_EQ(outcome.status, 1) << ::testing::PrintToString(words);
    EXPECT_THAT(outcome.err, AllOf(StartsWith("imps: "), HasSubstr("no-such")));
    EXPECT_THAT(outcome.out, IsEmpty());
  }
}

TEST(CommandLine, MistypedModelIsAFailureAndNotAnotherModel) {
  Folder folder;
  const Outcome outcome = imps(folder.path(), {"run", "modles/mine.keras", "--serverport", "0"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.err, HasSubstr("modles/mine.keras"));
  EXPECT_THAT(outcome.err, Not(HasSubstr("listening")));
}

TEST(CommandLine, MeasuresTheStage) {
  Folder folder;
  const Outcome outcome =
      imps(folder.path(), {"bench", "stage", "--seconds", "0.2", "-d", "3", "--json"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("\"lateness\":{\"count\":"), HasSubstr("\"p99_us\":"),
                                 HasSubstr("\"unanswered\":0")));
}

}  // namespace
}  // namespace imps::test
