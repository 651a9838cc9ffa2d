// `imps doctor`: the program itself, in folders that are fit and unfit to perform in.
#include <algorithm>
#include <csignal>
#include <map>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "tests/cli/program.h"

namespace imps::test {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

struct Told {
  std::string state;
  std::string words;
  std::string help;
};

/// What `imps doctor --json` says, by name.
std::map<std::string, Told> checks(const Outcome& outcome) {
  std::map<std::string, Told> all;
  const auto json = nlohmann::json::parse(outcome.out, nullptr, false);
  EXPECT_TRUE(json.is_object() && json.contains("checks")) << outcome.out << outcome.err;
  if (!json.is_object()) return all;
  for (const auto& check : json["checks"])
    all[check.at("name")] = {check.at("state"), check.at("words"), check.at("help")};
  return all;
}

/// A machine may be too slow, or its disk too full, whatever the folder: 1 says so.
int status_of(const std::map<std::string, Told>& told) {
  return std::any_of(told.begin(), told.end(),
                     [](const auto& check) { return check.second.state == "bad"; })
             ? 1
             : 0;
}

/// So that nobody else has the port that is asked for.
constexpr const char* kAnyPort = "[osc]\nlisten = \"127.0.0.1:0\"\n";

TEST(Doctor, FindsAnEmptyFolderFit) {
  Folder folder;
  folder.write("any/stage.toml", kAnyPort);
  const Outcome outcome = imps(folder.path() / "any", {"doctor", "stage.toml"});
  EXPECT_EQ(outcome.status, outcome.out.find("\n! bad") == std::string::npos ? 0 : 1);
  EXPECT_THAT(outcome.err, IsEmpty());
  EXPECT_THAT(outcome.out, AllOf(ContainsRegex("well +configuration +stage.toml: in order"),
                                 ContainsRegex("well +OSC port"), ContainsRegex("well +folder")));
  EXPECT_THAT(outcome.out, Not(HasSubstr("\x1b"))) << "no colours where there is no terminal";
  EXPECT_FALSE(exists(folder.path() / "any/logs")) << "nothing is made";
}

TEST(Doctor, SaysTheSameAsJson) {
  Folder folder;
  folder.write("imps.toml", kAnyPort);
  const Outcome outcome = imps(folder.path(), {"doctor", "--json"});
  auto told = checks(outcome);
  EXPECT_EQ(outcome.status, status_of(told)) << outcome.out;
  EXPECT_EQ(told["configuration"].words, "imps.toml: in order");
  EXPECT_EQ(told["configuration"].help, "");
  EXPECT_EQ(told["folder"].state, "well");
  EXPECT_THAT(told["model"].words, HasSubstr("built-in"));
  EXPECT_THAT(told["timer"].words, HasSubstr("late"));
}

TEST(Doctor, SaysWhoHasAPort) {
  Folder folder;
  const Musician holder;
  folder.write("imps.toml",
               "[osc]\nlisten = \"127.0.0.1:" + std::to_string(holder.port()) + "\"\n");
  const Outcome outcome = imps(folder.path(), {"doctor"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.out, ContainsRegex("! bad +OSC port +127.0.0.1:[0-9]+ is taken"));
  EXPECT_THAT(outcome.out, ContainsRegex("not fit to perform: .*OSC port"));
#if defined(__linux__)
  EXPECT_THAT(outcome.out, HasSubstr("(process " + std::to_string(::getpid()) + ")"));
#endif
}

TEST(Doctor, SaysWhereAConfigurationIsBroken) {
  Folder folder;
  folder.write("imps.toml", "[osc]\nlisten = \"127.0.0.1:0\"\n[interaction]\nthreshold = -1\n");
  const Outcome outcome = imps(folder.path(), {"doctor", "--json"});
  EXPECT_EQ(outcome.status, 1);
  auto told = checks(outcome);
  EXPECT_EQ(told["configuration"].state, "bad");
  EXPECT_THAT(told["configuration"].words, StartsWith("imps.toml:4:"));
  EXPECT_EQ(told["folder"].state, "well") << "the others are looked at all the same";

  const Outcome missing = imps(folder.path(), {"doctor", "no-such.toml"});
  EXPECT_EQ(missing.status, 1);
  EXPECT_THAT(missing.out, ContainsRegex("! bad +configuration +no-such.toml"));
}

TEST(Doctor, FindsASpoiledModel) {
  Folder folder;
  folder.write("models/mine.safetensors", "spoiled");
  folder.write("models/old.h5", "spoiled, too");
  folder.write("imps.toml", kAnyPort);
  Outcome outcome = imps(folder.path(), {"doctor", "--json"});
  auto told = checks(outcome);
  EXPECT_EQ(outcome.status, status_of(told));
  EXPECT_EQ(told["model"].state, "doubtful") << "another one is played";
  EXPECT_THAT(told["model"].words,
              AllOf(HasSubstr("models/mine.safetensors"), HasSubstr("models/old.h5")));

  folder.write("imps.toml",
               std::string(kAnyPort) + "[model]\nfile = \"models/mine.safetensors\"\n");
  outcome = imps(folder.path(), {"doctor", "--json"});
  EXPECT_EQ(outcome.status, 1) << "it was asked for";
  told = checks(outcome);
  EXPECT_EQ(told["model"].state, "bad");
  EXPECT_THAT(told["model"].words, HasSubstr("models/mine.safetensors"));
}

TEST(Doctor, SeesAnotherImpsInTheFolder) {
#if defined(__linux__)
  Folder folder;
  folder.write("imps.toml", kAnyPort);
  // Started by another program than the doctor's, as from another terminal.
  Program run(folder.path(), {"run", "--clientport", "9", "--no-log"});
  ASSERT_NE(run.port(), 0) << run.err();
  const Outcome outcome = imps(folder.path(), {"doctor", "--json"});
  auto told = checks(outcome);
  EXPECT_EQ(told["other imps"].state, "doubtful");
  EXPECT_THAT(
      told["other imps"].words,
      AllOf(HasSubstr("imps run"), HasSubstr("(process " + std::to_string(run.pid()) + ")")));
  EXPECT_EQ(run.end(SIGTERM), 0);
#else
  GTEST_SKIP() << "only Linux tells";
#endif
}

TEST(Doctor, IsWrongUsageWithWhatItDoesNotTake) {
  Folder folder;
  for (const auto& words : {std::vector<std::string>{"doctor", "--jsn"},
                            std::vector<std::string>{"doctor", "a", "b"}}) {
    const Outcome outcome = imps(folder.path(), words);
    EXPECT_EQ(outcome.status, 2);
    EXPECT_THAT(outcome.err, StartsWith("imps: "));
    EXPECT_THAT(outcome.out, IsEmpty());
  }
}

}  // namespace
}  // namespace imps::test
