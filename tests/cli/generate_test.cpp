// `imps generate`: a model alone, into a file.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <sstream>
#include <thread>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>
#include <sys/wait.h>

#include "log/reader.h"
#include "model/files/safetensors.h"
#include "tests/cli/program.h"
#include "tests/support/models.h"

namespace imps::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Le;

class Generate : public ::testing::Test {
 protected:
  Outcome generate(const std::vector<std::string>& words) {
    std::vector<std::string> all{"generate"};
    all.insert(all.end(), words.begin(), words.end());
    return imps(folder_.path(), all);
  }
  void write_model(const std::string& name, int dimension) {
    const auto bytes = files::write_safetensors(
        random_weights({.dimension = dimension, .layers = 1, .units = 8, .mixtures = 2}, 1), {});
    folder_.write(name, {reinterpret_cast<const char*>(bytes->data()), bytes->size()});
  }
  [[nodiscard]] int shell(const std::string& line) const {
    const std::string whole =
        "cd '" + folder_.path().string() + "' && imps='" IMPS_PROGRAM "' && " + line;
    const int status = std::system(whole.c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  [[nodiscard]] std::string text(const std::string& name) const {
    return read_text(folder_.path() / name);
  }
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const auto& entry : fs::directory_iterator(folder_.path()))
      all.push_back(entry.path().filename().string());
    return all;
  }
  Folder folder_;
};

/// The numbers of CSV lines, without the header.
std::vector<std::vector<double>> rows_of(const std::string& csv) {
  std::vector<std::vector<double>> rows;
  std::istringstream lines(csv);
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line)) {
    std::vector<double>& row = rows.emplace_back();
    std::istringstream fields(line);
    for (std::string field; std::getline(fields, field, ',');)
      row.push_back(std::stod(field));
  }
  return rows;
}

