// `imps run --supervise` on a bad night: its performance is killed, and goes on.
#include <algorithm>
#include <csignal>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <unistd.h>

#include "log/reader.h"
#include "platform/sanitizer.h"
#include "session/standing.h"
#include "tests/cli/processes.h"
#include "tests/cli/program.h"

namespace imps::test {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

#if defined(__linux__)

std::vector<fs::path> logs_in(const Folder& folder) {
  std::vector<fs::path> all;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder.path() / "logs", ignored))
    if (entry.path().extension() == ".log") all.push_back(entry.path());
  std::sort(all.begin(), all.end());
  return all;
}

class Supervised : public ::testing::Test {
 protected:
  Supervised() {
    Musician probe;  // a port that is free now
    port_ = probe.port();
  }
  std::vector<std::string> words(std::vector<std::string> more = {}) const {
    std::vector<std::string> all{"run",          "--supervise",
                                 "--serverport", std::to_string(port_),
                                 "--clientport", std::to_string(musician_.port())};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  /// The performance's process, once it is another one than `before` and answers.
  pid_t performing(const Program& supervisor, pid_t before = 0) {
    const auto late = Clock::now() + kWait;
    pid_t asked = 0;
    while (Clock::now() < late) {
      const auto children = children_of(supervisor.pid());
      if (children.size() != 1 || children[0] == before) continue;
      // What one before it answered late is no answer of this one.
      if (std::exchange(asked, children[0]) != children[0]) musician_.heard_so_far("/pong");
      musician_.send(message("/ping", ",", {}), port_);
      if (musician_.hear("/pong", 20ms)) return children[0];
    }
    return 0;
  }
  void play(int frames) {
    for (int k = 0; k < frames; ++k) {
      musician_.play({static_cast<float>(k % 64) / 63.0F, 0.5F}, port_);
      ASSERT_TRUE(musician_.is_answered(port_));
    }
  }

  Folder folder_;
  Musician musician_;
  std::uint16_t port_ = 0;
};

TEST_F(Supervised, APerformanceThatIsKilledGoesOnWithinASecondWithItsMemory) {
  Program supervisor(folder_.path(), words({"-d", "3", "--seed", "5"}));
  const pid_t first = performing(supervisor);
  ASSERT_NE(first, 0) << supervisor.err();
  play(50);
  ASSERT_TRUE(musician_.hear("/prediction"));
  // Until it is safe on the disk, as far as that goes: its rows are there after a tenth of a
  // second.
  const auto late = Clock::now() + kWait;
  const auto rows = [&] {
    const auto logs = logs_in(folder_);
    const auto log = logs.empty() ? Result<Log>(Error{}) : read_log(logs[0]);
    return log ? log->rows() : 0;
  };
  while (rows() < 51 && Clock::now() < late) {
  }

  const auto killed = Clock::now();
  ASSERT_EQ(::kill(first, SIGKILL), 0);
  const pid_t second = performing(supervisor, first);
  const auto dark = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - killed);
  ASSERT_NE(second, 0) << supervisor.err();
  RecordProperty("dark_ms", static_cast<int>(dark.count()));
#if !defined(IMPS_ADDRESS_SANITIZER) && !defined(IMPS_THREAD_SANITIZER)
  EXPECT_LT(dark, 2s) << "a second, and as much again for a machine that is busy with tests";
#endif
  ASSERT_TRUE(supervisor.says("signal 9, Killed"));
  ASSERT_TRUE(supervisor.says("it begins again at once")) << supervisor.err();
  ASSERT_TRUE(supervisor.says("warmed by 5")) << supervisor.err();

  play(5);
  ASSERT_TRUE(musician_.hear("/prediction"));
  EXPECT_EQ(supervisor.end(SIGTERM), 0) << supervisor.err();
  EXPECT_TRUE(ends(second));
  EXPECT_THAT(supervisor.err(), HasSubstr("the take is in logs/")) << "it ended in order";

  // Both takes are whole, and happen again, the second one with the memory of the first.
  const auto logs = logs_in(folder_);
  ASSERT_THAT(logs, SizeIs(2));
  for (const fs::path& log : logs) {
    const auto read = read_log(log);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->report.performer_rows, log == logs[0] ? 50U : 5U);
    const Outcome again = imps(folder_.path(), {"replay", log.string(), "--verify"});
    EXPECT_EQ(again.status, 0) << again.out << again.err;
  }
  const Outcome told = imps(
      folder_.path(), {"inspect", fs::path(logs[1]).replace_extension(".session.json").string()});
  EXPECT_THAT(told.out, HasSubstr("rows of logs/" + logs[0].filename().string()));
}

