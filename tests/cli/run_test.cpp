// `imps run` as a musician meets it: started, played to by real takes, steered, and ended.
#include <csignal>
#include <sstream>

#include <boost/asio/ip/tcp.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "log/events.h"
#include "log/reader.h"
#include "tests/cli/program.h"
#include "tests/support/reference.h"

namespace imps::test {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::Le;
using ::testing::Not;

const char* const kModel4 = "real/models/musicMDRNN-dim4-layers2-units64-mixtures5-scale10.keras";

std::vector<std::string> with_ports(const Musician& musician, std::vector<std::string> more) {
  std::vector<std::string> arguments{"run", "--serverport", "0", "--clientport",
                                     std::to_string(musician.port())};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

std::vector<std::vector<double>> rows_of(const Log& log, Voice voice) {
  std::vector<std::vector<double>> rows;
  for (std::size_t k = 0; k < log.rows(); ++k) {
    if (log.voices[k] == voice) rows.emplace_back(log.row(k).begin(), log.row(k).end());
  }
  return rows;
}

struct TakeCase {
  const char* name;
  const char* flag;
  int ends_with;
};
void PrintTo(const TakeCase& one, std::ostream* out) { *out << one.name; }

class RunWithARealTake : public ::testing::TestWithParam<TakeCase> {};

TEST_P(RunWithARealTake, AnswersItLogsItAndTheSessionRepeats) {
  IMPS_NEEDS_REFERENCE(reference);
  const TakeCase& one = GetParam();
  const std::string take =
      (reference / "real/logs/4d-12ksmall/2019-01-17T12-37-38-4d-mdrnn.log").string();
  Folder folder;
  Musician musician;
  Program run(folder.path(), with_ports(musician, {(reference / kModel4).string(), one.flag,
                                                   "--seed", "5", "--max-rest", "1"}));
  const std::uint16_t port = run.port();
  ASSERT_NE(port, 0) << run.err();
  ASSERT_TRUE(run.says("dimension 4, s (2 × 64 units, 5 mixtures)")) << run.err();

  // Two seconds of the take with its own rests, as `imps replay` plays it.
  const Outcome replay = imps(
      folder.path(), {"replay", take, "--to", "2", "--to-port", std::to_string(port), "--json"});
  ASSERT_EQ(replay.status, 0) << replay.err;
  const auto sent = nlohmann::json::parse(replay.out)["sent"].get<std::size_t>();
  ASSERT_GT(sent, 30U);

  // Until the silence has been answered, where there are answers.
  const std::string flag = one.flag;
  std::vector<OscMessage> heard;
  if (flag != "-o") {
    const std::size_t enough = flag == "-p" ? sent : 20;
    while (heard.size() < enough) {
      auto prediction = musician.hear("/prediction");
      ASSERT_TRUE(prediction) << heard.size() << " of " << enough << "\n" << run.err();
      heard.push_back(std::move(*prediction));
    }
  }
  ASSERT_TRUE(musician.is_answered(port));
  EXPECT_EQ(musician.count(port, "frames"), static_cast<std::int64_t>(sent));
  EXPECT_EQ(run.end(one.ends_with), 0) << run.err();
  for (auto& late : musician.heard_so_far("/prediction"))
    heard.push_back(std::move(late));

  // Every frame was logged as it was played, every prediction as it was heard.
  const fs::path path = folder.only("-4d-mdrnn.log");
  ASSERT_FALSE(path.empty()) << run.err();
  EXPECT_THAT(run.err(), HasSubstr("the take is in logs/" + path.filename().string()));
  const auto log = read_log(path);
  ASSERT_TRUE(log);
  EXPECT_EQ(log->report.skipped, 0U);
  const auto played = read_log(fs::path(take));
  auto expected = rows_of(*played, Voice::performer);
  expected.resize(sent);
  EXPECT_EQ(rows_of(*log, Voice::performer), expected);
  const auto predictions = rows_of(*log, Voice::model);
  ASSERT_EQ(predictions.size(), heard.size());
  for (std::size_t k = 0; k < heard.size(); ++k) {
    const auto values = heard[k].numbers();
    ASSERT_EQ(values.size(), 3U);
    EXPECT_THAT(values, Each(AllOf(Ge(0.0), Le(1.0))));
    for (std::size_t i = 0; i < 3; ++i)
      ASSERT_EQ(values[i], static_cast<double>(static_cast<float>(predictions[k][i])));
  }

  // The counts are what the mode asks for.
  fs::path events_path = path;
  const auto events = read_events(events_path.replace_extension(".events.jsonl"));
  ASSERT_TRUE(events);
  std::size_t to_model = 0;
  for (const LogEvent& event : events->events)
    to_model += event.name == "hand_over" && event.text == "model" ? 1U : 0U;
  if (flag == "-o") {
    EXPECT_EQ(predictions.size() + to_model, 0U);
  }
  if (flag == "-p") {
    EXPECT_EQ(predictions.size(), sent) << "one for each frame";
  }
  if (flag == "-b") {
    EXPECT_EQ(to_model, 1U) << "once, with the first frame";
  }
  if (flag == "-c") {
    std::size_t silences = 1;  // after the last frame
    std::int64_t before = -1;
    for (std::size_t k = 0; k < log->rows(); ++k) {
      if (log->voices[k] != Voice::performer) continue;
      if (before >= 0 && log->local_us[k] - before >= 100'000) ++silences;
      before = log->local_us[k];
    }
    // Where the program woke up just after the threshold the performer may have come first.
    EXPECT_LE(to_model, silences);
    EXPECT_GE(to_model, 1U);
  }

  // And all of it happens again, bit for bit.
  const Outcome again = imps(folder.path(), {"replay", path.string(), "--verify", "--models",
                                             (reference / "real/models").string(), "--json"});
  EXPECT_EQ(again.status, 0) << again.out << again.err;
  const auto verdict = nlohmann::json::parse(again.out);
  EXPECT_EQ(verdict["same"], true) << again.out;
  EXPECT_EQ(verdict["performer_rows"], sent);
  EXPECT_EQ(verdict["predictions"], predictions.size());
}

INSTANTIATE_TEST_SUITE_P(Modes, RunWithARealTake,
                         ::testing::Values(TakeCase{"CallResponse", "-c", SIGTERM},
                                           TakeCase{"Polyphony", "-p", SIGINT},
                                           TakeCase{"Battle", "-b", SIGTERM},
                                           TakeCase{"UserOnly", "-o", SIGINT}),
                         [](const auto& one) { return one.param.name; });

TEST(Run, WithNothingGivenTakesItsDimensionFromTheFirstMessageAndSaysWhatItPlays) {
  Folder folder;
  Musician musician;
  Program run(folder.path(), with_ports(musician, {}));
  const std::uint16_t port = run.port();
  ASSERT_NE(port, 0) << run.err();
  EXPECT_TRUE(run.says("waiting for the first message"));
  ASSERT_TRUE(musician.is_answered(port));
  EXPECT_FALSE(musician.hear("/prediction", std::chrono::milliseconds(50)))
      << "nothing is sent before anybody has played";
  EXPECT_FALSE(fs::exists(folder.path() / "logs")) << "a take without rows leaves no files";
  musician.play({0.1F, 0.2F, 0.3F, 0.4F, 0.5F}, port);
  EXPECT_TRUE(run.says("dimension 6: dt and 5 controls"));
  EXPECT_TRUE(run.says("playing the built-in model (there is none of dimension 6 in models/)"));
  const auto answer = musician.hear("/prediction");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->numbers().size(), 5U);
  musician.play({0.1F, 0.2F}, port);
  EXPECT_EQ(musician.count(port, "wrong_count"), 1) << "another number of controls is refused";
  EXPECT_EQ(run.end(SIGINT), 0);
  EXPECT_THAT(folder.only(".log").string(), HasSubstr("-6d-mdrnn.log"));
}

TEST(Run, UnderstandsTheFlagsOf2019) {
  Folder folder;
  Musician musician;
  Program run(folder.path(), {"run",
                              "-d=9",
                              "--modelsize",
                              "xs",
                              "-l",
                              "-v",
                              "-p",
                              "--callresponsethresh",
                              "2.0",
                              "--clientip",
                              "localhost",
                              "--clientport",
                              std::to_string(musician.port()),
                              "--serverip",
                              "localhost",
                              "--serverport",
                              "0",
                              "--sigmatemp",
                              "0.05",
                              "--pitemp",
                              "1.5"});
  const std::uint16_t port = run.port();
  ASSERT_NE(port, 0) << run.err();
  EXPECT_TRUE(run.says("mode polyphony, threshold 2 s"));
  EXPECT_TRUE(run.says("there is none of dimension 9 and size xs in models/")) << run.err();
  musician.play(std::vector<float>(8, 0.25F), port);
  const auto answer = musician.hear("/prediction");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->numbers().size(), 8U);
  EXPECT_TRUE(run.says("performer 0.25 0.25")) << "-v prints frames";
  EXPECT_TRUE(run.says("model     0."));
  const auto status = musician.status(port);
  EXPECT_FLOAT_EQ(static_cast<float>(std::get<double>(status.at("sigmatemp"))), 0.05F);
  EXPECT_FLOAT_EQ(static_cast<float>(std::get<double>(status.at("pitemp"))), 1.5F);
  EXPECT_EQ(run.end(SIGTERM), 0);
}

TEST(Run, TakesAnImpsyConfigurationAndAnswersWhereItsPatchesListen) {
  Folder folder;
  Musician musician;
  const fs::path config = folder.write("config.toml",
                                       "title = \"a patch of the field\"\n"
                                       "owner = \"somebody\"\n"
                                       "log_input = true\n"
                                       "log_predictions = true\n"
                                       "verbose = false\n"
                                       "[interaction]\nmode = \"polyphony\"\nthreshold = 0.1\n"
                                       "input_thru = false\n"
                                       "[model]\ndimension = 3\nsize = \"s\"\nsigmatemp = 0.01\n"
                                       "pitemp = 1.0\ntimescale = 1.0\n"
                                       "[osc]\nserver_ip = \"localhost\"\nserver_port = 6000\n"
                                       "client_ip = \"localhost\"\nclient_port = " +
                                           std::to_string(musician.port()) + "\n");
  // The port is another one only because tests run side by side.
  Program run(folder.path(), {"run", "config.toml", "--serverport", "0"});
  const std::uint16_t port = run.port();
  ASSERT_NE(port, 0) << run.err();
  EXPECT_THAT(run.err(), HasSubstr("one of IMPSY's"));
  musician.play({0.5F, 0.75F}, port);
  const auto answer = musician.hear();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->address, "/impsy");
  EXPECT_EQ(answer->numbers().size(), 2U);
  musician.send(text_message("/impsy/mode", "useronly"), port);
  const auto status = musician.status(port);
  EXPECT_EQ(std::get<std::string>(status.at("mode")), "useronly");
  EXPECT_EQ(run.end(SIGTERM), 0);
}

