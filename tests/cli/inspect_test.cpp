// `imps inspect` of every kind of file, for people and for machines.
#include <csignal>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "tests/cli/program.h"
#include "tests/support/reference.h"

namespace imps::test {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;

/// What --json says of one file.
json inspected(const Folder& folder, const std::string& file, int status = 0) {
  const Outcome outcome = imps(folder.path(), {"inspect", file, "--json"});
  EXPECT_EQ(outcome.status, status) << outcome.err;
  return json::parse(outcome.out, nullptr, false);
}

TEST(Inspect, ExplainsAModel) {
  IMPS_NEEDS_REFERENCE(reference);
  Folder folder;
  const std::string model =
      (reference / "real/models/musicMDRNN-dim4-layers2-units64-mixtures5-scale10").string();
  for (const char* const ending : {".h5", ".keras", ".tflite"}) {
    const json said = inspected(folder, model + ending);
    EXPECT_EQ(said["kind"], "model");
    EXPECT_EQ(said["dimension"], 4);
    EXPECT_EQ(said["layers"], 2);
    EXPECT_EQ(said["units"], 64);
    EXPECT_EQ(said["mixtures"], 5);
    EXPECT_EQ(said["size"], "s");
    // 4·64·(4+64+1) + 4·64·(64+64+1) + 65·(2·5·4 + 5)
    EXPECT_EQ(said["parameters"], 53'613);
    EXPECT_EQ(said["digest"].get<std::string>().size(), 64U);
  }
  const Outcome people = imps(folder.path(), {"inspect", model + ".h5"});
  EXPECT_THAT(people.out,
              HasSubstr("dimension 4, s (2 × 64 units, 5 mixtures): dt and 3 controls"));
}

TEST(Inspect, DoesNotLetAFileCommandTheTerminal) {
  const Folder folder;
  folder.write("a-3d-mdrnn.events.jsonl",
               R"({"at":5,"time":"2026-02-03T20:15:31.500000","rows":1,"event":"mark",)"
               R"("number":null,"text":"\u001b[31mred\u009b"})"
               "\n");
  const Outcome outcome = imps(folder.path(), {"inspect", "a-3d-mdrnn.events.jsonl"});
  EXPECT_THAT(outcome.out, HasSubstr("\\x1b[31mred\\x9b"));
}

TEST(Inspect, ExplainsALogAndItsFaultsWithTheirLines) {
  Folder folder;
  folder.write("take-3d-mdrnn.log",
               "2026-02-03T20:15:30.000000,interface,0.5,0.25\n"
               "2026-02-03T20:15:31.000000,interface,0.75,0.25\n"
               "this is no row\n"
               "2026-02-03T20:15:32.000000,rnn,1.5,0.25\n"
               "2026-02-03T20:15:33.000000,interface,0.25,0.25\n");
  const json said = inspected(folder, "take-3d-mdrnn.log");
  EXPECT_EQ(said["kind"], "log");
  EXPECT_EQ(said["dimension"], 3);
  EXPECT_EQ(said["rows"], 4);
  EXPECT_EQ(said["performer_rows"], 3);
  EXPECT_EQ(said["model_rows"], 1);
  EXPECT_EQ(said["seconds"], 3.0);
  EXPECT_EQ(said["skipped_lines"], 1);
  EXPECT_EQ(said["faults"][0]["line"], 3);
  EXPECT_EQ(said["controls"].size(), 2U);
  const Outcome people = imps(folder.path(), {"inspect", "take-3d-mdrnn.log"});
  EXPECT_THAT(people.out, AllOf(HasSubstr("take-3d-mdrnn.log:3: "), HasSubstr("never moves")));
}

TEST(Inspect, ExplainsRealTakes) {
  IMPS_NEEDS_REFERENCE(reference);
  Folder folder;
  const json said = inspected(
      folder, (reference / "real/logs/4d-12ksmall/2019-01-18T12-37-38-4d-mdrnn.log").string());
  EXPECT_EQ(said["rows"], 922);
  EXPECT_EQ(said["dimension"], 4);
  EXPECT_EQ(said["skipped_lines"], 0);
  EXPECT_GT(said["rows_per_second"], 5);
}

TEST(Inspect, ExplainsAConfigurationAndFailsWhenItCannotBeUsed) {
  Folder folder;
  folder.write("good.toml", "[interaction]\nmode = \"battle\"\n");
  folder.write("bad.toml", "[interaction]\nmode = \"batle\"\ntrheshold = 1\n");
  const json good = inspected(folder, "good.toml");
  EXPECT_EQ(good["kind"], "config");
  EXPECT_EQ(good["settings"]["interaction"]["mode"], "battle");
  const json bad = inspected(folder, "bad.toml", 1);
  EXPECT_THAT(bad["errors"].dump(), HasSubstr("bad.toml:2:"));
  EXPECT_THAT(bad["warnings"].dump(), HasSubstr("bad.toml:3:"));
}

TEST(Inspect, ExplainsASessionAndItsEvents) {
  Folder folder;
  Musician musician;
  Program run(folder.path(), {"run", "--serverport", "0", "--clientport",
                              std::to_string(musician.port()), "-p", "-d", "3", "--seed", "42"});
  const std::uint16_t port = run.port();
  ASSERT_NE(port, 0) << run.err();
  musician.play({0.5F, 0.5F}, port);
  ASSERT_TRUE(musician.hear("/prediction"));
  musician.send(floats("/imps/sigmatemp", {0.5F}), port);
  ASSERT_TRUE(musician.is_answered(port));
  ASSERT_EQ(run.end(SIGTERM), 0);

  const json session = inspected(folder, folder.only(".session.json").string());
  EXPECT_EQ(session["kind"], "session");
  EXPECT_EQ(session["dimension"], 3);
  EXPECT_EQ(session["seed"], 42);
  EXPECT_EQ(session["settings"]["interaction"]["mode"], "polyphony");
  EXPECT_EQ(session["end"]["performer_rows"], 1);
  EXPECT_EQ(session["end"]["model_rows"], 1);
  const json events = inspected(folder, folder.only(".events.jsonl").string());
  EXPECT_EQ(events["kind"], "events");
  EXPECT_THAT(events["events"].dump(),
              AllOf(HasSubstr("\"event\":\"sigmatemp\""), HasSubstr("\"event\":\"stop\"")));
}

TEST(Inspect, OfSeveralFilesGoesOnAfterOneThatCannotBeRead) {
  Folder folder;
  folder.write("good.toml", "");
  folder.write("bad.keras", "no model");
  const Outcome outcome = imps(folder.path(), {"inspect", "bad.keras", "good.toml", ".", "--json"});
  EXPECT_EQ(outcome.status, 1);
  const json said = json::parse(outcome.out);
  ASSERT_EQ(said.size(), 3U);
  EXPECT_THAT(said[0]["error"].get<std::string>(), HasSubstr("bad.keras"));
  EXPECT_EQ(said[1]["kind"], "config");
  EXPECT_TRUE(said[2].contains("error"));
}

}  // namespace
}  // namespace imps::test
