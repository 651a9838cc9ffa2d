// Jobs as processes: a shell script stands in for imps where it is to misbehave.
#include <csignal>

#include <gtest/gtest.h>

#include "tests/dataset/made_logs.h"
#include "tests/project/studio.h"

namespace imps {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using nlohmann::json;
using test::Studio;

constexpr const char* kDataset = R"({"kind": "dataset"})";
constexpr const char* kTrain = R"({"kind": "train", "options": {"size": "xxs"}})";

/// A script that hangs: `trap` is what it does when it is asked to stop.
std::string hanging(std::string_view trap) {
  return "trap '" + std::string(trap) + R"(' INT
echo here >&2
while :; do sleep 0.02; done
)";
}

std::string begin(Studio& studio, const char* job) {
  const auto answer = studio.ask("POST", "jobs", job);
  EXPECT_EQ(answer.status, 201U) << answer.body;
  return answer.json.value("id", "");
}

bool says(Studio& studio, const std::string& id, std::string_view line) {
  return studio.wait_until([&] {
    const json job = studio.get("jobs/" + id);
    for (const json& one : job["lines"])
      if (one == line) return true;
    return false;
  });
}

bool is_alive(pid_t pid) { return ::kill(pid, 0) == 0; }

TEST(Jobs, RunInTheProjectsFolderAndGiveWay) {
  Studio studio;
  // It is made to give way once it has begun.
  studio.program(R"(until [ $(nice) -ge 10 ]; do :; done
pwd >&2; nice >&2; echo "$@" >&2; read x || echo "no input" >&2
echo '{"rows": 7}')");
  const auto answer = studio.ask("POST", "jobs", kDataset);
  ASSERT_EQ(answer.status, 201U) << answer.body;
  EXPECT_EQ(answer.json["state"], "running");
  EXPECT_EQ(answer.json["progress"], json());
  const json job = studio.end_of(answer.json["id"]);
  EXPECT_EQ(job["state"], "done") << job.dump(1);
  EXPECT_EQ(job["result"], json::parse(R"({"rows": 7})"));
  ASSERT_EQ(job["lines"].size(), 4U) << job.dump(1);
  EXPECT_EQ(fs::path(job["lines"][0].get<std::string>()), fs::canonical(studio.folder.path()));
  EXPECT_GE(std::stoi(job["lines"][1].get<std::string>()), 10);
  EXPECT_EQ(job["lines"][2], "dataset --json");
  EXPECT_EQ(job["lines"][3], "no input");
  EXPECT_EQ(studio.get("jobs")[0]["id"], job["id"]);
}

TEST(Jobs, TellOfProgressAndOfWhatTheyMade) {
  Studio studio({.between_news = 0ms});
  studio.program(R"(
echo '{"event":"epoch","epoch":1,"train_nll":-1,"val_nll":-0.5,"part":0.5}'
while [ ! -e go ]; do sleep 0.02; done
echo '{"event":"done","model":"models/x.safetensors","ending":"finished"}'
)");
  const std::string id = begin(studio, kTrain);
  EXPECT_TRUE(studio.wait_until([&] { return studio.get("jobs/" + id)["progress"] == 0.5; }));
  EXPECT_TRUE(studio.wait_until([&] { return studio.changes("jobs") >= 2; }));
  EXPECT_EQ(studio.changes("models"), 0U);
  studio.folder.write("go", "");
  EXPECT_EQ(studio.end_of(id)["result"]["model"], "models/x.safetensors");
  EXPECT_TRUE(studio.wait_until([&] { return studio.changes("models") == 1; }));
}