TEST(Run, TellsEveryFaultOfAConfigurationAtOnceWithItsPlace) {
  Folder folder;
  folder.write("imps.toml",
               "[interaction]\n"
               "mode = \"calresponse\"\n"
               "threshold = -1\n"
               "[model]\n"
               "dimension = \"four\"\n"
               "pitmep = 1.0\n");
  const Outcome outcome = imps(folder.path(), {"run"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.err,
              AllOf(HasSubstr("imps.toml:2:"), HasSubstr("callresponse"), HasSubstr("imps.toml:3:"),
                    HasSubstr("threshold"), HasSubstr("imps.toml:5:"), HasSubstr("dimension"),
                    HasSubstr("imps.toml:6:"), HasSubstr("pitemp")));
  EXPECT_THAT(outcome.err, Not(HasSubstr("listening")));
}

TEST(Run, ReadsItsConfigurationAgainOnSighupAndWhenItIsSaved) {
  Folder folder;
  Musician musician;
  const auto write = [&](const std::string& interaction) {
    return folder.write("imps.toml",
                        "[interaction]\n" + interaction +
                            "\n[osc]\nlisten = \"localhost:0\"\noutputs = [\"localhost:" +
                            std::to_string(musician.port()) + "\"]\n[log]\nenabled = false\n" +
                            "[model]\ndimension = 3\n");
  };
  write("mode = \"callresponse\"\nthreshold = 0.5");
  Program run(folder.path(), {"run"});
  const std::uint16_t port = run.port();
  ASSERT_NE(port, 0) << run.err();
  ASSERT_TRUE(run.says("mode callresponse, threshold 0.5 s"));

  write("mode = \"polyphony\"\nthreshold = 0.25");
  run.signal(SIGHUP);
  ASSERT_TRUE(run.says("interaction.mode: taken over")) << run.err();
  ASSERT_TRUE(run.says("interaction.threshold: taken over"));
  auto status = musician.status(port);
  EXPECT_EQ(std::get<std::string>(status.at("mode")), "polyphony");
  EXPECT_EQ(std::get<double>(status.at("threshold")), 0.25);

  write("mode = \"pollyphony\"");
  run.signal(SIGHUP);
  ASSERT_TRUE(run.says("the configuration in force stays as it was")) << run.err();
  EXPECT_EQ(std::get<std::string>(musician.status(port).at("mode")), "polyphony");

  write("mode = \"polyphony\"\nseed = 7");
  run.signal(SIGHUP);
  ASSERT_TRUE(run.says("interaction.seed: taken over"));
  EXPECT_EQ(musician.count(port, "seed"), 7);

  write("mode = \"battle\"\nmax_rest = 3.0\nstart = \"now\"");  // saved, and nothing else
  ASSERT_TRUE(run.says("interaction.max_rest: taken over"));
  ASSERT_TRUE(run.says("interaction.start: changed, and takes effect at the next start"));
  EXPECT_EQ(std::get<std::string>(musician.status(port).at("mode")), "battle");

  std::filesystem::remove(folder / "imps.toml");
  ASSERT_TRUE(run.says("imps.toml has gone: what it said stays in force")) << run.err();
  const char* const says_nothing = "imps.toml says nothing: what it said stays in force";
  std::size_t times = 0;
  for (const char* const nothing : {"", "\n", "\xef\xbb\xbf", "# later\n"}) {
    folder.write("imps.toml", nothing);  // as editors do that empty a file first
    ASSERT_TRUE(run.says_times(says_nothing, ++times)) << run.err();
  }
  run.signal(SIGHUP);
  ASSERT_TRUE(run.says_times(says_nothing, ++times)) << run.err();
  EXPECT_EQ(std::get<std::string>(musician.status(port).at("mode")), "battle");
  write("mode = \"useronly\"");
  ASSERT_TRUE(run.says("interaction.mode: taken over")) << run.err();
  EXPECT_EQ(run.end(SIGTERM), 0);
}

TEST(Run, SaysWhatItIsPlayedOn) {
  Folder folder;
  folder.write("imps.toml",
               "[instrument]\nname = \"pads\"\ncontrols = [\"left\", \"right\"]\n"
               "[osc]\nlisten = \"localhost:0\"\n[web]\nenabled = false\n");
  Program run(folder.path(), {"run"});
  EXPECT_TRUE(run.says("played on pads (left, right)")) << run.err();
  const std::uint16_t port = run.port();
  ASSERT_NE(port, 0);
  Musician musician;
  musician.play({0.5F, 0.25F}, port);
  ASSERT_TRUE(musician.is_answered(port));
  EXPECT_EQ(run.end(SIGTERM), 0);
  const Outcome told = imps(folder.path(), {"inspect", folder.only(".log").string()});
  EXPECT_THAT(told.out, AllOf(HasSubstr("played on pads (left, right)"), HasSubstr("x_1 (left): "),
                              HasSubstr("x_2 (right): ")));
}

TEST(Run, ChangesScenesWhenAskedAndKeepsWhatNoSceneSpeaksOf) {
  Folder folder;
  Musician musician;
  folder.write("imps.toml",
               "[interaction]\nmode = \"callresponse\"\nthreshold = 0.5\n"
               "[model]\ndimension = 3\nsigmatemp = 0.1\n"
               "[osc]\nlisten = \"localhost:0\"\noutputs = [\"localhost:" +
                   std::to_string(musician.port()) +
                   "\"]\n"
                   "[scenes.filter]\ninteraction.mode = \"polyphony\"\n"
                   "route.output = [1, \"1 1 0\", \"hold 0.25\"]\n"
                   "[scenes.storm]\nmodel.sigmatemp = 0.9\n");
  Program run(folder.path(), {"run"});
  const std::uint16_t port = run.port();
  ASSERT_NE(port, 0) << run.err();
  musician.send(floats("/imps/threshold", {0.75F}), port);

  musician.send(text_message("/imps/scene", "filter"), port);
  ASSERT_TRUE(run.says("scene filter")) << run.err();
  auto status = musician.status(port);
  EXPECT_EQ(std::get<std::string>(status.at("scene")), "filter");
  EXPECT_EQ(std::get<std::string>(status.at("mode")), "polyphony");
  EXPECT_EQ(std::get<double>(status.at("threshold")), 0.75) << "no scene speaks of it";
  EXPECT_NEAR(std::get<double>(status.at("sigmatemp")), 0.1, 1e-6);
  musician.play({0.5F, 0.5F}, port);
  const auto answer = musician.hear("/prediction");
  ASSERT_TRUE(answer);
  const auto values = answer->numbers();
  ASSERT_EQ(values.size(), 3U);
  EXPECT_NEAR(values[1], 1 - values[0], 1e-6);
  EXPECT_NEAR(values[2], 0.25, 1e-6);

  musician.send(text_message("/imps/scene", "next"), port);
  ASSERT_TRUE(run.says("scene storm")) << run.err();
  status = musician.status(port);
  EXPECT_EQ(std::get<std::string>(status.at("mode")), "callresponse") << "as in the file";
  EXPECT_NEAR(std::get<double>(status.at("sigmatemp")), 0.9, 1e-6);
  musician.send(text_message("/imps/scene", "previous"), port);
  ASSERT_TRUE(run.says("scene filter"));
  musician.send(text_message("/imps/scene", "fliter"), port);
  ASSERT_TRUE(run.says("there is no scene \"fliter\": there are filter, storm")) << run.err();
  EXPECT_EQ(run.end(SIGTERM), 0);

  const Outcome again = imps(folder.path(), {"replay", folder.only(".log").string(), "--verify"});
  EXPECT_EQ(again.status, 0) << again.out << again.err;
}

TEST(Run, ChangesTheModelWithASceneAndWithAnEditWhereTheDimensionIsKnownFromTheStart) {
  IMPS_NEEDS_REFERENCE(reference);
  Folder folder;
  Musician musician;
  fs::create_directory(folder / "models");
  for (const char* const name : {"a.keras", "b.keras"})
    fs::copy_file(reference / kModel4, folder / "models" / name);
  const auto write = [&](const std::string& file) {
    folder.write(
        "imps.toml",
        "[model]\ndimension = 4\nfile = \"" + file +
            "\"\n[osc]\nlisten = \"localhost:0\"\n[log]\nenabled = "
            "false\n[web]\nenabled = false\n[scenes.storm]\nmodel.file = \"models/a.keras\"\n"
            "[scenes.calm]\nmodel.file = \"models/none.keras\"\n");
  };
  write("models/b.keras");
  Program run(folder.path(), {"run"});
  const std::uint16_t port = run.port();
  ASSERT_NE(port, 0) << run.err();
  ASSERT_TRUE(run.says("models/none.keras")) << "what is missing is said before it is needed";
  const auto playing = [&] { return std::get<std::string>(musician.status(port).at("model")); };
  EXPECT_EQ(playing(), "models/b.keras");
  musician.send(text_message("/imps/scene", "storm"), port);
  ASSERT_TRUE(run.says("scene storm")) << run.err();
  EXPECT_EQ(playing(), "models/a.keras");
  musician.send(text_message("/imps/scene", "calm"), port);
  ASSERT_TRUE(run.says("scene calm")) << run.err();
  EXPECT_EQ(playing(), "models/a.keras") << "it plays on";
  EXPECT_EQ(run.end(SIGTERM), 0);

  write("models/b.keras");
  Program edited(folder.path(), {"run"});
  const std::uint16_t there = edited.port();
  ASSERT_NE(there, 0) << edited.err();
  write("models/a.keras");
  edited.signal(SIGHUP);
  ASSERT_TRUE(edited.says("model.file: taken over")) << edited.err();
  EXPECT_EQ(std::get<std::string>(musician.status(there).at("model")), "models/a.keras");
  write("models/nothing.keras");
  edited.signal(SIGHUP);
  ASSERT_TRUE(edited.says("models/nothing.keras: there is no such file")) << edited.err();
  EXPECT_EQ(std::get<std::string>(musician.status(there).at("model")), "models/a.keras");
  EXPECT_EQ(edited.end(SIGTERM), 0);
}

TEST(Run, LearnsHowManyControlsThereAreFromAnEditToo) {
  Folder folder;
  Musician musician;
  const auto write = [&](const std::string& midi) {
    folder.write("imps.toml", "[osc]\nlisten = \"localhost:0\"\noutputs = [\"localhost:" +
                                  std::to_string(musician.port()) + "\"]\n" + midi);
  };
  write("");
  Program run(folder.path(), {"run"});
  const std::uint16_t port = run.port();
  ASSERT_NE(port, 0) << run.err();
  ASSERT_TRUE(run.says("waiting for the first message")) << run.err();

  write(
      "[interaction]\nmode = \"polyphony\"\n[midi]\napi = \"core\"\nin_device = \"Knobs\"\n"
      "input = [\"control_change 1 1\", \"control_change 1 2\"]\n");
  run.signal(SIGHUP);
  ASSERT_TRUE(run.says("dimension 3: dt and 2 controls")) << run.err();
  ASSERT_TRUE(run.says("of dimension 3")) << run.err();
  EXPECT_EQ(musician.count(port, "dimension"), 3);
  musician.play({0.5F, 0.25F}, port);
  EXPECT_TRUE(musician.hear("/prediction")) << "by the mode that was set with it";

  write(
      "[interaction]\nmode = \"polyphony\"\n[midi]\napi = \"core\"\nin_device = \"Knobs\"\n"
      "input = [\"control_change 1 1\", \"control_change 1 2\", \"note_on 1\"]\n");
  run.signal(SIGHUP);
  EXPECT_TRUE(run.says("3 controls are mapped, and the model that plays has 2")) << run.err();
  EXPECT_EQ(musician.count(port, "dimension"), 3);
  EXPECT_EQ(run.end(SIGTERM), 0);

  const Outcome again = imps(folder.path(), {"replay", folder.only(".log").string(), "--verify"});
  EXPECT_EQ(again.status, 0) << again.out << again.err;
}

TEST(Run, OpensAnInterfaceAnewWhenTheConfigurationSaysSoAndTheOthersPlayOn) {
  Folder folder;
  Musician musician;
  Musician other;
  const auto write = [&](const Musician& hears, const std::string& more) {
    folder.write("imps.toml",
                 "[interaction]\nmode = \"polyphony\"\n[model]\ndimension = 2\n[log]\nenabled = "
                 "false\n[osc]\nlisten = \"localhost:0\"\noutputs = [\"localhost:" +
                     std::to_string(hears.port()) + "\"]\n" + more);
  };
  write(musician, "");
  Program run(folder.path(), {"run"});
  const std::uint16_t port = run.port();
  ASSERT_NE(port, 0) << run.err();
  musician.play({0.5F}, port);
  ASSERT_TRUE(musician.hear("/prediction"));

  write(other, "");
  run.signal(SIGHUP);
  ASSERT_TRUE(run.says("osc.outputs: taken over")) << run.err();
  ASSERT_TRUE(musician.is_answered(port)) << "the port is the same";
  musician.play({0.6F}, port);
  ASSERT_TRUE(other.hear("/prediction"));

  // A port that somebody else has is said, and the rest goes on, however often it is asked for; and
  // it is had once it is free.
  namespace asio = boost::asio;
  asio::io_context loop;
  asio::ip::tcp::acceptor busy(loop, {asio::ip::address_v4::loopback(), 0});
  const std::string listen =
      "[websocket]\nlisten = \"localhost:" + std::to_string(busy.local_endpoint().port()) + "\"\n";
  for (std::size_t times = 1; times <= 2; ++times) {
    write(other, listen);
    run.signal(SIGHUP);
    ASSERT_TRUE(run.says_times("in use by another program", times)) << run.err();
    musician.play({0.6F + 0.1F * static_cast<float>(times)}, port);
    ASSERT_TRUE(other.hear("/prediction"));
  }
  EXPECT_THAT(run.err(), Not(HasSubstr("websocket.listen: taken over")));
  busy.close();
  run.signal(SIGHUP);
  ASSERT_TRUE(run.says("websocket.listen: taken over")) << run.err();
  EXPECT_EQ(run.end(SIGTERM), 0);
}

TEST(Run, KeepsThePortThatItHasWhileAnotherOneIsTaken) {
  Folder folder;
  Musician musician;
  const Musician busy;
  const auto write = [&](std::uint16_t port, double threshold) {
    folder.write("imps.toml", fmt::format("[interaction]\nmode = \"polyphony\"\nthreshold = {}\n"
                                          "[model]\ndimension = 2\n[log]\nenabled = false\n"
                                          "[osc]\nlisten = \"localhost:{}\"\n"
                                          "outputs = [\"localhost:{}\"]\n",
                                          threshold, port, musician.port()));
  };
  write(0, 1.0);
  Program run(folder.path(), {"run"});
  const std::uint16_t port = run.port();
  ASSERT_NE(port, 0) << run.err();
  for (std::size_t times = 1; times <= 3; ++times) {
    write(busy.port(), 1.0 + static_cast<double>(times));
    run.signal(SIGHUP);
    ASSERT_TRUE(run.says_times("is taken: ", times)) << run.err();
    ASSERT_TRUE(run.says_times("interaction.threshold: taken over", times)) << run.err();
    musician.play({0.1F * static_cast<float>(times)}, port);
    ASSERT_TRUE(musician.hear("/prediction")) << times;
  }
  EXPECT_THAT(run.out() + run.err(), Not(HasSubstr("osc.listen: taken over")));
}

TEST(Run, PlaysAnotherModelWhenAskedForItLive) {
  IMPS_NEEDS_REFERENCE(reference);
  Folder folder;
  Musician musician;
  fs::create_directories(folder.path() / "models");
  const std::string name = "musicMDRNN-dim4-layers2-units64-mixtures5-scale10";
  for (const char* const ending : {".keras", ".tflite"})
    fs::copy_file(reference / "real/models" / (name + ending),
                  folder.path() / "models" / (name + ending));
  folder.write("models/damaged.keras", "this is no model");
  Program run(folder.path(), with_ports(musician, {"models/" + name + ".keras", "-p"}));
  const std::uint16_t port = run.port();
  ASSERT_NE(port, 0) << run.err();
  musician.play({0.5F, 0.5F, 0.5F}, port);
  ASSERT_TRUE(musician.hear("/prediction"));

  musician.send(text_message("/imps/model", name + ".tflite"), port);
  ASSERT_TRUE(run.says("playing models/" + name + ".tflite")) << run.err();
  ASSERT_TRUE(musician.is_answered(port));
  musician.send(text_message("/imps/model", "damaged.keras"), port);
  ASSERT_TRUE(run.says("the model that plays goes on")) << run.err();
  musician.send(text_message("/imps/model", "../secret.keras"), port);
  EXPECT_EQ(musician.count(port, "refused_commands"), 1) << "a name in models/, nothing else";
  EXPECT_EQ(std::get<std::string>(musician.status(port).at("model")), "models/" + name + ".tflite");
  musician.play({0.5F, 0.25F, 0.5F}, port);
  ASSERT_TRUE(musician.hear("/prediction"));
  EXPECT_EQ(run.end(SIGTERM), 0);

  const Outcome again = imps(folder.path(), {"replay", folder.only(".log").string(), "--verify"});
  EXPECT_EQ(again.status, 0) << again.out << again.err;
}

TEST(Run, TellsWhatHappensAsJsonWhenAsked) {
  Folder folder;
  Musician musician;
  Program run(folder.path(), with_ports(musician, {"--json", "--no-log", "-d", "3"}));
  ASSERT_TRUE(run.prints("mode callresponse")) << run.out() << run.err();
  EXPECT_EQ(run.end(SIGTERM), 0);
  std::istringstream lines(run.out());
  std::size_t count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    const auto object = nlohmann::json::parse(line, nullptr, false);
    ASSERT_TRUE(object.is_object()) << line;
    EXPECT_TRUE(object["kind"].is_string() && object["text"].is_string()) << line;
  }
  EXPECT_GE(count, 3U);
  EXPECT_EQ(run.err(), "");
  EXPECT_FALSE(fs::exists(folder.path() / "logs"));
}