TEST_F(Supervised, APerformanceThatIsKilledGoesOnAsItWasSteered) {
  folder_.write("imps.toml", "[model]\ndimension = 3\n[scenes.slow]\nmodel.timescale = 1.5\n");
  Program supervisor(folder_.path(), words({"--no-web"}));
  pid_t child = performing(supervisor);
  ASSERT_NE(child, 0) << supervisor.err();
  play(3);
  musician_.send(text_message("/imps/scene", "slow"), port_);
  ASSERT_TRUE(supervisor.says("scene slow")) << supervisor.err();
  musician_.send(floats("/imps/sigmatemp", {0.5F}), port_);
  musician_.send(text_message("/imps/mode", "battle"), port_);
  // Twice: what goes on can break off, too.
  for (int crash = 0; crash < 2; ++crash) {
    musician_.heard_so_far("/prediction");
    for (int k = 0; k < 3; ++k)
      ASSERT_TRUE(musician_.hear("/prediction")) << "a battle that had begun goes on by itself";
    // Until the disk knows what it would lose.
    const auto late = Clock::now() + kWait;
    const auto steered = [&] {
      const auto logs = logs_in(folder_);
      const auto read = logs.size() == static_cast<std::size_t>(crash) + 1
                            ? read_standing(logs.back())
                            : Result<Standing>(Error{});
      return read && imps::words(*read) == "scene slow, mode battle, sigmatemp 0.5, timescale 1.5";
    };
    while (!steered() && Clock::now() < late) {
    }
    ASSERT_TRUE(steered());
    ASSERT_EQ(::kill(child, SIGKILL), 0);
    child = performing(supervisor, child);
    ASSERT_NE(child, 0) << supervisor.err();
    ASSERT_TRUE(supervisor.says("as it was: scene slow, mode battle, sigmatemp 0.5, timescale 1.5"))
        << supervisor.err();
  }
  // It answers before all is set; what plays comes after that.
  musician_.heard_so_far("/prediction");
  ASSERT_TRUE(musician_.hear("/prediction"));
  const auto status = musician_.status(port_);
  EXPECT_EQ(std::get<std::string>(status.at("mode")), "battle");
  EXPECT_EQ(std::get<std::string>(status.at("scene")), "slow");
  EXPECT_EQ(std::get<double>(status.at("sigmatemp")), 0.5);
  EXPECT_EQ(std::get<double>(status.at("timescale")), 1.5);
  EXPECT_EQ(supervisor.end(SIGTERM), 0) << supervisor.err();
  for (const fs::path& log : logs_in(folder_)) {
    const Outcome again = imps(folder_.path(), {"replay", log.string(), "--verify"});
    EXPECT_EQ(again.status, 0) << again.out << again.err;
  }
}

TEST_F(Supervised, LinksToASharedPageOpenTheNextOneToo) {
  Program supervisor(folder_.path(), words({"-d", "3", "--share", "--webport", "0"}));
  const pid_t first = performing(supervisor);
  ASSERT_NE(first, 0) << supervisor.err();
  ASSERT_TRUE(supervisor.says("?token=")) << supervisor.err();
  ASSERT_EQ(::kill(first, SIGKILL), 0);
  ASSERT_NE(performing(supervisor, first), 0) << supervisor.err();
  ASSERT_TRUE(supervisor.says("?token=")) << supervisor.err();
  EXPECT_EQ(supervisor.end(SIGTERM), 0) << supervisor.err();
  std::set<std::string> tokens;
  const std::string told = supervisor.err();
  for (auto at = told.find("?token="); at != std::string::npos; at = told.find("?token=", at + 1))
    tokens.insert(told.substr(at + 7, 32));
  EXPECT_THAT(tokens, SizeIs(1)) << told;
}

TEST_F(Supervised, ThatCrashesAgainAtOnceIsStartedAgainAfterARestOfHalfASecond) {
  Program supervisor(folder_.path(), words({"-d", "3", "--no-log"}));
  pid_t child = 0;
  for (const char* const told :
       {"it begins again at once", "it begins again in 0.2 s", "it begins again in 0.5 s"}) {
    child = performing(supervisor, child);
    ASSERT_NE(child, 0) << supervisor.err();
    ::kill(child, SIGABRT);  // sanitizers take other signals of crashes for themselves
    ASSERT_TRUE(supervisor.says(told)) << supervisor.err();
  }
  ASSERT_NE(performing(supervisor, child), 0);
  EXPECT_EQ(supervisor.end(SIGINT), 0) << "Ctrl-C ends both";
}

