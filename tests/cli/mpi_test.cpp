// `mpirun -n N imps train`: several processes train one model, or many.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <imps/model_file.h>

#include "tests/cli/program.h"
#include "tests/dataset/made_logs.h"

namespace imps::test {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

using Words = std::vector<std::string>;

/// What a run that has lost a process may take to end.
constexpr auto kEndsWithin = 30s;
/// Batches that no test waits for.
constexpr int kForever = 1'000'000;

fs::path find_mpirun() {
  const char* const path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "" : path);
  for (std::string folder; std::getline(folders, folder, ':');) {
    const fs::path program = fs::path(folder) / "mpirun";
    if (::access(program.c_str(), X_OK) == 0) return program;
  }
  return {};
}

std::vector<json> lines_of(const std::string& text) {
  std::istringstream lines(text);
  std::vector<json> all;
  for (std::string line; std::getline(lines, line);)
    all.push_back(json::parse(line, nullptr, false));
  return all;
}

/// Every number of a model.
std::vector<float> numbers_of(const fs::path& path) {
  const auto model = read_model_file(path);
  if (!model) return {};
  std::vector<float> all;
  const auto add = [&all](const std::vector<float>& some) {
    all.insert(all.end(), some.begin(), some.end());
  };
  for (const auto& layer : model->weights.lstm) {
    add(layer.kernel);
    add(layer.recurrent_kernel);
    add(layer.bias);
  }
  for (const auto* dense : {&model->weights.mus, &model->weights.sigmas, &model->weights.pi}) {
    add(dense->kernel);
    add(dense->bias);
  }
  return all;
}

/// What a run said of itself with --json, and what it left.
struct Trained {
  int status = 0;
  std::string err;
  std::vector<double> batches;  ///< of each judgement
  std::vector<double> losses;   ///< training and validation, of each judgement; then of the end
  std::vector<float> model;
};

/// A folder with a dataset of one take, and those who train on it.
class UnderMpirun : public ::testing::Test {
 protected:
  void SetUp() override {
    if (mpirun_.empty() || !fs::exists(fs::path(IMPS_PROGRAM).parent_path() / "imps-mpi.so")) {
      ASSERT_TRUE(std::getenv("IMPS_REFERENCE_REQUIRED") == nullptr)
          << "OpenMPI is required here and is not there";
      GTEST_SKIP() << "needs OpenMPI: mpirun in $PATH, and imps built where its headers are";
    }
    // Dithered and mirrored: what is drawn must not depend on who draws it. The last batch of a
    // pass is not a whole one: 50 windows of 64.
    folder_.write("logs/a-3d-mdrnn.log", MadeLog().rows(800).text());
    ASSERT_EQ(imps(folder_.path(), {"dataset"}).status, 0);
  }