TEST(RunCommand, ChecksAConfigurationAndStops) {
  const Folder folder;
  folder.write("good.toml", "[websocket]\ninput = [[\"note_on\", 1]]\n");
  const Outcome good = imps(folder.path(), {"run", "--check", "good.toml"});
  EXPECT_EQ(good.status, 0) << good.err;
  EXPECT_THAT(good.err, HasSubstr("it can be performed with"));
  folder.write("bad.toml", "[websocket]\ninput = [[\"note_om\", 1]]\n");
  const Outcome bad = imps(folder.path(), {"run", "--check", "bad.toml"});
  EXPECT_EQ(bad.status, 1);
  EXPECT_THAT(bad.err, HasSubstr("bad.toml:2:10: websocket.input: \"note_om 1\" is no mapping"));
  folder.write("early.toml", "interaction.ahead = true\n[serial]\nport = \"/dev/ttyX\"\n");
  const Outcome early = imps(folder.path(), {"run", "--check", "early.toml"});
  EXPECT_EQ(early.status, 1);
  EXPECT_THAT(early.err, HasSubstr("predictions would sound early"));
}

TEST(InitCommand, LeavesAFolderThatCanBePlayedIn) {
  const Folder folder;
  const Outcome made =
      imps(folder.path(), {"init", "trio", "--name", "Knobs \"8\"", "--controls", "3", "--midi-in",
                           "X-TOUCH", "--midi-out", "Volca", "--websocket", "--yes"});
  ASSERT_EQ(made.status, 0) << made.err;
  EXPECT_THAT(made.out, HasSubstr("  cd trio\n  imps run\n"));
  const Outcome checked = imps(folder.path(), {"run", "--check", "trio/imps.toml"});
  EXPECT_EQ(checked.status, 0) << checked.err;
  EXPECT_THAT(checked.err, Not(HasSubstr("warning")));
  const Outcome seen = imps(folder.path(), {"inspect", "trio/imps.toml"});
  EXPECT_THAT(seen.out, AllOf(HasSubstr("instrument.name = \"Knobs \\\"8\\\"\""),
                              HasSubstr("model.dimension = 4"), HasSubstr("control_change 1 3")));
  const Outcome again = imps(folder.path(), {"init", "trio", "--yes"});
  EXPECT_EQ(again.status, 1);
  EXPECT_THAT(again.err, HasSubstr("is there already"));
  EXPECT_EQ(imps(folder.path(), {"init", "x", "--controls", "129"}).status, 2);
  EXPECT_EQ(imps(folder.path(), {"init", "x", "-d", "1"}).status, 2);
  EXPECT_EQ(imps(folder.path(), {"init", "x", "-d", "5", "--controls", "5"}).status, 2);
  EXPECT_EQ(imps(folder.path(), {"init", "five", "-d", "5"}).status, 0);
  EXPECT_THAT(read_text(folder / "five/imps.toml"), HasSubstr("dimension = 5\n"));
  const Outcome plain = imps(folder.path(), {"init", "plain"});  // no terminal: nothing is asked
  EXPECT_EQ(plain.status, 0) << plain.err;
  EXPECT_EQ(imps(folder.path(), {"run", "--check", "plain/imps.toml"}).status, 0);
}

