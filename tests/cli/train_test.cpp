// `imps train` as a person and a script use it.
#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>
#include <signal.h>

#include <imps/model_file.h>

#include "tests/cli/program.h"
#include "tests/dataset/made_logs.h"

namespace imps::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

std::vector<json> lines_of(const std::string& text) {
  std::vector<json> lines;
  std::size_t from = 0;
  for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', from)) {
    lines.push_back(json::parse(text.substr(from, end - from), nullptr, false));
    from = end + 1;
  }
  return lines;
}

/// A folder with a take of `rows` rows, dimension 3.
struct Studio : Folder {
  explicit Studio(std::size_t rows = 300) {
    fs::create_directory(path() / "logs");
    write("logs/a-3d-mdrnn.log", MadeLog().rows(rows).text());
  }
};

const std::vector<std::string> kSmall{"train", "--units", "8", "--layers", "1", "--mixtures", "2"};

std::vector<std::string> with(std::vector<std::string> arguments,
                              const std::vector<std::string>& more) {
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

TEST(TrainCommand, GoesFromLogsToAModelThatPredicts) {
  const Studio studio;
  const Outcome outcome = imps(studio.path(), with(kSmall, {"--epochs", "5"}));
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("collated 1 log into datasets/training-dataset-3d.npz"),
                                 HasSubstr("few rows"), HasSubstr("the model is in models/")));
  const fs::path model = studio.only(".safetensors", "models");
  ASSERT_FALSE(model.empty());
  EXPECT_FALSE(studio.only(".svg", "models").empty());
  const Outcome predicted =
      imps(studio.path(), {"predict", model.string(), "--sample"}, "0.1,0.5,0.5\n");
  EXPECT_EQ(predicted.status, 0) << predicted.err;
  EXPECT_EQ(json::parse(predicted.out, nullptr, false).size(), 3U);
  const Outcome inspected = imps(studio.path(), {"inspect", model.string()});
  EXPECT_THAT(inspected.out, AllOf(HasSubstr("training-dataset-3d.npz"), HasSubstr("imps-1")));
}

TEST(TrainCommand, StreamsJsonAndTheSameSeedGivesTheSameModel) {
  const Studio studio;
  std::vector<std::string> models;
  for (const char* threads : {"1", "2"}) {
    const Outcome outcome =
        imps(studio.path(),
             with(kSmall, {"--epochs", "5", "--json", "--seed", "7", "--threads", threads}));
    ASSERT_EQ(outcome.status, 0) << outcome.err;
    const auto lines = lines_of(outcome.out);
    ASSERT_GE(lines.size(), 3U);
    EXPECT_EQ(lines.front()["event"], "start");
    EXPECT_EQ(lines[1]["event"], "epoch");
    for (const char* key : {"epoch", "train_nll", "val_nll", "seconds"})
      EXPECT_TRUE(lines[1][key].is_number()) << key;
    EXPECT_EQ(lines.back()["event"], "done");
    models.push_back(lines.back()["model"]);
  }
  ASSERT_NE(models[0], models[1]);
  const auto first = read_model_file(studio.path() / models[0]);
  const auto second = read_model_file(studio.path() / models[1]);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->weights.mus.kernel, second->weights.mus.kernel);
}

TEST(TrainCommand, InterruptedKeepsTheBestAndGoesOn) {
  const Studio studio;
  Program program(studio.path(),
                  with(kSmall, {"--epochs", "1000000", "--no-early-stopping", "--json"}));
  ASSERT_TRUE(program.prints("\"event\":\"epoch\""));
  EXPECT_EQ(program.end(SIGINT), 0) << program.err();
  EXPECT_THAT(program.out(), HasSubstr("\"ending\":\"stopped\""));
  EXPECT_FALSE(studio.only(".safetensors", "models").empty());
  ASSERT_FALSE(studio.only(".checkpoint", "checkpoints").empty());

  Program again(studio.path(), {"train", "--resume", "--json"});
  ASSERT_TRUE(again.prints("\"event\":\"epoch\"")) << again.err();
  EXPECT_THAT(again.out(), HasSubstr("\"resumed_at_batch\""));
  EXPECT_EQ(again.end(SIGTERM), 0);
}