TEST_F(Supervised, EndsWhileItRestsWhenItIsAskedTo) {
  Program supervisor(folder_.path(), words({"-d", "3", "--no-log"}));
  pid_t child = 0;
  for (const char* const told : {"at once", "in 0.2 s", "in 0.5 s"}) {
    child = performing(supervisor, child);
    ASSERT_NE(child, 0) << supervisor.err();
    ::kill(child, SIGKILL);
    ASSERT_TRUE(supervisor.says(told)) << supervisor.err();
  }
  EXPECT_EQ(supervisor.end(SIGTERM), 0);
}

TEST_F(Supervised, EndsWithItsStatusWhenOnlyAPersonCanMendIt) {
  const Musician holder;
  const Outcome taken = imps(folder_.path(), {"run", "--supervise", "--serverport",
                                              std::to_string(holder.port()), "-d", "3"});
  EXPECT_EQ(taken.status, 1);
  EXPECT_THAT(taken.err, HasSubstr(std::to_string(holder.port())));
  EXPECT_THAT(taken.err, Not(HasSubstr("begins again")));
  EXPECT_EQ(imps(folder_.path(), words({"--timescale", "0"})).status, 2);
  EXPECT_EQ(imps(folder_.path(), words({"no-such.keras"})).status, 1);
}

TEST_F(Supervised, APerformanceEndsInOrderWhenItsSupervisorIsKilled) {
  Program supervisor(folder_.path(), words({"-d", "3"}));
  const pid_t child = performing(supervisor);
  ASSERT_NE(child, 0) << supervisor.err();
  play(5);
  ::kill(supervisor.pid(), SIGKILL);
  EXPECT_TRUE(supervisor.says("the take is in logs/")) << supervisor.err();
  EXPECT_TRUE(ends(child));
}

TEST_F(Supervised, HandsSighupOn) {
  Program supervisor(folder_.path(), words({"-d", "3", "--no-log"}));
  ASSERT_NE(performing(supervisor), 0) << supervisor.err();
  supervisor.signal(SIGHUP);
  EXPECT_TRUE(supervisor.says("asked to read the configuration again")) << supervisor.err();
  EXPECT_EQ(supervisor.end(SIGTERM), 0);
}

#endif  // __linux__: where processes can be looked at, and follow their starter

TEST(RunWarm, SaysWhatItIsWarmedByAndTakesItsDimensionFromIt) {
  Folder folder;
  Musician musician;
  const std::vector<std::string> ports{"--serverport", "0", "--clientport",
                                       std::to_string(musician.port())};
  const auto run = [&](std::vector<std::string> more) {
    more.insert(more.begin(), "run");
    more.insert(more.end(), ports.begin(), ports.end());
    return more;
  };
  folder.write("old.log",
               "2020-01-01T00:00:00.000000,interface,0.1,0.2\n"
               "2020-01-01T00:00:00.100000,interface,0.2,0.3\n"
               "2020-01-01T00:00:00.200000,rnn,0.3,0.4\n"
               "2020-01-01T00:00:00.3000");
  Program warm(folder.path(), run({"--warm", "old.log"}));
  EXPECT_TRUE(warm.says("warmed by 2 rows of old.log")) << warm.err();
  EXPECT_TRUE(warm.says("dimension 3, "));
  EXPECT_EQ(warm.end(SIGTERM), 0);
  Program cold(folder.path(), run({"-d", "3", "--warm"}));
  EXPECT_TRUE(cold.says("not warmed: there is no log of dimension 3 in logs/")) << cold.err();
  EXPECT_EQ(cold.end(SIGTERM), 0);
  EXPECT_THAT(imps(folder.path(), run({"-d", "4", "--warm", "old.log"})).err,
              HasSubstr("old.log: its rows are of dimension 3, and 4 is played"));
  EXPECT_EQ(imps(folder.path(), run({"--warm", "no-such.log"})).status, 1);
  const Outcome model = imps(folder.path(), run({"--warm", "no-such.keras"}));
  EXPECT_EQ(model.status, 1);
  EXPECT_THAT(model.err, HasSubstr("no-such.keras")) << "a model is no log";
}

}  // namespace
}  // namespace imps::test