  /// `imps train` of a small model in batches of 8 slices.
  static Words training(int batches, const Words& more = {}) {
    Words words{"train",
                "--units",
                "8",
                "--layers",
                "1",
                "--mixtures",
                "2",
                "--batch",
                "64",
                "--set",
                "windows=every_row",
                "--set",
                "most_batches=" + std::to_string(batches),
                "--no-early-stopping",
                "--threads",
                "1"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }

  /// `imps` with these arguments, in one process or in several.
  Words words_for(int processes, const Words& arguments) const {
    Words words;
    if (processes > 1)
      words = {mpirun_.string(), "--oversubscribe", "-n", std::to_string(processes)};
    words.emplace_back(IMPS_PROGRAM);
    words.insert(words.end(), arguments.begin(), arguments.end());
    return words;
  }
  std::map<std::string, std::string> environment() const {
    return {{"OMPI_ALLOW_RUN_AS_ROOT", "1"},
            {"OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1"},
            {"IMPS_TEST_RUN", folder_.path().string()}};
  }

  std::map<std::string, std::string> impatient() const {
    auto variables = environment();
    variables["IMPS_MPI_PATIENCE"] = "5";
    return variables;
  }

  Trained follow(Program& program) const {
    Trained trained;
    trained.status = program.wait(60s);
    trained.err = program.err();
    for (const json& line : lines_of(program.out())) {
      const bool judged = line.is_object() && line.contains("best_val_nll");
      if (!judged && (!line.is_object() || line["event"] != "done")) continue;
      if (judged) trained.batches.push_back(line["batches"]);
      trained.losses.push_back(line["train_nll"]);
      trained.losses.push_back(line["val_nll"]);
      if (line["event"] == "done")
        trained.model = numbers_of(folder_.path() / line["model"].get<std::string>());
    }
    return trained;
  }
  Trained train(int processes, const Words& arguments) const {
    Program program(words_for(processes, arguments), folder_.path(), environment());
    return follow(program);
  }

  /// The imps-train, or other program, that is number `rank` of this test's run; −1 when there is
  /// none.
  pid_t process_of(int rank, const std::string& program = "imps-train") const {
    const std::string run = "IMPS_TEST_RUN=" + folder_.path().string();
    const std::string number = "OMPI_COMM_WORLD_RANK=" + std::to_string(rank);
    for (const auto& entry : fs::directory_iterator("/proc")) {
      if (read_text(entry.path() / "comm") != program + "\n") continue;
      std::istringstream variables(read_text(entry.path() / "environ"));
      int found = 0;
      for (std::string variable; std::getline(variables, variable, '\0');)
        found += variable == run || variable == number ? 1 : 0;
      if (found == 2) return std::stoi(entry.path().filename().string());
    }
    return -1;
  }

  /// The same, once it is there.
  pid_t await_process(int rank, const std::string& program) const {
    const auto late = std::chrono::steady_clock::now() + kWait;
    pid_t pid = -1;
    while ((pid = process_of(rank, program)) < 0 && std::chrono::steady_clock::now() < late)
      ::sched_yield();
    return pid;
  }

  Folder folder_;
  const fs::path mpirun_ = find_mpirun();
};

/// A process that is not our child, held so that its number is nobody else's.
class Stranger {
 public:
  explicit Stranger(pid_t pid)
      : pid_(pid), handle_(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))) {}
  ~Stranger() {
    if (handle_ >= 0) ::close(handle_);
  }
  Stranger(const Stranger&) = delete;
  Stranger& operator=(const Stranger&) = delete;
  void signal(int number) const { ::kill(pid_, number); }
  [[nodiscard]] bool is_held() const { return handle_ >= 0; }
  [[nodiscard]] bool ends() const {
    pollfd end{.fd = handle_, .events = POLLIN, .revents = 0};
    return ::poll(&end, 1, static_cast<int>(kWait.count())) == 1;
  }

 private:
  pid_t pid_;
  int handle_;
};

TEST_F(UnderMpirun, AnyNumberOfProcessesGivesTheLossesAndTheModelOfOneBitForBit) {
  const Trained one = train(1, training(120, {"--json"}));
  ASSERT_EQ(one.status, 0) << one.err;
  ASSERT_THAT(one.batches, ElementsAre(50, 100, 120));
  ASSERT_FALSE(one.model.empty());
  // Of 8 slices each has 4, 3, 2, 2: pairs within one process, between two, or both.
  for (const int processes : {2, 3, 4, 5}) {
    const Trained several = train(processes, training(120, {"--json"}));
    EXPECT_EQ(several.status, 0) << several.err;
    EXPECT_EQ(several.batches, one.batches) << processes;
    EXPECT_EQ(several.losses, one.losses) << processes;
    EXPECT_EQ(several.model, one.model) << processes;
  }
}

TEST_F(UnderMpirun, OnlyTheFirstProcessSpeaksAndWrites) {
  Program program(words_for(2, training(60)), folder_.path(), environment());
  ASSERT_EQ(program.wait(60s), 0) << program.err();
  EXPECT_EQ(program.out(), "");
  const auto times = [&](const std::string& words) {
    int count = 0;
    for (auto at = program.err().find(words); at != std::string::npos;
         at = program.err().find(words, at + 1))
      ++count;
    return count;
  };
  EXPECT_EQ(times("training on datasets/"), 1) << program.err();
  EXPECT_EQ(times("1 thread in each of 2 processes"), 1) << program.err();
  EXPECT_EQ(times("the model is in models/"), 1) << program.err();
  EXPECT_FALSE(folder_.only(".safetensors", "models").empty());
  EXPECT_FALSE(folder_.only(".svg", "models").empty());
  EXPECT_TRUE(fs::is_empty(folder_ / "checkpoints"));
}