TEST(TrainCommand, DoesNotGoOnFromACheckpointThatIsStillWritten) {
  const Studio studio;
  Program program(studio.path(),
                  with(kSmall, {"--epochs", "1000000", "--no-early-stopping", "--json"}));
  // The first checkpoint comes after a second.
  ASSERT_TRUE(program.prints("\"event\":\"start\""));
  const auto late = std::chrono::steady_clock::now() + kWait;
  while (studio.only(".checkpoint", "checkpoints").empty() &&
         std::chrono::steady_clock::now() < late) {
  }
  const Outcome second = imps(studio.path(), {"train", "--resume"});
  EXPECT_EQ(second.status, 1);
  EXPECT_THAT(second.err, HasSubstr("a training is writing it just now"));
  EXPECT_EQ(program.end(SIGTERM), 0);
  EXPECT_FALSE(fs::exists(studio.only(".lock", "checkpoints")));
}

TEST(TrainCommand, WhoseStarterIsKilledEndsByItself) {
  const Studio studio;
  Program program(studio.path(),
                  with(kSmall, {"--epochs", "1000000", "--no-early-stopping", "--json"}));
  ASSERT_TRUE(program.prints("\"event\":\"epoch\""));
  program.end(SIGKILL);
  // imps-train holds the other end of standard error: it has ended when that has.
  EXPECT_FALSE(program.says("there is nothing that it would say"));
}

TEST(TrainCommand, OnAFullDiskSaysSoAndLeavesOlderModelsWhole) {
  const Studio studio;
  ASSERT_EQ(imps(studio.path(), with(kSmall, {"--epochs", "2"})).status, 0);
  const fs::path older = studio.only(".safetensors", "models");
  const std::string before = read_text(older);
  // No file of more than half a KB: neither the checkpoint nor the model has room.
  std::vector<std::string> words{"/bin/sh", "-c", "ulimit -f 1; exec \"$@\"", "sh", IMPS_PROGRAM};
  for (const std::string& word : with(kSmall, {"--epochs", "2", "--seed", "1"}))
    words.push_back(word);
  Program program(words, studio.path(), {});
  EXPECT_EQ(program.wait(), 1);
  EXPECT_THAT(program.err(), HasSubstr("File too large"));
  EXPECT_EQ(studio.only(".safetensors", "models"), older) << "nothing new, nothing gone";
  EXPECT_EQ(read_text(older), before);
}

TEST(TrainCommand, ASweepThatIsStoppedEndsAtOnce) {
  const Studio studio;
  Program program(studio.path(), with(kSmall, {"--set", "epochs=1000000", "--no-early-stopping",
                                               "--sweep", "most_batches=20,1000000,1000001"}));
  ASSERT_TRUE(program.says("3 runs, one after another"));
  ASSERT_TRUE(program.says("most_batches=20: "));
  EXPECT_EQ(program.end(SIGTERM), 1);
  EXPECT_THAT(program.out(), ContainsRegex("most_batches=1000001 .*was not begun"));
}

TEST(TrainCommand, ASweepVariesOptionsAsTheyAreGivenAlone) {
  const Studio studio;
  const Outcome alone = imps(studio.path(), with(kSmall, {"--epochs", "2", "--json"}));
  const Outcome swept = imps(studio.path(), with(kSmall, {"--sweep", "epochs=2,3", "--json"}));
  ASSERT_EQ(alone.status, 0) << alone.err;
  ASSERT_EQ(swept.status, 0) << swept.err;
  const auto losses = [](const Outcome& outcome) {
    std::vector<double> all;
    std::istringstream lines(outcome.out);
    for (std::string line; std::getline(lines, line);) {
      const auto json = nlohmann::json::parse(line, nullptr, false);
      if (json.value("event", "") == "done" || json.value("event", "") == "run")
        all.push_back(json.value("train_nll", 0.0));
    }
    return all;
  };
  ASSERT_EQ(losses(swept).size(), 2U);
  EXPECT_EQ(losses(swept)[0], losses(alone).at(0));
  EXPECT_NE(losses(swept)[0], losses(swept)[1]);
}