TEST(Jobs, StoppedAsByCtrlCKeepWhatTheyHave) {
  Studio studio;
  studio.program(
      hanging(R"(echo "{\"event\":\"done\",\"model\":\"m\",\"ending\":\"stopped\"}"; exit 0)"));
  const std::string id = begin(studio, kTrain);
  ASSERT_TRUE(says(studio, id, "here"));
  EXPECT_EQ(studio.ask("DELETE", "jobs/" + id).status, 200U);
  const json job = studio.end_of(id);
  EXPECT_EQ(job["state"], "stopped");
  EXPECT_EQ(job["result"]["model"], "m");
  EXPECT_EQ(studio.ask("DELETE", "jobs/" + id).status, 200U);  // once more does no harm
}

TEST(Jobs, StoppedReachWhatTheyHaveStarted) {
  Studio studio;
  studio.program(R"(trap : INT
sh -c 'trap "echo child >&2; exit 0" INT; echo here >&2
while :; do sleep 0.02; done'
echo '{}')");
  const std::string id = begin(studio, kDataset);
  ASSERT_TRUE(says(studio, id, "here"));
  studio.ask("DELETE", "jobs/" + id);
  studio.end_of(id);
  EXPECT_TRUE(says(studio, id, "child"));
}

TEST(Jobs, ThatWillNotStopAreKilled) {
  Studio studio({.patience = 200ms});
  studio.program(hanging("echo no >&2"));
  const std::string id = begin(studio, kDataset);
  ASSERT_TRUE(says(studio, id, "here"));
  studio.ask("DELETE", "jobs/" + id);
  const json job = studio.end_of(id);
  EXPECT_EQ(job["state"], "stopped");
}

TEST(Jobs, EndWithImps) {
  for (const char* const trap : {"exit 0", "echo no >&2"}) {
    Studio studio({.last_patience = 200ms});
    studio.program("echo $$ > pid\n" + hanging(trap));
    const std::string id = begin(studio, kDataset);
    ASSERT_TRUE(says(studio, id, "here"));
    const pid_t pid = std::stoi(test::read_text(studio / "pid"));
    EXPECT_TRUE(is_alive(pid));
    studio.close();
    EXPECT_FALSE(is_alive(pid)) << trap;
  }
}

TEST(Jobs, ThatDieSayHow) {
  Studio studio;
  studio.program("echo 'imps: datasets/: no logs' >&2; exit 3");
  json job = studio.end_of(begin(studio, kDataset));
  EXPECT_EQ(job["state"], "failed");
  EXPECT_EQ(job["error"], "datasets/: no logs");
  studio.program("kill -9 $$");
  job = studio.end_of(begin(studio, kDataset));
  EXPECT_EQ(job["state"], "failed");
  EXPECT_EQ(job["error"], "imps dataset: ended by signal 9 (Killed)");
  EXPECT_EQ(job["result"], json());
}

TEST(Jobs, WithoutTheirProgramAreRefusedWithTheReason) {
  Studio studio;
  studio.imps = studio / "no-such-imps";
  const auto answer = studio.ask("POST", "jobs", kDataset);
  EXPECT_EQ(answer.status, 500U);
  EXPECT_NE(answer.error().find("no-such-imps: cannot be started"), std::string::npos)
      << answer.error();
  EXPECT_EQ(studio.get("jobs"), json::array());
}

TEST(Jobs, ThatFloodAreReadInBoundedMemory) {
  Studio studio;
  // Some 20 MB on each stream, the longest line 5 MB.
  studio.program(R"(
line=$(head -c 1000 /dev/zero | tr '\0' x)
yes "$line" | head -c 20000000 >&2
head -c 5000000 /dev/zero | tr '\0' y >&2
yes "$line" | head -c 20000000
echo end >&2
)");
  const json job = studio.end_of(begin(studio, kDataset));
  EXPECT_EQ(job["state"], "failed");
  EXPECT_EQ(job["lines"].size(), 500U);
  EXPECT_LT(job.dump().size(), 400'000U);
  EXPECT_NE(job["error"].get<std::string>().find("longer than"), std::string::npos);
}

TEST(Jobs, AreOneOfAKindAndFourInAll) {
  Studio studio({.last_patience = 5s});
  studio.program(hanging("exit 0"));
  const std::string dataset = begin(studio, kDataset);
  const auto second = studio.ask("POST", "jobs", kDataset);
  EXPECT_EQ(second.status, 409U);
  EXPECT_NE(second.error().find("job 1"), std::string::npos) << second.error();
  begin(studio, kTrain);
  begin(studio, R"({"kind": "evaluate"})");
  begin(studio, R"({"kind": "convert", "arguments": ["models/a.h5", "models/b.onnx"]})");
  constexpr const char* kGenerate = R"({"kind": "generate", "options": {"output": "logs/a.log"}})";
  EXPECT_EQ(studio.ask("POST", "jobs", kGenerate).status, 409U);
  ASSERT_TRUE(says(studio, dataset, "here"));
  studio.ask("DELETE", "jobs/" + dataset);
  studio.end_of(dataset);
  EXPECT_EQ(studio.ask("POST", "jobs", kGenerate).status, 201U);
  EXPECT_EQ(studio.get("jobs").size(), 5U);
}

TEST(Jobs, OfOldAreForgotten) {
  Studio studio({.kept = 3});
  studio.program("echo '{}'");
  for (int k = 0; k < 5; ++k)
    studio.end_of(begin(studio, kDataset));
  const json jobs = studio.get("jobs");
  ASSERT_EQ(jobs.size(), 3U);
  EXPECT_EQ(jobs[0]["id"], "5");
  EXPECT_EQ(studio.ask("GET", "jobs/1").status, 404U);
}

TEST(Jobs, ThatLeaveSomebodyBehindStillEnd) {
  Studio studio;
  // The one left behind holds both pipes open, and ends with the folder.
  studio.folder.write("stay", "");
  studio.program("(trap '' INT; while [ -e stay ]; do sleep 0.02; done) & echo '{}'");
  EXPECT_EQ(studio.end_of(begin(studio, kDataset))["state"], "done");
}

TEST(Jobs, TakeOnlyWhatMeansSomething) {
  Studio studio;
  for (const char* const body : {"", "[]", "{", "{}", "\xff", R"({"kind": "run"})"})
    EXPECT_EQ(studio.ask("POST", "jobs", body).status, 400U) << body;
  for (const char* const id : {"0", "1", "-1", "..", "", "a"}) {
    EXPECT_EQ(studio.ask_parts("GET", {"jobs", id}).status, 404U) << id;
    EXPECT_EQ(studio.ask_parts("DELETE", {"jobs", id}).status, 404U) << id;
  }
  EXPECT_EQ(studio.ask("PUT", "jobs").status, 405U);
  EXPECT_EQ(studio.ask("POST", "jobs/1").status, 405U);
}

TEST(Jobs, GoFromLogsToAModelThatPlaysAlone) {
  Studio studio;
  studio.imps = IMPS_PROGRAM;
  test::MadeLog log;
  log.rows(400, 2);
  studio.folder.write("logs/a.log", log.text());
  json job = studio.end_of(begin(studio, kDataset));
  ASSERT_EQ(job["state"], "done") << job.dump(1);
  EXPECT_EQ(job["result"]["takes"], 1) << job.dump(1);
  job = studio.end_of(begin(
      studio,
      R"({"kind": "train", "options": {"size": "xxs", "epochs": 1, "output": "models/a.safetensors"}})"));
  ASSERT_EQ(job["state"], "done") << job.dump(1);
  EXPECT_EQ(job["result"]["model"], "models/a.safetensors");
  EXPECT_EQ(job["progress"], 1.0);
  EXPECT_GE(job["curve"].size(), 1U);
  EXPECT_EQ(studio.get("models")[0]["file"], "a.safetensors");
  EXPECT_EQ(studio.get("models")[0]["dimension"], 3);
  EXPECT_TRUE(studio.get("models")[0]["card"].is_object());
  job = studio.end_of(begin(
      studio, R"({"kind": "convert", "arguments": ["models/a.safetensors", "models/a.onnx"]})"));
  ASSERT_EQ(job["state"], "done") << job.dump(1);
  EXPECT_EQ(studio.ask("GET", "models/a.onnx").status, 200U);
  job = studio.end_of(begin(studio, R"({"kind": "generate", "arguments": ["models/a.safetensors"],
    "options": {"output": "logs/alone.log", "frames": 20}})"));
  ASSERT_EQ(job["state"], "done") << job.dump(1);
  EXPECT_EQ(studio.get("takes").size(), 2U);
  job = studio.end_of(begin(
      studio,
      R"({"kind": "evaluate", "arguments": ["models/a.safetensors"], "options": {"frames": 100}})"));
  ASSERT_EQ(job["state"], "done") << job.dump(1);
  EXPECT_TRUE(job["result"].is_object());
}

TEST(Jobs, TrainingThatIsStoppedKeepsItsModel) {
  Studio studio;
  studio.imps = IMPS_PROGRAM;
  test::MadeLog log;
  log.rows(400, 2);
  studio.folder.write("logs/a.log", log.text());
  const std::string id = begin(
      studio,
      R"({"kind": "train", "options": {"size": "xxs", "for": "10min", "epochs": 1000000, "no-early-stopping": true}})");
  ASSERT_TRUE(studio.wait_until([&] { return studio.get("jobs/" + id)["curve"].size() >= 2; }));
  studio.ask("DELETE", "jobs/" + id);
  const json job = studio.end_of(id);
  EXPECT_EQ(job["state"], "stopped") << job.dump(1);
  EXPECT_EQ(studio.get("models").size(), 1U);
}

}  // namespace
}  // namespace imps