TEST_F(UnderMpirun, AKilledProcessEndsTheRunAndAnotherNumberOfThemGoesOn) {
  const Trained whole = train(1, training(1000, {"--json"}));
  ASSERT_EQ(whole.status, 0) << whole.err;
  fs::remove_all(folder_ / "models");

  Program run(words_for(2, training(1000, {"--json", "--checkpoint-every", "0.001s"})),
              folder_.path(), environment());
  ASSERT_TRUE(run.prints_lines(4)) << run.err();
  const Stranger victim(process_of(1));
  ASSERT_TRUE(victim.is_held());
  victim.signal(SIGKILL);
  EXPECT_GT(run.wait(kEndsWithin), 0);
  EXPECT_THAT(run.out(), Not(HasSubstr("\"done\"")));
  EXPECT_THAT(run.err(), HasSubstr("process 1: imps-train was ended by signal 9"));
  ASSERT_FALSE(folder_.only(".checkpoint", "checkpoints").empty());

  const Trained resumed = train(4, {"train", "--resume", "--threads", "1", "--json"});
  ASSERT_EQ(resumed.status, 0) << resumed.err;
  ASSERT_LT(resumed.losses.size(), whole.losses.size());
  EXPECT_TRUE(std::equal(resumed.losses.rbegin(), resumed.losses.rend(), whole.losses.rbegin()));
  EXPECT_EQ(resumed.model, whole.model);
}

TEST_F(UnderMpirun, AStoppedProcessEndsTheRunAndOneAloneGoesOn) {
  Program run(words_for(2, training(kForever, {"--json", "--checkpoint-every", "0.001s"})),
              folder_.path(), environment());
  ASSERT_TRUE(run.prints_lines(4)) << run.err();
  const Stranger first(process_of(0));
  const Stranger victim(process_of(1));
  ASSERT_TRUE(first.is_held() && victim.is_held());
  victim.signal(SIGSTOP);
  EXPECT_GT(run.wait(kEndsWithin), 0);
  EXPECT_THAT(run.err(), HasSubstr("another one has not answered for 15 s"));
  EXPECT_TRUE(first.ends());
  EXPECT_TRUE(victim.ends());

  Program again(words_for(1, {"train", "--resume", "--json"}), folder_.path(), environment());
  EXPECT_TRUE(again.prints("\"event\":\"epoch\"")) << again.err();
  EXPECT_THAT(again.out(), HasSubstr("\"resumed_at_batch\""));
  EXPECT_EQ(again.end(SIGTERM), 0);
}

TEST_F(UnderMpirun, AProcessThatStopsBeforeTheyMeetEndsTheRun) {
  Words words = words_for(2, training(1000));
  words[3] = "1";
  words.insert(words.end(), {":", "-n", "1", "/bin/sh", "-c", "kill -STOP $$; exec \"$@\"", "sh"});
  words.emplace_back(IMPS_PROGRAM);
  const Words same = training(1000);
  words.insert(words.end(), same.begin(), same.end());
  Program run(words, folder_.path(), impatient());
  EXPECT_GT(run.wait(kEndsWithin), 0);
  EXPECT_THAT(run.err(), HasSubstr("the others have not begun to train"));
}

TEST_F(UnderMpirun, AProcessThatStopsWhileOthersOpenTheirDataEndsTheRun) {
  Program run({mpirun_.string(), "--oversubscribe", "-n", "2", IMPS_STOPS_BEFORE_MEETING},
              folder_.path(), impatient());
  EXPECT_GT(run.wait(kEndsWithin), 0);
  EXPECT_THAT(run.err(), HasSubstr("process 0: another one gave no sign of life"));
}

TEST_F(UnderMpirun, WhoseMpirunIsKilledEndByThemselves) {
  for (const Words& more : {Words{}, Words{"--sweep", "seed=1..4"}}) {
    Words words = training(kForever, {"--set", "epochs=100000"});
    words.insert(words.end(), more.begin(), more.end());
    Program run(words_for(2, words), folder_.path(), environment());
    const Stranger first(await_process(0, "imps-train"));
    const Stranger second(await_process(1, "imps-train"));
    ASSERT_TRUE(first.is_held() && second.is_held());
    run.end(SIGKILL);
    EXPECT_TRUE(first.ends());
    EXPECT_TRUE(second.ends());
  }
}