TEST(TrainCommand, RefusesWhatCannotBe) {
  const Studio studio;
  const auto refuses = [&](const std::vector<std::string>& arguments, int status,
                           const char* words) {
    const Outcome outcome = imps(studio.path(), arguments);
    EXPECT_EQ(outcome.status, status) << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr(words));
  };
  refuses({"train", "--size", "huge"}, 2, "there are xxs, xs, s, m, l, xl");
  refuses({"train", "--for", "soon"}, 2, "30s, 2min or 1h");
  refuses({"train", "--recipe", "impsi"}, 2, "did you mean 'impsy'");
  refuses({"train", "--set", "rate"}, 2, "FIELD=VALUE");
  refuses({"train", "nowhere.npz"}, 1, "nowhere.npz");
  refuses({"train", "--set", "rte=1"}, 1, "rte: no recipe has such a field");
  refuses({"train", "--units", "5000"}, 2, "--units takes 1 to 4096, not 5000");
  refuses({"train", "--epochs", "-1"}, 2, "no negative number");
  refuses({"train", "--learning-rate", "nan"}, 2, "--learning-rate takes");
  refuses({"train", "--resume"}, 1, "no checkpoint");
  refuses({"train", "--resume", "--epochs", "3"}, 2, "leave out what changes the recipe");
  refuses({"train", "--sweep", ""}, 2, "what to vary");
  refuses({"train", "--sweep", "units=8,5000"}, 2, "--units takes 1 to 4096, not 5000");
  refuses({"train", "datasets/training-dataset-3d.npz", "-d", "9"}, 1,
          "has dimension 3, and -d 9 was asked for");
  studio.write("there.safetensors", "mine");
  refuses({"train", "-o", "there.safetensors"}, 1, "no model is ever overwritten");
  EXPECT_EQ(read_text(studio.path() / "there.safetensors"), "mine");
  const Studio tiny(2);
  const Outcome outcome = imps(tiny.path(), {"train"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.err, HasSubstr("too few rows"));
}

TEST(TrainCommand, WithEpochsAndATimeEndsByWhatComesFirst) {
  const Studio studio;
  const Outcome outcome =
      imps(studio.path(), with(kSmall, {"--epochs", "2", "--for", "1h", "--json"}));
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("\"ending\":\"finished\""));
}

TEST(TrainCommand, TrainsForAsLongAsItIsTold) {
  const Studio studio;
  const Outcome outcome =
      imps(studio.path(), with(kSmall, {"--for", "0.3s", "--no-early-stopping", "--json"}));
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const json done = lines_of(outcome.out).back();
  EXPECT_EQ(done["ending"], "out of time");
  EXPECT_GE(done["seconds"], 0.9 * 0.3);  // a tenth is kept for judging the result
}

TEST(TrainCommand, SaysThatThereAreNewerLogsThanTheDataset) {
  const Studio studio;
  ASSERT_EQ(imps(studio.path(), {"dataset"}).status, 0);
  const auto train = [&] { return imps(studio.path(), with(kSmall, {"--epochs", "1"})).err; };
  EXPECT_THAT(train(), Not(HasSubstr("newer log")));
  const fs::path later = studio.path() / "logs/b-3d-mdrnn.log";
  studio.write("logs/b-3d-mdrnn.log", MadeLog().rows(50).text());
  fs::last_write_time(later, fs::file_time_type::clock::now() + std::chrono::minutes(1));
  EXPECT_THAT(train(), HasSubstr("1 newer log in logs/ is not in it: 'imps dataset' takes it in"));
}

TEST(TrainCommand, SaysWhenTheTimeIsShortForTheSize) {
  const Studio studio;
  const auto notes = [&](const char* units) {
    const Outcome outcome = imps(studio.path(), {"train", "--units", units, "--for", "0.2s"});
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    return outcome.out + outcome.err;
  };
  EXPECT_THAT(notes("64"), HasSubstr("with more time, or a smaller --size"));
  EXPECT_THAT(notes("8"), Not(HasSubstr("a smaller --size")));
}

TEST(TrainCommand, WithoutMpiIsForOneProcess) {
  const Studio studio;
  const fs::path programs = studio.path() / "programs";
  fs::create_directory(programs);
  for (const char* name : {"imps", "imps-train"})
    fs::copy_file(fs::path(IMPS_PROGRAM).parent_path() / name, programs / name);
  std::vector<std::string> words = with(kSmall, {"--epochs", "5"});
  words.insert(words.begin(), programs / "imps");
  Program alone(words, studio.path(), {});
  EXPECT_EQ(alone.wait(), 0) << alone.err();
  Program one_of_two(words, studio.path(), {{"OMPI_COMM_WORLD_SIZE", "2"}});
  EXPECT_EQ(one_of_two.wait(), 1);
  EXPECT_THAT(one_of_two.err(), AllOf(HasSubstr("imps-mpi.so"), HasSubstr("install OpenMPI"),
                                      HasSubstr("start it without mpirun")));
}

}  // namespace
}  // namespace imps::test