TEST(InitCommand, SaysHowToPlayFromAFolderOfAnyName) {
  const Folder folder;
  EXPECT_THAT(imps(folder.path(), {"init", "--yes"}).out,
              HasSubstr("imps.toml: written; 'imps run' plays with it"));
  EXPECT_THAT(imps(folder.path(), {"init", "my trio's", "--yes"}).out,
              HasSubstr("  cd 'my trio'\\''s'\n  imps run\n"));
  EXPECT_THAT(imps(folder.path(), {"init", "--yes", "--", "-x"}).out, HasSubstr("  cd ./-x\n"));
}

TEST(InitCommand, SaysWhatItWroteAsJson) {
  const Folder folder;
  const Outcome made =
      imps(folder.path(), {"init", "my trio", "--controls", "3", "--midi-in", "X-TOUCH", "--json"});
  ASSERT_EQ(made.status, 0) << made.err;
  const auto json = nlohmann::json::parse(made.out, nullptr, false);
  ASSERT_TRUE(json.is_object()) << made.out;
  EXPECT_EQ(json["path"], "my trio/imps.toml");
  EXPECT_THAT(json["text"].get<std::string>(), HasSubstr("in_device = [\"X-TOUCH\"]"));
  EXPECT_EQ(json["commands"], (std::vector<std::string>{"cd 'my trio'", "imps run"}));
  EXPECT_TRUE(json["midi"]["inputs"].is_array());
  EXPECT_TRUE(json["midi"]["outputs"].is_array());
  ASSERT_EQ(json["warnings"].size(), 1U);
  EXPECT_THAT(json["warnings"][0].get<std::string>(), HasSubstr("controllers 1 to 3"));
}