TEST_F(UnderMpirun, AStoppedStarterEndsTheRun) {
  Program run(words_for(2, training(kForever, {"--set", "epochs=100000", "--json"})),
              folder_.path(), impatient());
  ASSERT_TRUE(run.prints_lines(3)) << run.err();
  const Stranger victim(process_of(1, "imps"));
  ASSERT_TRUE(victim.is_held());
  victim.signal(SIGSTOP);
  EXPECT_GT(run.wait(kEndsWithin), 0);
  // The starter goes on and tells mpirun, so that the first process need not wait as long again.
  EXPECT_THAT(run.err(), HasSubstr("process 1: 'imps train' was stopped for 1 s"));
  EXPECT_THAT(run.err(), Not(HasSubstr("process 0: ")));
  EXPECT_TRUE(victim.ends());
}

TEST_F(UnderMpirun, ASweepEndsWithoutTheRunsOfAStoppedProcess) {
  for (const char* const program : {"imps", "imps-train"}) {
    // The second process takes long, and is stopped; the first one has one short run.
    Program run(words_for(2, training(kForever, {"--set", "epochs=100000", "--sweep",
                                                 "most_batches=60,1000000"})),
                folder_.path(), impatient());
    ASSERT_TRUE(run.says("most_batches=60: ")) << run.err();
    const Stranger victim(await_process(1, program));
    ASSERT_TRUE(victim.is_held());
    victim.signal(SIGSTOP);
    EXPECT_GT(run.wait(kEndsWithin), 0) << program;
    EXPECT_THAT(run.out(), HasSubstr("process 1 gave no sign of life for 5 s")) << program;
    EXPECT_TRUE(victim.ends()) << program;
  }
}

TEST_F(UnderMpirun, ASweepEndsWhenItsFirstProcessIsStopped) {
  Program run(words_for(2, training(kForever, {"--set", "epochs=100000", "--sweep",
                                               "most_batches=1000000,60"})),
              folder_.path(), impatient());
  ASSERT_TRUE(run.says("most_batches=60: ")) << run.err();
  const Stranger victim(process_of(0, "imps"));
  ASSERT_TRUE(victim.is_held());
  victim.signal(SIGSTOP);
  EXPECT_GT(run.wait(kEndsWithin), 0);
  EXPECT_THAT(run.err(), HasSubstr("the first process gave no sign of life for 5 s"));
  EXPECT_TRUE(victim.ends());
}

TEST_F(UnderMpirun, ASweepGivesEachProcessItsOwnRunsAndOneTableInTheEnd) {
  Program program(words_for(2, training(60, {"--sweep", "units=4,8 seed=1..2"})), folder_.path(),
                  environment());
  ASSERT_EQ(program.wait(60s), 0) << program.err();
  std::istringstream table(program.out());
  Words runs;
  for (std::string line; std::getline(table, line);)
    runs.push_back(line.substr(0, line.find("  ")));
  ASSERT_EQ(runs.size(), 5U) << program.out();
  EXPECT_EQ(runs.front(), "run");
  EXPECT_THAT(Words(runs.begin() + 1, runs.end()),
              ::testing::UnorderedElementsAre("units=4 seed=1", "units=4 seed=2", "units=8 seed=1",
                                              "units=8 seed=2"));
  EXPECT_EQ(
      std::count_if(fs::directory_iterator(folder_ / "models"), {},
                    [](const auto& entry) { return entry.path().extension() == ".safetensors"; }),
      4);
  EXPECT_TRUE(fs::is_empty(folder_ / "checkpoints"));
}

TEST_F(UnderMpirun, ProcessesThatSeeOtherDataDoNotTrain) {
  folder_.write("other/b-3d-mdrnn.log", MadeLog().rows(500).text());
  ASSERT_EQ(imps(folder_.path(), {"dataset", "other", "-o", "other.npz"}).status, 0);
  Words words = words_for(2, training(60, {"datasets/training-dataset-3d.npz"}));
  words[3] = "1";
  words.insert(words.end(), {":", "-n", "1"});
  words.emplace_back(IMPS_PROGRAM);
  const Words other = training(60, {"other.npz"});
  words.insert(words.end(), other.begin(), other.end());
  Program program(words, folder_.path(), environment());
  EXPECT_GT(program.wait(), 0);
  EXPECT_THAT(program.err(), HasSubstr("the processes do not train the same"));
  EXPECT_TRUE(folder_.only(".safetensors", "models").empty());
}

}  // namespace
}  // namespace imps::test