TEST_F(Generate, WritesFramesAsCsvToStandardOutput) {
  const Outcome outcome = generate({"-d", "4", "--frames", "500"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_THAT(outcome.out, ::testing::StartsWith("dt,x_1,x_2,x_3\n"));
  const auto rows = rows_of(outcome.out);
  ASSERT_EQ(rows.size(), 500U);
  for (const auto& row : rows) {
    ASSERT_EQ(row.size(), 4U);
    EXPECT_THAT(row[0], AllOf(Ge(0.001), Le(5.0)));
    EXPECT_THAT(std::vector(row.begin() + 1, row.end()), Each(AllOf(Ge(0.0), Le(1.0))));
  }
}

TEST_F(Generate, PlaysTheSameFromTheSameSeedAndElseSomethingElse) {
  for (const std::string ending : {".csv", ".log", ".mid"}) {
    const auto play = [&](const std::string& name, const std::string& seed) {
      EXPECT_EQ(generate({"-d", "3", "--seed", seed, "--output", name + ending}).status, 0);
      return text(name + ending);
    };
    const std::string first = play("first", "7");
    EXPECT_EQ(first, play("again", "7"));
    EXPECT_NE(first, play("other", "8"));
  }
}

TEST_F(Generate, PlaysForAsLongAsItIsTold) {
  double seconds = 0;
  for (const auto& row : rows_of(generate({"-d", "3", "--seconds", "20"}).out))
    seconds += row[0];
  EXPECT_THAT(seconds, AllOf(Ge(15.0), Le(20.0)));
  const Outcome both = generate({"-d", "3", "--seconds", "20", "--frames", "2"});
  EXPECT_EQ(rows_of(both.out).size(), 2U) << "whichever comes first";
}

TEST_F(Generate, WritesALogAndSumsUpInJson) {
  const Outcome outcome = generate({"-d", "5", "--frames", "300", "--output", "a.log", "--json"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const auto log = read_log(folder_.path() / "a.log");
  ASSERT_TRUE(log);
  EXPECT_EQ(log->report.skipped, 0U);
  EXPECT_EQ(log->report.model_rows, 300U);
  EXPECT_EQ(log->report.performer_rows, 0U);
  EXPECT_EQ(log->dimension(), 5);
  const json said = json::parse(outcome.out);
  EXPECT_EQ(said["frames"], 300);
  EXPECT_EQ(said["dimension"], 5);
  EXPECT_NEAR(said["seconds"].get<double>(),
              static_cast<double>(log->local_us.back() - 946'684'800'000'000) / 1e6, 1e-9);
  EXPECT_NEAR(said["ratio"].get<double>(),
              said["seconds"].get<double>() / said["took_seconds"].get<double>(), 1);
}

TEST_F(Generate, GoesOnFromAPerformersPhraseInTimeAndSound) {
  std::string phrase;
  for (int k = 10; k < 60; ++k)
    phrase += "2026-01-31T20:00:" + std::to_string(k) + ".500000,interface,0.25,0.75\n";
  folder_.write("take.log", phrase);
  const Outcome outcome = generate({"--like", "take.log", "--output", "answer.log"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const auto take = read_log(folder_.path() / "take.log");
  const auto answer = read_log(folder_.path() / "answer.log");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->dimension(), 3) << "the log's";
  EXPECT_GT(answer->local_us.front(), take->local_us.back());
  EXPECT_LE(answer->local_us.back() - take->local_us.back(), 60'000'000);
  EXPECT_NE(generate({"--like", "take.log"}).out, generate({"-d", "3"}).out);
}

TEST_F(Generate, WithoutAModelTakesTheNewestThereIs) {
  write_model("models/old.safetensors", 3);
  write_model("models/new.safetensors", 4);
  fs::last_write_time(folder_.path() / "models/old.safetensors",
                      fs::file_time_type::clock::now() - std::chrono::hours(1));
  const Outcome any = generate({"--frames", "1"});
  EXPECT_EQ(any.status, 0) << any.err;
  EXPECT_THAT(any.err, HasSubstr("new.safetensors"));
  EXPECT_THAT(any.out, HasSubstr("x_3"));
  const Outcome three = generate({"--frames", "1", "-d", "3"});
  EXPECT_THAT(three.err, HasSubstr("old.safetensors"));
  const Outcome nine = generate({"--frames", "1", "-d", "9"});
  EXPECT_THAT(nine.err, HasSubstr("the built-in model"));
}

TEST_F(Generate, WithoutAnyModelSaysWhatToDo) {
  const Outcome outcome = generate({});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.err, HasSubstr("-d N"));
  EXPECT_THAT(outcome.out, IsEmpty());
}

TEST_F(Generate, SaysWhatIsWrongWithItsArguments) {
  const std::vector<std::vector<std::string>> wrong{
      {"--seconds", "0"},    {"--seconds", "nan"},
      {"--frames", "0"},     {"--frames", "-1"},
      {"--timescale", "0"},  {"--timescale", "1001"},
      {"--sigmatemp", "-1"}, {"--pitemp", "0"},
      {"--max-rest", "0"},   {"-d", "1"},
      {"-d", "130"},         {"--output", "x.wav"},
      {"--output", "x"},     {"--json"},
      {"--notes"},           {"--notes", "--output", "x.csv"},
      {"--tempo", "3"},
  };
  for (std::vector<std::string> words : wrong) {
    if (words.front() != "-d") words.insert(words.end(), {"-d", "3"});
    const Outcome outcome = generate(words);
    EXPECT_EQ(outcome.status, 2) << ::testing::PrintToString(words);
    EXPECT_THAT(outcome.err, ::testing::Not(IsEmpty()));
    EXPECT_THAT(outcome.out, IsEmpty());
  }
  EXPECT_THAT(names(), IsEmpty());
}

#if defined(__linux__)
TEST_F(Generate, LeavesNothingWhenItIsInterrupted) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    Program program(folder_.path(),
                    {"generate", "-d", "9", "--seconds", "1e9", "--output", "a.csv"});
    // The file that it writes has no name, or a hidden one.
    const auto writes = [&] {
      std::error_code ended;
      const fs::path open = "/proc/" + std::to_string(program.pid()) + "/fd";
      for (fs::directory_iterator one(open, ended), end; !ended && one != end; one.increment(ended))
        if (fs::read_symlink(*one, ended).parent_path() == fs::canonical(folder_.path()))
          return true;
      return false;
    };
    const auto until = std::chrono::steady_clock::now() + kWait;
    while (!writes() && program.runs() && std::chrono::steady_clock::now() < until)
      std::this_thread::yield();
    EXPECT_TRUE(writes());
    EXPECT_EQ(program.end(signal), -signal) << program.err();
    EXPECT_THAT(names(), IsEmpty());
  }
}
#endif

TEST_F(Generate, LeavesAFileThatIsThereUnlessForced) {
  folder_.write("a.mid", "somebody's");
  const Outcome refused = generate({"-d", "3", "--output", "a.mid"});
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("a.mid"), HasSubstr("--force")));
  EXPECT_EQ(text("a.mid"), "somebody's");
  EXPECT_EQ(generate({"-d", "3", "--output", "a.mid", "--force"}).status, 0);
  EXPECT_THAT(text("a.mid"), ::testing::StartsWith("MThd"));
}

TEST_F(Generate, FailsWithoutATraceWhereNothingCanBeWritten) {
  folder_.write("a-file", "");
  fs::create_directory(folder_.path() / "folder.log");
  for (const std::string out : {"nowhere/a.log", "a-file/a.log", "folder.log"}) {
    const Outcome outcome = generate({"-d", "3", "--output", out, "--force"});
    EXPECT_EQ(outcome.status, 1) << out;
    EXPECT_THAT(outcome.err, HasSubstr(out));
  }
  EXPECT_THAT(names(), ::testing::UnorderedElementsAre("a-file", "folder.log"));
}

TEST_F(Generate, FailsOnAFullDisk) {
  EXPECT_EQ(shell("$imps generate -d 3 --frames 3 > /dev/full 2> err"), 1) << "a line or two";
  EXPECT_EQ(shell("$imps generate -d 3 --frames 100000 > /dev/full 2> err"), 1);
  for (const std::string ending : {"csv", "log", "mid"}) {
    // No file may grow beyond a few blocks.
    EXPECT_EQ(shell("(ulimit -f 8; $imps generate -d 3 --frames 20000 --output out." + ending +
                    " 2> err)"),
              1);
    EXPECT_THAT(text("err"), HasSubstr("cannot be written"));
  }
  EXPECT_THAT(names(), ::testing::UnorderedElementsAre("err"));
}

TEST_F(Generate, RefusesALogOfAnotherInstrument) {
  folder_.write("take.log", "2026-01-31T20:00:00,interface,0.25\n");
  EXPECT_EQ(generate({"-d", "4", "--like", "take.log"}).status, 1);
  EXPECT_EQ(generate({"--like", "nothing.log"}).status, 1);
}

}  // namespace
}  // namespace imps::test