TEST(InitCommand, RefusesASerialLineThatCannotBeOpened) {
  const Folder folder;
  const Outcome refused = imps(folder.path(), {"init", "--serial", "usb:zz", "--yes"});
  EXPECT_EQ(refused.status, 2);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("\"usb:zz\""), HasSubstr("usb:0d28:0204")));
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "imps.toml"));
  EXPECT_EQ(imps(folder.path(), {"init", "--serial", "usb:0d28:0204", "--yes"}).status, 0);
}

TEST(PortsCommand, ListsWhatIsThereOrWhyThereIsNothing) {
  const Folder folder;
  const std::map<std::string, std::string> alone{{"JACK_DEFAULT_SERVER", "nobody-runs-this"}};
  Program program(folder.path(), {"ports", "--json"}, alone);
  EXPECT_EQ(program.wait(), 0) << program.err();
  const auto json = nlohmann::json::parse(program.out(), nullptr, false);
  ASSERT_TRUE(json.is_object()) << program.out();
  EXPECT_TRUE(json["midi"]["inputs"].is_array());
  EXPECT_TRUE(json["serial"].is_array());
  EXPECT_EQ(program.err(), "") << "no library speaks";
  Program words(folder.path(), {"ports"}, alone);
  EXPECT_EQ(words.wait(), 0);
  EXPECT_THAT(words.out(), HasSubstr("MIDI"));
  EXPECT_THAT(words.out(), HasSubstr("serial lines:"));
  Program watching(folder.path(), {"ports", "--watch"}, alone);
  ASSERT_TRUE(watching.prints("serial lines:"));
  EXPECT_EQ(watching.end(SIGINT), 0);
}

}  // namespace
}  // namespace imps::test
